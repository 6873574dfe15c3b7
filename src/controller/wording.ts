/** Sentences as they are stored in the API's objects: English, for kubectl, and never longer than a field takes. */
import type { Facts, Reason } from "../core/reason.ts";
import type { BlockerFields } from "../schema/field.ts";
import type { MachineStatus } from "../schema/machine.ts";
import type { OperationStatus } from "../schema/operation.ts";
import { blockerText } from "../text/drain.ts";
import { isReason, sentence as fullSentence } from "../text/sentence.ts";

/** The API refuses a whole status for one text that is too long, so texts are cut before they are sent. */
export function sentence(reason: Reason, facts: Facts): string {
  const text = fullSentence(reason, facts);
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;
}

const longestText = 1000;

/** With the sentence of its reason, where that is one of ours; an end without trouble says nothing. */
export function worded<T extends Explained>(item: T): T {
  const { reason = "", facts = {} } = item;
  return isReason(reason) ? { ...item, message: sentence(reason, facts) } : item;
}

export function wordedStatus(status: OperationStatus): OperationStatus {
  const machines = (status.machines ?? []).map(({ blockers, ...progress }) => ({
    ...worded(progress),
    ...(blockers === undefined ? {} : { blockers: blockers.map(wordedBlocker) }),
  }));
  return { ...worded(status), machines };
}

function wordedBlocker(blocker: BlockerFields): BlockerFields {
  return { ...blocker, message: blockerText(blocker) };
}

interface Explained {
  readonly reason?: string | undefined;
  readonly facts?: Facts | undefined;
}

export function wordedMachine(status: MachineStatus): MachineStatus {
  const { lastOperation } = status;
  return lastOperation === undefined ? status : { ...status, lastOperation: worded(lastOperation) };
}
