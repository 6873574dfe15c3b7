/** May the pool be upgraded, to what, which nodes, and when would it be? The template is changed with it where needed. */
import type { DiskFields } from "../../schema/machine.ts";
import type { OperationSpec } from "../../schema/operation.ts";
import type { PoolSpec } from "../../schema/pool.ts";
import { isLeaving, members } from "../member.ts";
import type { Instant, Machine, Snapshot } from "../model.ts";
import { activeOperations } from "../progress.ts";
import { isBehind, targetDisk } from "../target.ts";
import { timeOf } from "../time.ts";
import { vitalLast } from "../turn.ts";
import { windowState } from "../window.ts";
import {
  type Answer,
  ask,
  type Effect,
  effect,
  effectOn,
  grant,
  type Refusal,
  refuse,
  typeName,
} from "./answer.ts";
import { type Surroundings, checkSpec } from "./check.ts";
import { drainEffects, protectionEffects } from "./departure.ts";
import { fieldChanges, shownValue } from "./difference.ts";
import { findMachine } from "./find.ts";
import { type Asker, draftOperation, nodeNameOf } from "./operation.ts";
import { checkOpen, fieldsPatch } from "./pool-guard.ts";
import { isEndless } from "./window.ts";

export interface UpgradeWish {
  /** Null: the pool's own. */
  readonly image: PoolSpec["template"]["image"] | null;
  readonly kubernetesVersion: string | null;
  /** Nodes, instances or machines by name; empty: all that are behind. */
  readonly nodes: readonly string[];
  readonly when: OperationSpec["options"]["when"];
  readonly around: Surroundings;
}

export function startUpgrade(snapshot: Snapshot, wish: UpgradeWish, asker: Asker, now: Instant): Answer {
  const plan = planOf(snapshot, wish, now);
  if (!plan.ok) return plan;
  const { spec, target, machines } = plan;
  const { pool } = snapshot;
  const changes = fieldChanges(pool.spec, spec);
  const operation = draftOperation(pool, asker, {
    kind: "Upgrade",
    machines,
    options: { when: wish.when, onTimeout: spec.drain.onTimeout },
    target,
  });
  const isNow = wish.when === "Now" && !isInWindow(snapshot, now);
  return grant(
    [...fieldsPatch(pool, changes, false), { kind: "Create", of: "NodeOperation", object: operation }],
    [
      ...changes.map(({ path, from, to }) =>
        effect("ChangesField", { field: path.join("."), have: shownValue(from), wanted: shownValue(to) }),
      ),
      ...upgradeEffects({ ...snapshot, pool: { ...pool, spec } }, { target, machines, when: wish.when }, now),
    ],
    isNow ? typeName(pool.metadata.name) : ask,
  );
}

export interface UpgradePlan {
  readonly ok: true;
  /** The pool's spec with the wanted image and version in it. */
  readonly spec: PoolSpec;
  readonly target: DiskFields;
  /** Machines that are behind the target, as named or all. */
  readonly machines: readonly Machine[];
}

export function planOf(
  snapshot: Snapshot,
  wish: UpgradeWish,
  now: Instant,
): UpgradePlan | { readonly ok: false; readonly refusal: Refusal } {
  const { pool } = snapshot;
  const spec = wantedSpec(pool.spec, wish);
  const refusal = checkOpen(pool) ?? checkSpec(spec, wish.around) ?? checkWhen(snapshot, wish);
  if (refusal !== null) return { ok: false, refusal };
  const [running] = activeOperations(snapshot, "Upgrade");
  if (running !== undefined) {
    return refuse("OperationRunning", { operation: running.metadata.name, pool: pool.metadata.name });
  }
  const target = targetDisk(spec.template, snapshot.provider, snapshot.cluster);
  if (!target.ok) {
    const message = "the provider's catalogue does not say what the newest image and version are";
    return refuse("InvalidValue", { field: "image", value: shownValue(spec.template.image), message });
  }
  const chosen = chosenMachines(snapshot, wish.nodes, now);
  if (!chosen.ok) return chosen;
  const behind = chosen.machines.filter((machine) => isBehind(machine, target.disk));
  const machines = vitalLast(snapshot, behind);
  if (machines.length > 0) return { ok: true, spec, target: target.disk, machines };
  return refuse("NothingBehind", { pool: pool.metadata.name, ...diskFacts(target.disk) });
}

