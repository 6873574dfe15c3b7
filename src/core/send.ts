/** May an effect be sent now, given how the last one on this machine ended? Repeats back off; fresh successes wait to be seen. */
import type { Action, Held, Wishes } from "./action.ts";
import type { Instant, Machine, Outcome, Snapshot } from "./model.ts";
import type { HoldReason } from "./reason.ts";
import { isWaitOver, minuteMs, secondMs, timeOf } from "./time.ts";

interface Sender {
  readonly snapshot: Snapshot;
  readonly machine: Machine;
  readonly now: Instant;
}

/** A provider's list may lag this long behind a call that succeeded. */
const unseenMs = 20 * secondMs;
const longestWaitMs = minuteMs;

export function send(sender: Sender, action: Action): Wishes {
  const name = sender.machine.record.metadata.name;
  const outcome = sender.snapshot.outcomes.get(name);
  if (outcome === undefined || !isAbout(outcome, action)) return { actions: [action], held: [] };
  const retryAt = outcome.at + (outcome.error === null ? unseenMs : backOffMs(outcome.failures));
  if (isWaitOver(outcome.at, retryAt, sender.now)) return { actions: [action], held: [] };
  const reason = reasonOf(outcome);
  const { name: provider, message } = sender.snapshot.provider;
  const held: Held = {
    wish: action.kind,
    machine: name,
    reason,
    facts: {
      machine: name,
      ...(reason === "ProviderUnavailable" ? { provider, message } : {}),
      error: outcome.error?.message ?? "",
      count: outcome.failures,
      until: timeOf(retryAt),
    },
    wakeAt: retryAt,
  };
  return { actions: [], held: [held] };
}

/** Alike effects on one machine: they are sent, or wait, together. */
export function sendAll(sender: Sender, actions: readonly Action[]): Wishes {
  const [first] = actions;
  if (first === undefined) return { actions, held: [] };
  const { held } = send(sender, first);
  return held.length > 0 ? { actions: [], held } : { actions, held };
}

function isAbout({ action: kind, epoch }: Outcome, action: Action): boolean {
  return kind === action.kind && epoch === ("epoch" in action ? action.epoch : null);
}

/** 1 s, 2 s, 4 s and so on up to a minute. */
export function backOffMs(failures: number): number {
  return Math.min(longestWaitMs, secondMs * 2 ** Math.max(0, Math.min(failures, 10) - 1));
}

function reasonOf(outcome: Outcome): HoldReason {
  if (outcome.error === null) return "AwaitingInstance";
  return reasonByErrorKind[outcome.error.kind] ?? "BackingOff";
}

const reasonByErrorKind: Readonly<Record<string, HoldReason>> = {
  Throttled: "Throttled",
  QuotaExceeded: "QuotaExceeded",
  OutOfStock: "OutOfStock",
  Denied: "ProviderDenied",
  Unreachable: "ProviderUnavailable",
};
