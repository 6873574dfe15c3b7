/** All actions of one decision: records first, then effects, machine by machine, each checked freshly before it is sent (S26). */
import type { Action, InstanceAction, NodeAction, RecordAction } from "../core/action.ts";
import { machineOf } from "../core/brake.ts";
import type { Instant } from "../core/model.ts";
import { PortError } from "../ports/errors.ts";
import { actInstance, actNode, actRecord, type Scene } from "./act.ts";
import { createBeginPermit, createEffectPermit } from "./permit.ts";

export interface Performed {
  readonly done: ReadonlySet<Action>;
  /** Without a permit, or compare-and-swaps that lost: the view was older than we thought, look again at once. */
  readonly lost: ReadonlySet<Action>;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly action: Action;
  readonly error: unknown;
}

const parallel = 16;

export async function perform(
  actions: readonly Action[],
  scene: Scene,
  decidedAt: Instant,
): Promise<Performed> {
  const groups = Map.groupBy(actions, groupOf);
  const begin = createBeginPermit(scene, decidedAt);
  const tally: Tally = { done: new Set(), lost: new Set(), failures: [] };
  await inParallel([...groups], parallel, async ([machine, group]) => {
    const effects = createEffectPermit(machine, scene);
    for (const action of group) {
      const isCovered = (await begin.covers(action)) && (await effects.covers(action));
      if (isCovered) await performOne(action, scene, tally);
      else tally.lost.add(action);
    }
  });
  return tally;
}

/** One after the other on one machine, side by side on several; new records have nothing to do with each other. */
function groupOf(action: Action): string {
  return machineOf(action) || ("name" in action ? action.name : action.kind);
}

interface Tally extends Performed {
  readonly done: Set<Action>;
  readonly lost: Set<Action>;
  readonly failures: Failure[];
}

async function performOne(action: Action, scene: Scene, tally: Tally): Promise<void> {
  const { outcomes, clock } = scene.deps;
  const epoch = "epoch" in action ? action.epoch : null;
  const effect = { pool: scene.key, machine: machineOf(action), action: action.kind, epoch, at: clock.now() };
  try {
    await send(action, scene);
    tally.done.add(action);
    if (!isRecord(action) && action.kind !== "EvictPod") outcomes.succeeded(effect);
  } catch (error) {
    // Somebody was faster; their write is on its way to our view and decides anew.
    const isRace =
      error instanceof PortError &&
      (error.kind === "Conflict" ||
        error.kind === "AlreadyExists" ||
        (error.kind === "NotFound" && isRecord(action)));
    if (isRace) {
      tally.lost.add(action);
      return;
    }
    outcomes.failed({ ...effect, at: clock.now() }, error);
    tally.failures.push({ action, error });
  }
}

const recordKinds: ReadonlySet<string> = new Set([
  "RecordMachine",
  "AdvanceMachine",
  "SetAttributes",
  "ForgetMachine",
  "RecordOperation",
  "ForgetOperation",
  "AdjustReplicas",
  "HoldPool",
  "LetPoolGo",
]);
const nodeKinds: ReadonlySet<string> = new Set([
  "CordonNode",
  "UncordonNode",
  "LabelNode",
  "EvictPod",
  "DeletePod",
  "DeleteNode",
]);

/** Sent to the provider, the nodes or the pods; not a write to our own records. */
export function isEffect(action: Action): boolean {
  return !isRecord(action);
}

function isRecord(action: Action): action is RecordAction {
  return recordKinds.has(action.kind);
}

function isNodeAction(action: Action): action is NodeAction {
  return nodeKinds.has(action.kind);
}

async function send(action: Action, scene: Scene): Promise<void> {
  if (isRecord(action)) return actRecord(action, scene);
  if (isNodeAction(action)) return actNode(action, scene);
  return actInstance(action satisfies InstanceAction, scene);
}

/** Runs `work` over all items, at most `limit` at once, in their order. An error is thrown when nothing is under way any more. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
