/** Asks for an operation, and may a running one be paused, resumed, cancelled, retried, approved? */
import type { NodeOperationObject, OperationSpec } from "../../schema/operation.ts";
import type { ManagedNodePoolObject } from "../../schema/pool.ts";
import { poolLabel } from "../attributes.ts";
import type { Machine } from "../model.ts";
import { defaultOptions, targetOf } from "../remove.ts";
import {
  type Answer,
  ask,
  type EffectKind,
  effect,
  type Friction,
  grant,
  listed,
  none,
  placeOf,
  refuse,
} from "./answer.ts";

/** Who asks, and the random end of the operation's name. */
export interface Asker {
  readonly by: string;
  readonly suffix: string;
}

interface Draft {
  readonly kind: OperationSpec["kind"];
  readonly machines: readonly Machine[];
  readonly options: Partial<OperationSpec["options"]>;
  readonly target?: OperationSpec["target"];
}

const lowersReplicas: Readonly<Record<OperationSpec["kind"], boolean>> = {
  RemoveNodes: true,
  Upgrade: false,
  Repair: false,
  SyncAttributes: false,
};

export function draftOperation(pool: ManagedNodePoolObject, asker: Asker, draft: Draft): NodeOperationObject {
  const { name, namespace = "" } = pool.metadata;
  const { kind, machines, options, target } = draft;
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "NodeOperation",
    metadata: {
      name: `${name}-${kind.toLowerCase()}-${asker.suffix}`,
      namespace,
      labels: { [poolLabel]: name },
    },
    spec: {
      poolName: name,
      kind,
      targets: machines.map(targetOf),
      requestedBy: asker.by,
      options: { ...defaultOptions, release: false, lowersReplicas: lowersReplicas[kind], ...options },
      ...(target === undefined ? {} : { target }),
      state: "Run",
      approval: "NotNeeded",
    },
  };
}

/** What people call the machine: its node, or its own name until it has joined. */
export function nodeNameOf(machine: Machine): string {
  return machine.record.status?.nodeName ?? machine.record.metadata.name;
}

export type OperationWish =
  | { readonly kind: "Pause" }
  | { readonly kind: "Resume" }
  | { readonly kind: "Cancel" }
  | { readonly kind: "Retry"; readonly machines: readonly string[] }
  | { readonly kind: "Skip"; readonly machines: readonly string[] }
  | { readonly kind: "Approve" }
  | { readonly kind: "Deny" };

export function changeOperation(operation: NodeOperationObject, wish: OperationWish): Answer {
  const { name } = operation.metadata;
  const since = operation.status?.finishedTime;
  if (since !== undefined) return refuse("OperationFinished", { operation: name, since });
  switch (wish.kind) {
    case "Pause":
      return setState(operation, "Pause", wish.kind);
    case "Resume":
      return setState(operation, "Run", wish.kind);
    case "Cancel":
      return setState(operation, "Cancel", wish.kind, ask);
    case "Retry":
    case "Skip":
      return nameMachines(operation, wish);
    case "Approve":
    case "Deny":
      return decideApproval(operation, wish.kind);
  }
}

function setState(
  operation: NodeOperationObject,
  state: OperationSpec["state"],
  wish: "Pause" | "Resume" | "Cancel",
  friction: Friction = none,
): Answer {
  const { name } = operation.metadata;
  const { state: current } = operation.spec;
  if (current === state) {
    const message = {
      Run: "it is running",
      Pause: "it is paused already",
      Cancel: "it is being cancelled already",
    }[state];
    return refuse("NothingToDo", { object: name, message });
  }
  if (current === "Cancel") {
    return refuse("NothingToDo", {
      object: name,
      message: "it is being cancelled, which cannot be taken back",
    });
  }
  return patched(operation, { state }, { wish, names: [], friction });
}

/** Failed, blocked or skipped machines are tried once more; waiting ones are left out. */
function nameMachines(
  operation: NodeOperationObject,
  wish: { readonly kind: "Retry" | "Skip"; readonly machines: readonly string[] },
): Answer {
  const { name } = operation.metadata;
  const progress = operation.status?.machines ?? [];
  const unfit =
    wish.kind === "Retry" ? ["Waiting", "Running", "Succeeded"] : ["Running", "Succeeded", "Skipped"];
  const named = new Set(wish.machines);
  const chosen: string[] = [];
  for (const machine of named) {
    const target = operation.spec.targets.find((item) => item.machine === machine || item.node === machine);
    if (target === undefined) return refuse("NotATarget", { operation: name, node: machine });
    const state = progress.find((item) => item.uid === target.uid)?.state ?? "Waiting";
    if (unfit.includes(state)) {
      return refuse("NothingToDo", {
        object: target.node ?? machine,
        message: `it is ${state.toLowerCase()}`,
      });
    }
    chosen.push(target.machine);
  }
  if (chosen.length === 0)
    return refuse("NothingToDo", { object: name, message: "no node of it has failed or is blocked" });
  const before = (wish.kind === "Retry" ? operation.spec.retry : operation.spec.skip) ?? [];
  const field = wish.kind === "Retry" ? "retry" : "skip";
  return patched(
    operation,
    { [field]: [...before, ...chosen] },
    { wish: wish.kind, names: chosen, friction: none },
  );
}

/** The machines that a bare "retry" means. */
export function retriable(operation: NodeOperationObject): readonly string[] {
  const progress = operation.status?.machines ?? [];
  return progress.filter(({ state }) => state === "Failed" || state === "Blocked").map((item) => item.name);
}

function decideApproval(operation: NodeOperationObject, wish: "Approve" | "Deny"): Answer {
  const { name } = operation.metadata;
  if (operation.spec.approval !== "Waiting") return refuse("NotWaitingForApproval", { operation: name });
  const approval = wish === "Approve" ? "Approved" : "Denied";
  const names = operation.spec.targets.map((target) => target.node ?? target.machine);
  return patched(operation, { approval }, { wish, names, friction: none });
}

function patched(
  operation: NodeOperationObject,
  spec: Partial<OperationSpec>,
  shown: {
    readonly wish: OperationWish["kind"];
    readonly names: readonly string[];
    readonly friction: Friction;
  },
): Answer {
  const { wish, names, friction } = shown;
  const isRelative = spec.retry !== undefined || spec.skip !== undefined;
  const facts = { operation: operation.metadata.name, pool: operation.spec.poolName };
  return grant(
    [{ kind: "Patch", ...placeOf("NodeOperation", operation), body: { spec }, isRelative }],
    [effect(effectKinds[wish], names.length === 0 ? facts : { ...facts, object: listed(names) })],
    friction,
  );
}

const effectKinds: Readonly<Record<OperationWish["kind"], EffectKind>> = {
  Pause: "PausesOperation",
  Resume: "ResumesOperation",
  Cancel: "CancelsOperation",
  Retry: "RetriesNodes",
  Skip: "SkipsNodes",
  Approve: "ApprovesOperation",
  Deny: "DeniesOperation",
};
