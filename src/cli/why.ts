/** `why`: what a pool or a node is doing, what it waits for, since when, and what would help. */
import type { Command } from "commander";
import { isMarked } from "../core/protect.ts";
import { isPortError } from "../ports/errors.ts";
import type { NodeObject } from "../schema/kubernetes.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { operationWord, stateWord, stepWord } from "../text/words.ts";
import { doneText, imageText, machineState } from "./columns.ts";
import { progressLines } from "./describe-operation.ts";
import { waitLines } from "./detail.ts";
import { refusalError } from "./failure.ts";
import { getPool, machinesOf, operationsOf } from "./read.ts";
import type { Session } from "./session.ts";
import { suggestion } from "./suggest.ts";
import { type Look, shortened } from "./table.ts";
import { ageOf } from "./time.ts";

export function register(program: Command, session: Session): void {
  program
    .command("why <pool-or-node>")
    .description("say what a pool or a node waits for, since when, and what helps")
    .action((name: string) => why(session, name));
}

async function why(session: Session, name: string): Promise<void> {
  const kube = await session.kube();
  const { namespace } = session;
  const [pools, machines] = await Promise.all([
    kube.list("ManagedNodePool", { namespace }),
    kube.list("ManagedMachine", { namespace }),
  ]);
  const pool = pools.items.find(({ metadata }) => metadata.name === name);
  const machine = machines.items.find((record) => namesOf(record).includes(name));
  if (pool === undefined && machine === undefined) {
    const known = [...pools.items.map(({ metadata }) => metadata.name), ...machines.items.flatMap(namesOf)];
    const near = suggestion(name, known);
    const facts = { object: `pool, node, machine or instance ${name}`, namespace };
    throw refusalError({ reason: "NotFound", facts: near === null ? facts : { ...facts, suggestion: near } });
  }
  const lines = pool === undefined ? await machineLines(session, machine) : await poolLines(session, pool);
  for (const line of lines) session.terminal.out(line);
}

function namesOf({ metadata, status }: ManagedMachineObject): readonly string[] {
  return [metadata.name, status?.nodeName, status?.instanceId].filter((name) => name !== undefined);
}

async function poolLines(session: Session, pool: ManagedNodePoolObject): Promise<readonly string[]> {
  const kube = await session.kube();
  const operations = await operationsOf(kube, pool);
  const machines = await machinesOf(kube, pool);
  return whyPool(pool, { operations, machines }, session.look());
}

interface Around {
  readonly operations: readonly NodeOperationObject[];
  readonly machines: readonly ManagedMachineObject[];
}

export function whyPool(
  pool: ManagedNodePoolObject,
  { operations, machines }: Around,
  look: Look,
): readonly string[] {
  const { name } = pool.metadata;
  const { blockers = [] } = pool.status ?? {};
  if (!isSeen(pool)) return unseenLines(pool);
  const running = operations.filter((operation) => operation.status?.finishedTime === undefined);
  const waits = waitLines(pool.status ?? {}, name, look);
  return [
    headLine(pool),
    ...running.flatMap((operation) => operationLines(operation, look)),
    ...(waits.length === 0 ? [] : ["It waits:", ...waits]),
    ...(blockers.length + running.length > 0 ? [] : settledLines(pool, { operations, machines }, look)),
  ];
}

function isSeen({ metadata, status }: ManagedNodePoolObject): boolean {
  return status?.observedGeneration !== undefined && status.observedGeneration === metadata.generation;
}

function unseenLines({ metadata, status }: ManagedNodePoolObject): readonly string[] {
  const seen = status?.observedGeneration ?? "none";
  return [
    `${metadata.name} was changed and its controller has not looked at it since (generation ${metadata.generation ?? 1}, seen ${seen}).`,
    "try: poolkeeper doctor",
  ];
}

