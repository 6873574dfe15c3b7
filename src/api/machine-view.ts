/** A machine as the API shows it: a row of a table, and the page of one node. */
import { podFates } from "../core/drain-preview.ts";
import type { Machine, Pod, Snapshot } from "../core/model.ts";
import { nodeOf } from "../core/view.ts";
import type { Condition, NodeObject } from "../schema/kubernetes.ts";
import type { ManagedMachineObject, MachineStatus } from "../schema/machine.ts";
import { type Language, operationWord, stepWord } from "../text/words.ts";
import type { MachineDetail, MachineView, PodView, Wait } from "./types.ts";
import { placeOf, stateOf, storedText } from "./words.ts";

export interface NodeSide {
  readonly node: NodeObject | undefined;
  /** Null where the caller may not list pods. */
  readonly pods: number | null;
}

export function machineView(record: ManagedMachineObject, side: NodeSide, language: Language): MachineView {
  const { metadata, spec, status = {} } = record;
  return {
    ...placeOf(metadata),
    pool: spec.poolName,
    node: status.nodeName ?? null,
    instance: status.instanceId ?? null,
    state: stateOf(status.summary, language),
    message: status.message ?? "",
    step: stepView(status, language),
    ...whereOf(status),
    image: status.disk?.image ?? null,
    kubernetesVersion: status.disk?.kubernetesVersion ?? null,
    chargeType: spec.chargeType,
    revision: spec.revision,
    ...healthOf(side, status.summary),
  };
}

/** What was asked for counts until the instance is there. */
export function whereOf({
  zone,
  instanceType,
  creation,
}: MachineStatus): Pick<MachineView, "zone" | "instanceType"> {
  const { request } = creation ?? {};
  return { zone: zone ?? request?.zone ?? null, instanceType: instanceType ?? request?.instanceType ?? null };
}

/** Whoever may not see the node is told by our own word for it. */
function healthOf(
  { node: object, pods }: NodeSide,
  summary: string | undefined,
): Pick<MachineView, "isReady" | "isCordoned" | "pods"> {
  if (object === undefined) return { isReady: summary === "Ready", isCordoned: false, pods };
  const node = nodeOf(object);
  return { isReady: node.ready === "True", isCordoned: node.isUnschedulable, pods };
}

function stepView({ operation }: MachineStatus, language: Language): MachineView["step"] {
  if (operation === undefined) return null;
  const { step, stepSince } = operation;
  return {
    code: step,
    word: stepWord(step, language),
    since: stepSince,
    operation: operation.operation?.name ?? null,
  };
}

export interface MachineAround {
  readonly side: NodeSide;
  readonly waits: readonly Wait[];
  /** Null where the caller may not list pods. */
  readonly snapshot: Snapshot | null;
  readonly machine: Machine | null;
}

export function machineDetail(
  record: ManagedMachineObject,
  around: MachineAround,
  language: Language,
): MachineDetail {
  const { status = {} } = record;
  const { machine, snapshot, side } = around;
  const node = side.node === undefined ? null : nodeOf(side.node);
  const mayListPods = snapshot !== null && machine !== null;
  return {
    ...machineView(record, side, language),
    waits: [...around.waits],
    ...nodeFields(side.node),
    allocatable: node?.allocatable ?? null,
    requested: mayListPods ? requestedBy(machine.pods) : null,
    podList: mayListPods ? podViews(machine, snapshot) : null,
    inHand: status.operation ?? null,
    lastOperation: lastView(status, language),
    repairs: [...(status.repairs ?? [])],
    request: status.creation?.request ?? null,
  };
}

function lastView({ lastOperation }: MachineStatus, language: Language): MachineDetail["lastOperation"] {
  if (lastOperation === undefined) return null;
  const { kind, outcome, reason, facts = {}, startedTime, finishedTime } = lastOperation;
  const message = storedText(lastOperation, facts, language);
  return { kind, word: operationWord(kind, language), outcome, reason, message, startedTime, finishedTime };
}

function nodeFields(
  node: NodeObject | undefined,
): Pick<MachineDetail, "nodeConditions" | "nodeInfo" | "nodeLabels" | "taints" | "addresses"> {
  const { conditions = [], nodeInfo = {}, addresses = [] } = node?.status ?? {};
  return {
    nodeConditions: conditions.map(nodeCondition),
    nodeInfo: { ...nodeInfo },
    nodeLabels: { ...node?.metadata.labels },
    taints: (node?.spec?.taints ?? []).map(({ key, value, effect }) => ({
      key,
      ...(value === undefined ? {} : { value }),
      effect,
    })),
    addresses: [...addresses],
  };
}

/** "True" is bad of everything but Ready. */
function nodeCondition(condition: Condition): MachineDetail["nodeConditions"][number] {
  const { type, status, reason = "", message = "", lastTransitionTime = null } = condition;
  const isBad = type === "Ready" ? status !== "True" : status === "True";
  return { type, status, reason, message, since: lastTransitionTime, isBad };
}

function requestedBy(pods: readonly Pod[]): { cpuMilli: number; memoryMiB: number } {
  const running = pods.filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
  return {
    cpuMilli: running.reduce((sum, { requests }) => sum + requests.cpuMilli, 0),
    memoryMiB: running.reduce((sum, { requests }) => sum + requests.memoryMiB, 0),
  };
}

/** The worst verdict first, as the command line lists them. */
export function podViews(machine: Machine, snapshot: Snapshot): PodView[] {
  return podFates(machine, snapshot).map(({ pod, shown, fate, losesLocalData, askedToStay }) => {
    const { namespace, name, phase, isReady, requests } = pod;
    const { owner, budgets } = shown;
    return {
      namespace,
      name,
      owner,
      phase,
      isReady,
      verdict: fate,
      budgets: [...budgets],
      losesLocalData,
      askedToStay,
      requests,
    };
  });
}
