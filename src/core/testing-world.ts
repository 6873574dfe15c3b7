/**
 * A small closed world for tests: a cloud, kubelets and an API that do what decisions ask for, on a clock of their own.
 * Just true enough to see where a pool ends up. Not for the product.
 */
import type { DiskFields, ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { Action, Decision } from "./action.ts";
import { cordonAnnotation, mergedTaints, poolLabel } from "./attributes.ts";
import { decide } from "./decide.ts";
import { canonical } from "./hash.ts";
import type { Evidence, Instance, Instant, Machine, Node, Outcome, Pod, Snapshot } from "./model.ts";
import { isToldOf, operationReport } from "./operation-status.ts";
import { removalsAnnotation } from "./removals.ts";
import { poolReport } from "./status.ts";
import { checkTruth } from "./testing-truth.ts";
import { aNode, anInstance, aPod, aSnapshot, noon } from "./testing.ts";
import { hourMs, minuteMs, secondMs, timeOf } from "./time.ts";

type Cure = "RestartService" | "Reboot" | "ReplaceSystemDisk" | "Never";

export interface Server {
  readonly machineUid: string;
  instance: Instance;
  disk: DiskFields;
  boots: number;
  /** The kubelet of this boot reports from then on; null while nothing runs. */
  readyAt: Instant | null;
  /** What would heal it; null: it is well. */
  fault: Cure | null;
  /** The kubelet makes its node object once per boot, or restart. */
  isRegistered: boolean;
}

export interface World {
  now: Instant;
  pool: ManagedNodePoolObject;
  readonly machines: Map<string, ManagedMachineObject>;
  readonly operations: Map<string, NodeOperationObject>;
  /** By the UID of their machine; those that have left are in `left`. */
  readonly servers: Map<string, Server>;
  readonly left: Server[];
  readonly nodes: Map<string, Node>;
  readonly pods: Map<string, readonly Pod[]>;
  readonly outcomes: Map<string, Outcome>;
  readonly signs: Map<string, Instant>;
  timers: { readonly at: Instant; readonly run: () => void }[];
  seenSince: Instant;
  /** How far the clock that decisions see is ahead of the true one. */
  skewMs: number;
  made: number;
  /** Actions carried out so far, by kind. */
  readonly log: { readonly at: Instant; readonly action: Action }[];
  /** The last pass has written something that the next one will see. */
  isNews: boolean;
  /** What becomes of the next effect. */
  luck: () => "Good" | "Lost" | "Refused";
}

export function createWorld(pool: ManagedNodePoolObject): World {
  return {
    now: noon,
    pool,
    machines: new Map(),
    operations: new Map(),
    servers: new Map(),
    left: [],
    nodes: new Map(),
    pods: new Map(),
    outcomes: new Map(),
    signs: new Map(),
    timers: [],
    seenSince: noon - hourMs,
    skewMs: 0,
    made: 0,
    log: [],
    isNews: false,
    luck: () => "Good",
  };
}

/** Far more passes than any of these lives takes. */
const patience = 10_000;

/** Lets the pool live until nothing happens any more, or the time is over. Returns the last decision. */
export function live(world: World, forMs: number): Decision {
  const end = world.now + forMs;
  for (let passes = 0; ; passes += 1) {
    const decision = pass(world);
    if (passes > patience) throw new Error(`no rest: ${JSON.stringify(decision)}`);
    const wakeAt = decision.wakeAt === null ? end : decision.wakeAt - world.skewMs;
    const next = Math.min(wakeAt, ...world.timers.map(({ at }) => at));
    if (decision.actions.length === 0 && !world.isNews) {
      if (next >= end) return decision;
      world.now = Math.max(world.now + 1, next);
    } else world.now += secondMs;
    if (world.now >= end) return pass(world);
    const due = world.timers.filter(({ at }) => at <= world.now);
    world.timers = world.timers.filter(({ at }) => at > world.now);
    for (const { run } of due.toSorted((a, b) => a.at - b.at)) run();
  }
}

/** Look, decide, write down what is to be seen, act: as controller/loop.ts does it. */
function pass(world: World): Decision {
  const snapshot = look(world);
  const now = told(world);
  const decision = decide(snapshot, now);
  world.isNews = false;
  for (const operation of snapshot.operations) {
    if (!isToldOf(operation, now)) continue;
    const status = operationReport(operation, { snapshot, decision }, now);
    if (canonical(status) === canonical(operation.status)) continue;
    world.operations.set(operation.metadata.name, { ...operation, status });
    world.isNews = true;
  }
  const report = poolReport(snapshot, decision, now);
  checkTruth(world, snapshot, report);
  const { conditions } = report;
  const isInitialized = conditions.some(({ type, isTrue }) => type === "Initialized" && isTrue);
  const numbers = [...world.machines.keys()].map((name) => Number(name.split("-").at(-1)));
  const before = world.pool.status?.lastMachineNumber ?? 0;
  const lastMachineNumber = Math.max(before, ...numbers);
  const initialized = {
    type: "Initialized",
    status: "True",
    reason: "",
    message: "",
    lastTransitionTime: "",
  } as const;
  world.pool = {
    ...world.pool,
    status: { lastMachineNumber, conditions: isInitialized ? [initialized] : [] },
  };
  for (const action of decision.actions) carryOut(world, action);
  return decision;
}

/** What the clock of whoever decides says. */
function told({ now, skewMs }: World): Instant {
  return now + skewMs;
}

export function look(world: World): Snapshot {
  const machines = [...world.machines.values()].map((record): Machine => {
    const server = world.servers.get(record.metadata.uid ?? "");
    const name = record.status?.nodeName ?? "";
    const node = world.nodes.get(name);
    const ready = node === undefined ? null : { ...node, ready: readiness(world, name) };
    const pods = world.pods.get(name) ?? [];
    return { record, instance: server?.instance ?? null, node: ready, pods, diagnosis: null };
  });
  const calm = aSnapshot({ pool: world.pool, machines, operations: [...world.operations.values()] });
  const evidence = new Map(
    machines.map((machine) => [machine.record.metadata.name, evidenceOf(world, machine)]),
  );
  const cluster = { ...calm.cluster, evidence, sinceGapMs: world.now - world.seenSince, nodesNotReady: 0 };
  return { ...calm, cluster, outcomes: new Map(world.outcomes) };
}

function readiness(world: World, nodeName: string): Node["ready"] {
  const server = [...world.servers.values()].find(({ instance }) => nodeNameOf(instance) === nodeName);
  const isUp = server?.instance.state === "Running" && server.fault === null;
  return isUp && server.readyAt !== null && server.readyAt <= world.now ? "True" : "Unknown";
}

function nodeNameOf({ id }: Instance): string {
  return `cn-hangzhou.${id}`;
}

function evidenceOf(world: World, { record, node, instance }: Machine): Evidence {
  const age = (sign: string, isShown: boolean): number | null => {
    const key = `${record.metadata.uid ?? ""} ${sign}`;
    if (!isShown) world.signs.delete(key);
    else if (!world.signs.has(key)) world.signs.set(key, world.now);
    const since = world.signs.get(key);
    return since === undefined ? null : world.now - Math.max(since, world.seenSince);
  };
  return {
    notReadyForMs: age("NotReady", node?.ready !== "True"),
    silentForMs: age("Silent", node !== null && node.ready !== "True"),
    problems: [],
    downForMs: age("Down", instance?.state === "Stopped" && record.status?.operation === undefined),
    vanishedForMs: age("Vanished", instance === null),
  };
}

function carryOut(world: World, action: Action): void {
  const isEffect = "step" in action;
  const luck = isEffect ? world.luck() : "Good";
  if (luck !== "Refused") apply(world, action);
  world.log.push({ at: world.now, action });
  if (!isEffect || action.kind === "EvictPod") return;
  const { machine, kind, epoch } = action;
  const before = world.outcomes.get(machine);
  const failures = before?.action === kind && before.epoch === epoch ? before.failures + 1 : 1;
  const error = luck === "Good" ? null : { kind: "Unknown", message: "" };
  world.outcomes.set(machine, {
    action: kind,
    error,
    at: told(world),
    epoch,
    failures: error === null ? 0 : failures,
  });
}

function apply(world: World, action: Action): void {
  if (applyRecord(world, action) || !("machine" in action)) return;
  const record = world.machines.get(action.machine);
  const server = world.servers.get(record?.metadata.uid ?? "");
  if (record === undefined) return;
  if ("node" in action || "pod" in action) return applyToNode(world, action);
  if (action.kind === "RequestInstance") return createServer(world, record);
  if (server !== undefined && "instanceId" in action) applyToServer(world, action, server);
}

function applyRecord(world: World, action: Action): boolean {
  const { machines, operations, pool } = world;
  switch (action.kind) {
    case "RecordMachine": {
      world.made += 1;
      const metadata = { name: action.name, uid: `uid-${world.made}`, creationTimestamp: timeOf(world.now) };
      machines.set(action.name, { apiVersion: "", kind: "ManagedMachine", metadata, spec: action.spec });
      return true;
    }
    case "AdvanceMachine":
    case "SetAttributes": {
      const record = machines.get(action.machine);
      if (record === undefined) return true;
      const change =
        action.kind === "AdvanceMachine"
          ? { status: action.status }
          : { spec: { ...record.spec, attributes: action.attributes } };
      machines.set(action.machine, { ...record, ...change });
      return true;
    }
    case "ForgetMachine":
      machines.delete(action.machine);
      world.outcomes.delete(action.machine);
      return true;
    case "RecordOperation": {
      world.made += 1;
      const metadata = { name: action.name, uid: `uid-${world.made}`, creationTimestamp: timeOf(world.now) };
      operations.set(action.name, { apiVersion: "", kind: "NodeOperation", metadata, spec: action.spec });
      return true;
    }
    case "ForgetOperation":
      operations.delete(action.operation);
      return true;
    case "AdjustReplicas": {
      const annotations = { ...pool.metadata.annotations, [removalsAnnotation]: action.removals };
      const metadata = { ...pool.metadata, annotations };
      world.pool = { ...pool, metadata, spec: { ...pool.spec, replicas: action.replicas } };
      return true;
    }
    case "HoldPool":
      world.pool = {
        ...pool,
        metadata: { ...pool.metadata, finalizers: ["poolkeeper.dev/instance-cleanup"] },
      };
      return true;
    case "LetPoolGo":
      world.pool = { ...pool, metadata: { ...pool.metadata, finalizers: [] } };
      return true;
    default:
      return false;
  }
}

function createServer(world: World, record: ManagedMachineObject): void {
  const { uid: machineUid = "" } = record.metadata;
  const { creation, operation } = record.status ?? {};
  if (creation === undefined || operation?.target === undefined || world.servers.has(machineUid)) return;
  world.made += 1;
  const { zone, instanceType, chargeType } = creation.request;
  const instance = anInstance({ id: `i-${world.made}`, state: "Starting", zone, instanceType, chargeType });
  const server: Server = {
    machineUid,
    instance,
    disk: operation.target,
    boots: 0,
    readyAt: null,
    fault: null,
    isRegistered: false,
  };
  world.servers.set(machineUid, server);
  boot(world, server, 20 * secondMs);
}

function after(world: World, ms: number, run: () => void): void {
  world.timers.push({ at: world.now + ms, run });
}

function set(server: Server, change: Partial<Instance>): void {
  server.instance = { ...server.instance, ...change };
}

function boot(world: World, server: Server, ms: number): void {
  set(server, { state: "Starting" });
  server.readyAt = null;
  after(world, ms, () => {
    if (server.instance.state !== "Starting") return;
    set(server, { state: "Running" });
    server.boots += 1;
    server.isRegistered = false;
    server.readyAt = world.now + 5 * secondMs;
    after(world, 5 * secondMs, () => register(world, server));
  });
}

/** A kubelet that is well makes its node, or takes the one that is there. */
function register(world: World, server: Server): void {
  const name = nodeNameOf(server.instance);
  const isGone = world.servers.get(server.machineUid) !== server;
  if (isGone || server.fault !== null || server.isRegistered || server.instance.state !== "Running") return;
  server.isRegistered = true;
  const record = [...world.machines.values()].find(({ metadata }) => metadata.uid === server.machineUid);
  const existing = world.nodes.get(name);
  world.made += 1;
  const fresh = aNode({
    name,
    uid: `uid-${world.made}`,
    labels: { [poolLabel]: record?.spec.poolName ?? "" },
  });
  const { kubernetesVersion: kubeletVersion } = server.disk;
  world.nodes.set(name, { ...(existing ?? fresh), bootId: `${name}-${server.boots}`, kubeletVersion });
  if (!world.pods.has(name))
    world.pods.set(name, [aPod({ name: `pod-${name}`, uid: `pod-${name}`, nodeName: name })]);
}

type ServerAction = Extract<Action, { readonly instanceId: string }>;

function applyToServer(world: World, action: ServerAction, server: Server): void {
  const { state } = server.instance;
  switch (action.kind) {
    case "StopInstance":
      set(server, { state: "Stopping" });
      return after(world, 5 * secondMs, () => set(server, { state: "Stopped" }));
    case "StartInstance":
      return state === "Stopped" ? boot(world, server, 10 * secondMs) : undefined;
    case "RebootInstance":
      heal(server, "Reboot");
      return boot(world, server, 15 * secondMs);
    case "RestartService":
      heal(server, "RestartService");
      server.isRegistered = false;
      return after(world, secondMs, () => register(world, server));
    case "ReplaceSystemDisk":
      set(server, { isBusy: true });
      return after(world, 10 * secondMs, () => {
        heal(server, "ReplaceSystemDisk");
        world.made += 1;
        server.disk = action.disk;
        set(server, { isBusy: false, systemDiskId: `d-${world.made}` });
      });
    case "ReleaseInstance":
      set(server, { state: "Releasing" });
      return after(world, 5 * secondMs, () => world.servers.delete(server.machineUid));
    case "LeaveCluster":
      world.left.push(server);
      world.servers.delete(server.machineUid);
      return;
    case "TagInstance":
      set(server, { tags: { ...server.instance.tags, ...action.set } });
  }
}

const cures: readonly Cure[] = ["RestartService", "Reboot", "ReplaceSystemDisk", "Never"];

/** What heals by a restart of the kubelet heals by a reboot too, and so on. */
function heal(server: Server, by: Cure): void {
  if (server.fault !== null && cures.indexOf(server.fault) <= cures.indexOf(by)) server.fault = null;
}

function applyToNode(
  world: World,
  action: Extract<Action, { readonly node: Node } | { readonly pod: Pod }>,
): void {
  if ("pod" in action) {
    const { nodeName, uid } = action.pod;
    const going = (world.pods.get(nodeName) ?? []).map((pod) =>
      pod.uid === uid ? { ...pod, deletionAt: world.now } : pod,
    );
    world.pods.set(nodeName, going);
    return after(world, 5 * secondMs, () => {
      world.pods.set(
        nodeName,
        (world.pods.get(nodeName) ?? []).filter((pod) => pod.uid !== uid),
      );
    });
  }
  const node = world.nodes.get(action.node.name);
  if (node === undefined) return;
  const put = (change: Partial<Node>): void => void world.nodes.set(node.name, { ...node, ...change });
  switch (action.kind) {
    case "CordonNode":
      return put({ isUnschedulable: true, annotations: { ...node.annotations, [cordonAnnotation]: "us" } });
    case "UncordonNode": {
      const { [cordonAnnotation]: _ours, ...annotations } = node.annotations;
      return put({ isUnschedulable: false, annotations });
    }
    case "LabelNode": {
      const labels = {
        ...node.labels,
        ...action.attributes.nodeLabels,
        [poolLabel]: world.pool.metadata.name,
      };
      return put({ labels, taints: mergedTaints(node, action.attributes, action.applied) });
    }
    case "DeleteNode":
      world.nodes.delete(node.name);
      world.pods.delete(node.name);
  }
}

export function sicken(world: World, index: number, fault: Cure): void {
  const server = [...world.servers.values()][index % Math.max(1, world.servers.size)];
  if (server !== undefined) server.fault = fault;
}

/** The server is well again, and its node is there. */
export function recover(world: World, server: Server): void {
  server.fault = null;
  server.isRegistered = false;
  const record = [...world.machines.values()].find(({ metadata }) => metadata.uid === server.machineUid);
  const isAtRest = record?.status?.operation === undefined;
  if (server.instance.state === "Stopped" && isAtRest) return boot(world, server, secondMs);
  if (server.readyAt !== null && server.readyAt <= world.now) register(world, server);
}

export const aWhileMs: number = 10 * minuteMs;