function headLine({ metadata, spec, status }: ManagedNodePoolObject): string {
  const { summary = "Pending", readyReplicas = 0, upToDateReplicas = 0 } = status ?? {};
  return `${metadata.name} is ${stateWord(summary)}: ${readyReplicas} of ${spec.replicas} nodes are ready, ${upToDateReplicas} up to date.`;
}

function operationLines(operation: NodeOperationObject, look: Look): readonly string[] {
  const { metadata, spec, status } = operation;
  const busy = (status?.machines ?? []).filter(({ state }) => state !== "Waiting" && state !== "Succeeded");
  const shown = { ...operation, status: { ...status, machines: busy } };
  const by = spec.requestedBy === undefined ? "" : `, asked for by ${spec.requestedBy}`;
  return [
    `${metadata.name} (${operationWord(spec.kind)}${by}, ${ageOf(metadata.creationTimestamp, look)} ago) is ${stateWord(status?.phase ?? "Pending")}: ${doneText(operation)} nodes done.`,
    ...progressLines(shown, look).map((line) => `  ${line}`),
  ];
}

/** Nothing runs and nothing is held: the nodes themselves are what there is to say. */
function settledLines(
  { metadata, spec, status }: ManagedNodePoolObject,
  { operations, machines }: Around,
  look: Look,
): readonly string[] {
  const busy = machines.filter((machine) => machine.status?.summary !== "Ready");
  if (busy.length > 0) return busyLines(busy, look);
  const behind = machines.length - (status?.upToDateReplicas ?? machines.length);
  if (behind <= 0) return ["Nothing waits."];
  const target = `${imageText(status?.targetImage)}, Kubernetes ${status?.targetKubernetesVersion ?? "of the pool"}`;
  const auto = spec.management.autoUpgrade ? "" : " Auto upgrade is off.";
  return [
    `${behind === 1 ? "1 node is" : `${behind} nodes are`} behind ${target}.${auto}`,
    ...lastUpgradeLines(operations, look),
    `try: poolkeeper upgrade plan ${metadata.name}`,
  ];
}

const shownMachines = 8;

function busyLines(busy: readonly ManagedMachineObject[], look: Look): readonly string[] {
  const lines = busy.map(
    (machine) => `${machine.status?.nodeName ?? machine.metadata.name}: ${machineState(machine, look)}`,
  );
  return shortened(lines, shownMachines).map((line) => `  ${line}`);
}

/** What the last upgrade left behind, and why. */
function lastUpgradeLines(operations: readonly NodeOperationObject[], look: Look): readonly string[] {
  const last = operations.find(({ spec }) => spec.kind === "Upgrade");
  const left = (last?.status?.machines ?? []).filter(
    ({ state }) => state === "Failed" || state === "Blocked",
  );
  if (last === undefined || left.length === 0) return [];
  return [
    `The last upgrade, ${last.metadata.name}, ended ${ageOf(last.status?.finishedTime, look)} ago without:`,
    ...shortened(
      left.map(({ node, name, state, message = "" }) =>
        `${node ?? name}: ${stateWord(state)}. ${message}`.trimEnd(),
      ),
      shownMachines,
    ).map((line) => `  ${line}`),
  ];
}

async function machineLines(
  session: Session,
  machine: ManagedMachineObject | undefined,
): Promise<readonly string[]> {
  if (machine === undefined) return [];
  const kube = await session.kube();
  const pool = await getPool(session, machine.spec.poolName);
  const [node, operations] = await Promise.all([nodeOrNull(session, machine), operationsOf(kube, pool)]);
  return whyMachine(machine, { node, pool, operations }, session.look());
}

