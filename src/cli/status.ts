/** `status`: the whole fleet in ten lines. */
import type { Command } from "commander";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { operationWord, stateWord } from "../text/words.ts";
import { brakedOf, readInstallation } from "./braked.ts";
import { doneText, poolTone } from "./columns.ts";
import type { Session } from "./session.ts";
import { aligned, fieldLines, type Look, paint } from "./table.ts";
import { ageOf, openingText } from "./time.ts";

export function register(program: Command, session: Session): void {
  program
    .command("status")
    .description("the whole fleet in ten lines")
    .action(() => status(session));
}

async function status(session: Session): Promise<void> {
  const cluster = await session.cluster();
  const [installation, version] = await Promise.all([readInstallation(session), cluster.serverVersion()]);
  const { pools, operations } = installation;
  const { brakes } = brakedOf(installation, session.now());
  const head = fieldLines([
    ["Cluster", `${cluster.contextName} (${cluster.server}), Kubernetes ${version}`],
    ["Pools", poolsText(pools)],
    ["Nodes", nodesText(pools)],
    ...brakes.map(({ text, fix }) => ["Brake", `${text} (lift it with: ${fix})`] as const),
  ]);
  const look = session.look();
  const lines = [...head, ...poolLines(pools, look), ...operationLines(operations, look)];
  for (const line of lines) session.terminal.out(line);
}

function poolsText(pools: readonly ManagedNodePoolObject[]): string {
  const bySummary = Map.groupBy(pools, (pool) => stateWord(pool.status?.summary ?? "Pending"));
  const parts = [...bySummary].map(([summary, group]) => `${group.length} ${summary}`);
  return pools.length === 0
    ? "none; make one with: poolkeeper create pool NAME --provider P"
    : `${pools.length}: ${parts.join(", ")}`;
}

function nodesText(pools: readonly ManagedNodePoolObject[]): string {
  const sum = (count: (pool: ManagedNodePoolObject) => number): number =>
    pools.reduce((total, pool) => total + count(pool), 0);
  const wanted = sum(({ spec }) => spec.replicas);
  const ready = sum((pool) => pool.status?.readyReplicas ?? 0);
  const machines = sum((pool) => pool.status?.replicas ?? 0);
  const upToDate = sum((pool) => pool.status?.upToDateReplicas ?? 0);
  const behind = Math.max(0, machines - upToDate);
  return `${ready} of ${wanted} ready${behind === 0 ? "" : `, ${behind} behind their template`}`;
}

const shownPools = 12;

/** Pools in trouble first, so that a long list hides the calm ones. */
function poolLines(pools: readonly ManagedNodePoolObject[], look: Look): readonly string[] {
  const ranks = { Bad: 0, Busy: 1, Plain: 2, Good: 3 };
  const sorted = pools.toSorted((a, b) => ranks[poolTone(a)] - ranks[poolTone(b)]);
  const rows = sorted.slice(0, shownPools).map((pool) => {
    const { metadata, spec, status: state } = pool;
    const summary = stateWord(state?.summary ?? "Pending");
    const window = openingText(state?.nextWindow, look);
    const note = state?.message ?? (window === "" ? "" : `window ${window}`);
    return {
      pool,
      cells: [metadata.name, summary, `${state?.readyReplicas ?? 0}/${spec.replicas} ready`, note],
    };
  });
  const cells = aligned(rows.map((row) => row.cells));
  const lines = cells.map((row, index) => {
    const pool = rows[index]?.pool;
    const painted = row.map((cell, at) =>
      look.hasColor && at === 1 && pool !== undefined ? paint(cell, poolTone(pool)) : cell,
    );
    return `  ${painted.join("   ").trimEnd()}`;
  });
  const more =
    pools.length > shownPools ? [`  and ${pools.length - shownPools} more: poolkeeper get pools`] : [];
  return [...lines, ...more];
}

function operationLines(operations: readonly NodeOperationObject[], look: Look): readonly string[] {
  const running = operations.filter((operation) => operation.status?.finishedTime === undefined);
  if (running.length === 0) return ["Operations: none under way"];
  return [
    `Operations: ${running.length} under way`,
    ...running.slice(0, 6).map((operation) => {
      const { metadata, spec, status: state } = operation;
      const age = ageOf(metadata.creationTimestamp, look);
      return `  ${spec.poolName}: ${operationWord(spec.kind)}, ${stateWord(state?.phase ?? "Pending")}, ${doneText(operation)} nodes, ${age} (${metadata.name})`;
    }),
    ...(running.length > 6 ? ["  and more: poolkeeper get operations"] : []),
  ];
}
