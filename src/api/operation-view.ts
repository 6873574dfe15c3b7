/** An operation as the API shows it: its state, and on its own page a row for each of its nodes. */
import { changeOperation, type OperationWish, retriable } from "../core/intent/operation.ts";
import { doneCount } from "../core/operation-status.ts";
import type { BlockerFields } from "../schema/field.ts";
import type { MachineProgress, NodeOperationObject } from "../schema/operation.ts";
import { blockerCommand } from "../text/blocker.ts";
import { blockerText } from "../text/drain.ts";
import { type Language, operationWord, stepWord } from "../text/words.ts";
import type { OperationDetail, OperationView, ProgressView, Wait } from "./types.ts";
import { placeOf, stateOf, storedText } from "./words.ts";

export function operationView(operation: NodeOperationObject, language: Language): OperationView {
  const { metadata, spec, status = {} } = operation;
  const machines = status.machines ?? [];
  const inState = (...states: readonly string[]): number =>
    machines.filter(({ state }) => states.includes(state)).length;
  return {
    ...placeOf(metadata),
    pool: spec.poolName,
    kind: spec.kind,
    word: operationWord(spec.kind, language),
    state: stateOf(status.phase, language),
    message: storedText(status, { pool: spec.poolName }, language),
    reason: status.reason ?? null,
    requestedBy: spec.requestedBy ?? "",
    cause: spec.reason ?? null,
    wanted: spec.state,
    approval: spec.approval,
    options: spec.options,
    target:
      spec.target === undefined
        ? null
        : { image: spec.target.image, kubernetesVersion: spec.target.kubernetesVersion },
    nodes: {
      total: spec.targets.length,
      done: doneCount(operation),
      running: inState("Running"),
      failed: inState("Failed", "Blocked"),
    },
    startedTime: status.startedTime ?? null,
    finishedTime: status.finishedTime ?? null,
    verbs: verbsOf(operation),
  };
}

export function operationDetail(operation: NodeOperationObject, language: Language): OperationDetail {
  const byUid = new Map((operation.status?.machines ?? []).map((progress) => [progress.uid, progress]));
  const machines = operation.spec.targets.map(({ machine, uid, node }): ProgressView => {
    const known = byUid.get(uid);
    const waiting = {
      name: machine,
      uid,
      state: "Waiting" as const,
      ...(node === undefined ? {} : { node }),
    };
    return progressView(known ?? waiting, operation.spec.poolName, language);
  });
  return { ...operationView(operation, language), machines };
}

function progressView(progress: MachineProgress, pool: string, language: Language): ProgressView {
  const { name, uid, node, state, step, since, finishedTime, reason, blockers = [] } = progress;
  return {
    machine: name,
    uid,
    node: node ?? null,
    state: stateOf(state, language),
    step: step === undefined ? null : { code: step, word: stepWord(step, language) },
    since: since ?? null,
    finishedTime: finishedTime ?? null,
    reason: reason ?? null,
    message: storedText(
      progress,
      { machine: node ?? name, pool, ...(step === undefined ? {} : { step }), ...progress.facts },
      language,
    ),
    waits: blockers.map((blocker) => blockerWait(blocker, { machine: name, pool, language })),
    steps: stepViews(progress, language),
  };
}

function stepViews({ steps = [], finishedTime }: MachineProgress, language: Language): ProgressView["steps"] {
  return steps.map(({ step, since }, index) => ({
    code: step,
    word: stepWord(step, language),
    startsTime: since,
    endsTime: steps[index + 1]?.since ?? finishedTime ?? null,
  }));
}

function blockerWait(
  blocker: BlockerFields,
  {
    machine,
    pool,
    language,
  }: { readonly machine: string; readonly pool: string; readonly language: Language },
): Wait {
  const { reason, object, facts = {}, since } = blocker;
  const command = blockerCommand({ reason, object: machine }, pool);
  return { reason, facts, sentence: blockerText(blocker, language), try: command, object, since };
}

/** What the core would grant now. */
function verbsOf(operation: NodeOperationObject): OperationView["verbs"] {
  if (operation.status?.finishedTime !== undefined) return [];
  const isGranted = (wish: OperationWish): boolean => changeOperation(operation, wish).ok;
  const canSkip = operation.spec.targets.some(({ machine }) =>
    isGranted({ kind: "Skip", machines: [machine] }),
  );
  const plain = (["Pause", "Resume", "Cancel", "Approve", "Deny"] as const).filter((kind) =>
    isGranted({ kind }),
  );
  return [
    ...plain.map((kind) => kind.toLowerCase() as OperationView["verbs"][number]),
    ...(isGranted({ kind: "Retry", machines: retriable(operation) }) ? (["retry"] as const) : []),
    ...(canSkip ? (["skip"] as const) : []),
  ];
}
