/** Whose turn is next in an upgrade, among machines that are all free, and what the others wait for. */
import type { NodeOperationObject } from "../schema/operation.ts";
import type { Held } from "./action.ts";
import { disruptionsLeft, maxUnavailable } from "./budget.ts";
import { growthLimit } from "./forecast.ts";
import { isAvailable, nameOf } from "./member.ts";
import type { Instant, Machine, Snapshot } from "./model.ts";
import { isDoneHere, type Progress } from "./progress.ts";
import type { HandsOff } from "./repair-guard.ts";
import { allVitals, isVital, noOtherNode, onlyUs } from "./vital.ts";

interface Waiting {
  readonly operation: NodeOperationObject;
  readonly progress: readonly Progress[];
  /** In nobody's hands. */
  readonly idle: readonly Machine[];
}

interface Turn {
  readonly next: readonly Machine[];
  readonly held: Held;
}

/** Machines that are not available anyway cost nothing: they go first, and no budget holds them. */
export function nextInTurn(snapshot: Snapshot, waiting: Waiting, now: Instant): Turn {
  const { idle, progress } = waiting;
  const running = progress.filter(({ record }) => record.state === "Running").length;
  const limit = growthLimit(progress.filter(isDoneHere).length, snapshot.pool.spec.upgrade.maxParallel);
  const batch = Math.max(0, limit - running);
  const left = Math.max(0, disruptionsLeft(snapshot, now));
  const away = idle.filter((machine) => !isAvailable(machine)).slice(0, batch);
  const room = Math.min(batch - away.length, left);
  const { chosen, last } = choose(snapshot, waiting, { room, others: running + away.length }, now);
  const next = [...away, ...chosen];
  if (last !== null && next.length === 0 && running === 0) return { next, held: hold(last) };
  const isBudget = left < batch - away.length && idle.length > next.length;
  const facts = { count: running, limit: isBudget ? maxUnavailable(snapshot.pool.spec) : limit, have: left };
  return { next, held: hold({ reason: isBudget ? "MaxUnavailable" : "BatchInProgress", facts }) };
}

/** The ground we stand on is taken last, and alone, while there is other ground (S37). */
function choose(
  snapshot: Snapshot,
  { idle, operation }: Waiting,
  { room, others }: { readonly room: number; readonly others: number },
  now: Instant,
): { readonly chosen: readonly Machine[]; readonly last: HandsOff | null } {
  const kinds = operation.spec.requestedBy === "Controller" ? allVitals : onlyUs;
  const chosen: Machine[] = [];
  let last: HandsOff | null = null;
  for (const machine of inOrder(snapshot, idle.filter(isAvailable))) {
    if (chosen.length >= room) break;
    if (!isVital(snapshot, machine)) {
      chosen.push(machine);
      continue;
    }
    if (chosen.length + others > 0) break;
    last = noOtherNode(snapshot, machine, kinds, now);
    if (last === null) return { chosen: [machine], last };
  }
  return { chosen, last };
}

/** Those that somebody has promised to begin on stay first; vital ones come last. */
function inOrder(snapshot: Snapshot, machines: readonly Machine[]): readonly Machine[] {
  return promisedFirst(
    snapshot,
    vitalLast(snapshot, machines).map((machine) => ({ machine })),
  ).map(({ machine }) => machine);
}

export function vitalLast(snapshot: Snapshot, machines: readonly Machine[]): readonly Machine[] {
  const vital = new Set(machines.filter((machine) => isVital(snapshot, machine)));
  return [...machines.filter((machine) => !vital.has(machine)), ...vital];
}

interface Candidate {
  readonly machine: Machine;
}

/** Machines on which somebody was about to begin come first: else two who decide at once would take one each (S9, S25). */
export function promisedFirst<T extends Candidate>(
  { pool }: Snapshot,
  candidates: readonly T[],
): readonly T[] {
  const promised = new Set(pool.status?.promised);
  const rank = ({ machine }: Candidate): number => (promised.has(nameOf(machine)) ? 0 : 1);
  return candidates.toSorted((a, b) => rank(a) - rank(b));
}

function hold({ reason, facts = {}, wakeAt = null }: HandsOff): Held {
  return { wish: "Upgrade", machine: "", reason, facts, wakeAt };
}
