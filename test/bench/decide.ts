/**
 * How dear one decision is: 10,000 machines with 100,000 pods, as ten pools and as one, against a plain pass over the same
 * arrays on the same machine at the same moment. Runs in a process of its own, whose young generation is large enough
 * that what is allocated can be read off the heap.
 */
import { decide } from "../../src/core/decide.ts";
import type { Decision } from "../../src/core/action.ts";
import type { Snapshot } from "../../src/core/model.ts";
import { operationReport } from "../../src/core/operation-status.ts";
import { poolReport } from "../../src/core/status.ts";
import { noon } from "../../src/core/testing.ts";
import { largePool, lookAgain, type State, states } from "./snapshots.ts";
import { type Cell, median, table } from "./table.ts";

const shapes = [
  { name: "10 pools × 1,000", pools: 10, machines: 1000 },
  { name: "1 pool × 10,000", pools: 1, machines: 10_000 },
] as const;
const rounds = 15;

const head = ["state", "shape", "plain ms", "decide ms", "ratio", "MB", "report ms", "actions", "held"];

function main(): void {
  const rows = states.flatMap((state) => shapes.map((shape) => measure(state, shape)));
  console.log(table([head, ...rows]));
}

function measure(state: State, shape: (typeof shapes)[number]): readonly Cell[] {
  const { name, pools, machines } = shape;
  const snapshots = Array.from({ length: pools }, () => largePool(machines, state));
  const samples = Array.from({ length: rounds }, () => sample(snapshots));
  const middle = (pick: (one: Sample) => number): number => median(samples.map(pick));
  const plainMs = middle((one) => one.plainMs);
  const decideMs = middle((one) => one.decideMs);
  const [last] = samples;
  return [
    state,
    name,
    plainMs,
    decideMs,
    decideMs / plainMs,
    middle((one) => one.allocatedMb),
    middle((one) => one.reportMs),
    last?.actions ?? null,
    last?.held ?? null,
  ];
}

interface Sample {
  readonly plainMs: number;
  readonly decideMs: number;
  readonly allocatedMb: number;
  readonly reportMs: number;
  readonly actions: number;
  readonly held: number;
}

function sample(snapshots: readonly Snapshot[]): Sample {
  const seen = snapshots.map(lookAgain);
  globalThis.gc?.({ type: "minor" });
  const plainMs = timed(() => seen.map(plainPass)).tookMs;
  const before = process.memoryUsage().heapUsed;
  const { tookMs: decideMs, result: decisions } = timed(() => seen.map((snapshot) => decide(snapshot, noon)));
  const allocatedMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  const { tookMs: reportMs } = timed(() => reportAll(seen, decisions));
  return {
    plainMs,
    decideMs,
    allocatedMb,
    reportMs,
    actions: decisions.reduce((sum, { actions }) => sum + actions.length, 0),
    held: decisions.reduce((sum, { held }) => sum + held.length, 0),
  };
}

function timed<T>(run: () => T): { readonly tookMs: number; readonly result: T } {
  const startedAt = performance.now();
  const result = run();
  return { tookMs: performance.now() - startedAt, result };
}

/** The least that any decision has to do: look at every machine and every pod once. */
function plainPass({ machines }: Snapshot): number {
  let found = 0;
  for (const { record, node, pods } of machines) {
    if (record.status?.operation !== undefined) found += 1;
    if (node?.ready !== "True") found += 1;
    for (const pod of pods) if (pod.deletionAt !== null || pod.phase !== "Running") found += 1;
  }
  return found;
}

function reportAll(snapshots: readonly Snapshot[], decisions: readonly Decision[]): void {
  for (const [index, snapshot] of snapshots.entries()) {
    const decision = decisions[index];
    if (decision === undefined) continue;
    poolReport(snapshot, decision, noon);
    for (const operation of snapshot.operations) operationReport(operation, { snapshot, decision }, noon);
  }
}

main();
