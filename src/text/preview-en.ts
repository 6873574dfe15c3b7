/** What an intent will do, one English sentence per effect, in the language of pattern.ts. */
import type { EffectKind } from "../core/intent/answer.ts";

export const previewEn = {
  CreatesPool: "Pool {pool} is created with {count#node|nodes} of provider {provider}.",
  ClonesPool: "Pool {pool} is created as a clone of {object}, with {count#node|nodes}.",
  ChangesCount: "The expected count of {pool} goes from {have} to {wanted}.",
  AddsNodes: "{count#new node is|new nodes are} added.",
  ChangesField: "{field}: {have} -> {wanted}",
  ReachesAtOnce: "{field}: in force at once, without touching a node.",
  ReachesNewNodes: "{field}: for new nodes only; the existing ones stay as they are.",
  ReachesBySync:
    "{field}: for new nodes; the existing ones get it by a sync (set --sync), or when they are upgraded.",
  ReachesByUpgrade: "{field}: for new nodes; the existing ones get it when they are upgraded.",
  OutdatesNodes: "{count#node is|nodes are} then behind {image}, Kubernetes {version}: {object}.",
  PausesPool: "Nothing new starts in {pool}; what runs stops at its next safe point.",
  ResumesPool: "{pool} goes on where it stopped.",
  DeletesPool: "Pool {pool} is deleted, with its {count#machine|machines}.",
  TakesNodes: "{count#node leaves|nodes leave} {pool}: {object}.",
  ReleasesInstances: "{count#instance is|instances are} released: {object}.",
  KeepsSubscriptions:
    "{count#subscription instance is|subscription instances are} not released, but kept outside of the pool and billed until the subscription ends: {object}.",
  KeepsInstances:
    "{count#instance is|instances are} kept outside of the pool and billed as before: {object}.",
  LosesSystemDisks: "Everything on {count#system disk|system disks} is lost.",
  KeepsDataDisks: "Data disks are kept and billed as before: {object}.",
  DeletesDataDisks: "Data disks are deleted with their instances: {object}.",
  UpgradesNodes: "{count#node is|nodes are} upgraded to {image}, Kubernetes {version}: {object}.",
  ReplacesInstances:
    "{count#node gets|nodes get} a new instance, and with it another name and address: {object}.",
  RepairsNode: "{node} is repaired: {step}.",
  LeavesProtected:
    "{count#node is|nodes are} protected (poolkeeper.dev/protected) and left alone until that mark is taken off: {object}.",
  SyncsNodes:
    "Labels, taints and tags of {count#existing node|existing nodes} are set as in the template: {object}.",
  DoesNotDrain: "The nodes are not drained: {count#pod ends|pods end} with them, whatever its budget says.",
  MovesPods: "{count#pod moves|pods move} to other nodes.",
  EndsPods: "{count#pod has no controller and ends|pods have no controller and end} for good: {object}.",
  LosesLocalData: "{count#pod loses|pods lose} what it keeps on the node: {object}.",
  EvictsProtected:
    "{count#pod asked|pods asked} not to be evicted (safe-to-evict: false) and will be all the same: {object}.",
  WaitsForBudget: "{count#pod waits|pods wait} for a budget to allow the eviction: {object}.",
  NeverDrains:
    "{count#pod|pods} can never be evicted as things are, so the drain runs into its time limit: {object}.",
  LacksRoom: "The other nodes have no room for {count#pod|pods}: {object}.",
  StartsNow: "It starts at once.",
  StartsInWindow: "It waits for the maintenance window {window}[, opening at {since}][, closing at {until}].",
  IsPaused: "{pool} is paused: nothing of this starts until it is resumed (poolkeeper resume {pool}).",
  PausesOperation: "{operation} is paused: nodes in work are finished, no other one starts.",
  ResumesOperation: "{operation} goes on.",
  CancelsOperation:
    "{operation} is cancelled for good: nodes in work are finished or put back, no other one starts.",
  RetriesNodes: "{operation} tries once more: {object}.",
  SkipsNodes: "{operation} leaves alone: {object}.",
  ApprovesOperation: "{operation} is approved[: {object}].",
  DeniesOperation: "{operation} is denied[: {object}].",
  CreatesWindow: "Maintenance window {window} is created.",
  CreatesProvider: "Provider {provider} of type {value} is created for region {zone}.",
  DeletesWindow: "Maintenance window {window} is deleted[; no upgrade starts by itself any more in {pool}].",
  DeletesProvider: "Provider {provider} is deleted; its instances are not touched.",
  PutsBrakeOn:
    "Nothing that takes a node away begins any more in the pools of {object}; what has begun stops at its next safe point.",
  LiftsBrake: "The brake is lifted from the pools of {object}; what waits for it goes on.",
  ForgetsFailures:
    "Upgrades and repairs begin by themselves again; the failures of {object} are not counted any more.",
  OpensNext: "{window} opens next at {since}[ and closes at {until}].",
  OpenNow: "{window} is open now, until {until}.",
  AlwaysOpen: "{window} is always open.",
  NeverOpens:
    "{window} never opens as it stands: look at its days, its exclusions, and whether it is enabled.",
  ShortWindow: "It is shorter than the {limit} minutes that are advised; little may fit into it.",
  CatalogueUnknown:
    "Provider {provider} has not reported its catalogue yet, so zones, types and images were not checked.",
} satisfies Readonly<Record<EffectKind, string>>;
