/** Why something happens in a window, or nothing does: its state, its pools, and what each waits for. */
import { isEndless } from "../core/intent/window.ts";
import { instantOf, durationText, timeOf } from "../core/time.ts";
import { windowProblem, windowState } from "../core/window.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { WindowSpec } from "../schema/window.ts";
import { sentence } from "../text/sentence.ts";
import { stateWord } from "../text/words.ts";
import { blockerLines } from "./detail.ts";
import type { Look } from "./table.ts";
import { ageOf, alwaysOpen, momentText } from "./time.ts";

interface Subject {
  readonly window: string;
  readonly spec: WindowSpec;
  /** The pools that name the window. */
  readonly pools: readonly ManagedNodePoolObject[];
  readonly operations: readonly NodeOperationObject[];
}

export function explainWindow({ window, spec, pools, operations }: Subject, look: Look): readonly string[] {
  return [
    ...stateLines(window, spec, look),
    ...(pools.length === 0 ? ["No pool uses it: poolkeeper set POOL window=" + window] : []),
    ...pools.flatMap((pool) => poolLines(pool, operations, look)),
  ];
}

function stateLines(window: string, spec: WindowSpec, look: Look): readonly string[] {
  const problem = windowProblem(spec);
  if (problem !== null) return [`${window} never opens: ${sentence(problem.reason, problem.facts)}`];
  if (!spec.enabled)
    return [`${window} never opens: it is disabled. try: poolkeeper window set ${window} enabled=true`];
  const state = windowState(spec, look.now);
  if (state.opens === null) return [`${window} has no opening in the next year: its exclusions leave none.`];
  const there = { ...look, timeZone: spec.timeZone };
  const left = durationText(state.closes - look.now);
  const local = momentText(timeOf(state.opens), there);
  const mine = momentText(timeOf(state.opens), look);
  if (state.isOpen && isEndless(state, look.now)) return [`${window} is ${alwaysOpen}.`];
  if (state.isOpen) return [`${window} is open, for another ${left}.`];
  return [
    `${window} is closed. It opens in ${durationText(state.opens - look.now)}: ${local}${local === mine ? "" : ` (${mine} here)`}.`,
  ];
}

/** A window permits work; these are the other things that an upgrade needs. */
function poolLines(
  pool: ManagedNodePoolObject,
  operations: readonly NodeOperationObject[],
  look: Look,
): readonly string[] {
  const { metadata, spec, status } = pool;
  const behind = Math.max(0, (status?.replicas ?? 0) - (status?.upToDateReplicas ?? 0));
  const upgrades = operations.filter(
    (item) => item.spec.kind === "Upgrade" && item.spec.poolName === metadata.name,
  );
  const running = upgrades.find((item) => item.status?.finishedTime === undefined);
  const last = upgrades
    .filter((item) => item.status?.finishedTime !== undefined)
    .toSorted((a, b) => instantOf(b.status?.finishedTime) - instantOf(a.status?.finishedTime))[0];
  const waits = blockerLines(status ?? {}, look).map((line) => `  ${line}`);
  return [
    `${metadata.name}: ${intention(behind, spec.management.autoUpgrade, running)}`,
    ...(last === undefined
      ? []
      : [
          `  Its last upgrade ended ${ageOf(last.status?.finishedTime, look)} ago: ${stateWord(last.status?.phase ?? "")}.`,
        ]),
    ...waits,
  ];
}

function intention(behind: number, isAuto: boolean, running: NodeOperationObject | undefined): string {
  if (running !== undefined)
    return `${running.metadata.name} is ${stateWord(running.status?.phase ?? "Pending")}. ${running.status?.message ?? ""}`.trimEnd();
  if (behind === 0) return "all nodes are up to date, so the window passes unused.";
  const nodes = behind === 1 ? "1 node is behind" : `${behind} nodes are behind`;
  return isAuto
    ? `${nodes} and will be upgraded in it.`
    : `${nodes}, but auto upgrade is off, so the window passes unused.`;
}