/** A wish for another image without a version means the newest of that family. */
function wantedSpec(spec: PoolSpec, wish: UpgradeWish): PoolSpec {
  const { image, kubernetesVersion } = wish;
  return {
    ...spec,
    template: {
      ...spec.template,
      ...(image === null || image === undefined ? {} : { image }),
      ...(kubernetesVersion === null ? {} : { kubernetesVersion }),
    },
  };
}

function checkWhen(snapshot: Snapshot, wish: UpgradeWish): Refusal | null {
  if (wish.when === "Now" || (snapshot.window !== null && snapshot.window !== "Missing")) return null;
  const named = snapshot.pool.spec.management.maintenanceWindowRef?.name;
  const { name } = snapshot.pool.metadata;
  const facts = {
    pool: name,
    ...(named === undefined ? {} : { window: named }),
    try: `poolkeeper upgrade start ${name} --now`,
  };
  return { reason: "WindowUnknown", facts };
}

function chosenMachines(
  snapshot: Snapshot,
  names: readonly string[],
  now: Instant,
):
  | { readonly ok: true; readonly machines: readonly Machine[] }
  | { readonly ok: false; readonly refusal: Refusal } {
  if (names.length === 0) return { ok: true, machines: members(snapshot, now) };
  const machines: Machine[] = [];
  for (const name of new Set(names)) {
    const machine = findMachine(snapshot.machines, name);
    if (machine === null) return refuse("NotAMember", { node: name, pool: snapshot.pool.metadata.name });
    if (isLeaving(machine)) return refuse("OperationRunning", { operation: "A removal", node: name });
    if (!machines.includes(machine)) machines.push(machine);
  }
  return { ok: true, machines };
}

export function upgradeEffects(
  snapshot: Snapshot,
  plan: Pick<UpgradePlan, "target" | "machines"> & Pick<UpgradeWish, "when">,
  now: Instant,
): readonly Effect[] {
  const { machines, target, when } = plan;
  const { spec, metadata } = snapshot.pool;
  const names = machines.map(nodeNameOf);
  const replaced =
    spec.upgrade.method === "ReplaceInstance"
      ? machines.filter(({ record }) => record.spec.chargeType !== "Subscription")
      : [];
  return [
    ...effectOn("UpgradesNodes", names, { pool: metadata.name, ...diskFacts(target) }),
    ...protectionEffects(machines),
    ...effectOn("ReplacesInstances", replaced.map(nodeNameOf)),
    effect("LosesSystemDisks", { count: machines.length }),
    ...whenEffects(snapshot, when, now),
    ...(spec.paused ? [effect("IsPaused", { pool: metadata.name })] : []),
    ...drainEffects(snapshot, machines),
  ];
}

function whenEffects(snapshot: Snapshot, when: UpgradeWish["when"], now: Instant): readonly Effect[] {
  const { window } = snapshot;
  if (when === "Now" || window === null || window === "Missing") return [effect("StartsNow")];
  const name = snapshot.pool.spec.management.maintenanceWindowRef?.name ?? "";
  const state = windowState(window, now);
  if (state.opens === null) return [effect("NeverOpens", { window: name })];
  const isForGood = isEndless(state, now);
  if (state.isOpen && isForGood) return [effect("StartsNow"), effect("AlwaysOpen", { window: name })];
  const since = state.isOpen ? {} : { since: timeOf(state.opens) };
  const until = isForGood ? {} : { until: timeOf(state.closes) };
  return [effect("StartsInWindow", { window: name, ...since, ...until })];
}

function isInWindow(snapshot: Snapshot, now: Instant): boolean {
  const { window } = snapshot;
  return window !== null && window !== "Missing" && windowState(window, now).isOpen;
}

function diskFacts(disk: DiskFields): { readonly image: string; readonly version: string } {
  return { image: `${disk.image.family} ${disk.image.version}`, version: disk.kubernetesVersion };
}