async function nodeOrNull(session: Session, { status }: ManagedMachineObject): Promise<NodeObject | null> {
  const kube = await session.kube();
  if (status?.nodeName === undefined) return null;
  try {
    return await kube.get("Node", { name: status.nodeName });
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}

interface AroundMachine {
  readonly node: NodeObject | null;
  readonly pool: ManagedNodePoolObject;
  readonly operations: readonly NodeOperationObject[];
}

export function whyMachine(
  machine: ManagedMachineObject,
  { node, pool, operations }: AroundMachine,
  look: Look,
): readonly string[] {
  const { metadata, status } = machine;
  const name = status?.nodeName ?? metadata.name;
  const inHand = status?.operation;
  const head = `${name} (machine ${metadata.name} of ${pool.metadata.name}) is ${machineState(machine, look)}.`;
  const blockers = (pool.status?.blockers ?? []).filter(
    ({ object }) => object.split(":")[0] === metadata.name,
  );
  const waits = waitLines({ blockers }, pool.metadata.name, look);
  const lines = [
    head,
    ...(inHand === undefined ? [] : [stepLine(machine, look)]),
    ...(status?.message === undefined ? [] : [`Its provider says: ${status.message}`]),
    ...operations.filter(isRunning).flatMap((operation) => targetLines(operation, machine)),
    ...nodeLines(node, look),
    ...lastLine(machine, look),
    ...(waits.length === 0 ? [] : ["It waits:", ...waits]),
  ];
  return lines.length > 1 ? lines : [head, "Nothing is done to it and nothing waits."];
}

function isRunning({ status }: NodeOperationObject): boolean {
  return status?.finishedTime === undefined;
}

function stepLine({ status }: ManagedMachineObject, look: Look): string {
  const operation = status?.operation;
  if (operation === undefined) return "";
  const cause = operation.operation === undefined ? "" : ` for ${operation.operation.name}`;
  return `In hand${cause}: ${operationWord(operation.kind)}, at step "${stepWord(operation.step)}" for ${ageOf(operation.stepSince, look)}.`;
}

function targetLines(operation: NodeOperationObject, machine: ManagedMachineObject): readonly string[] {
  const progress = operation.status?.machines?.find(({ uid }) => uid === machine.metadata.uid);
  if (progress === undefined) return [];
  const blockers = (progress.blockers ?? []).map(({ object, message }) => `  ${object}: ${message}`);
  const waiting =
    progress.state === "Waiting"
      ? [`It waits for its turn in ${operation.metadata.name}: ${operation.status?.message ?? ""}`]
      : [];
  const drain =
    blockers.length === 0 ? [] : [`  try: poolkeeper drain ${progress.node ?? progress.name} --explain`];
  return [...waiting, ...blockers, ...drain];
}

/** What the kubelet, or its silence, says. */
function nodeLines(node: NodeObject | null, look: Look): readonly string[] {
  if (node === null) return ["There is no Node object."];
  const bad = (node.status?.conditions ?? []).filter(({ type, status }) =>
    type === "Ready" ? status !== "True" : status === "True",
  );
  const conditions = bad.map(
    ({ type, status, message = "", lastTransitionTime }) =>
      `  ${type}=${status} for ${ageOf(lastTransitionTime, look)}: ${message}`,
  );
  const cordoned = node.spec?.unschedulable === true;
  const byUs = node.metadata.annotations?.["poolkeeper.dev/cordoned-by"] !== undefined;
  const cordon = cordoned ? [`The node is cordoned by ${byUs ? "Poolkeeper" : "a person"}.`] : [];
  const kept = isMarked(node.metadata.annotations)
    ? ["The node is protected by a person: nothing takes it away."]
    : [];
  return [...kept, ...(conditions.length === 0 ? [] : ["The node reports:", ...conditions]), ...cordon];
}

function lastLine({ status }: ManagedMachineObject, look: Look): readonly string[] {
  const last = status?.lastOperation;
  if (last === undefined || last.outcome === "Succeeded") return [];
  return [
    `Its last ${operationWord(last.kind)} ended ${ageOf(last.finishedTime, look)} ago: ${stateWord(last.outcome)}. ${last.message ?? last.reason}`,
  ];
}
