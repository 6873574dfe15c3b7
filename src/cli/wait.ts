/** Follows an object until it is as wanted: one line per change on standard error, an exit code of its own when time is up. */
import { listed } from "../core/intent/answer.ts";
import { durationText, secondMs } from "../core/time.ts";
import { sleep } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube, ObjectRef } from "../ports/kube.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { stateWord, stepWord } from "../text/words.ts";
import { CommandError, exitCodes } from "./failure.ts";
import type { Session } from "./session.ts";

export interface Sighting {
  /** What is to be seen now, without times that move. */
  readonly line: string;
  readonly state: "Waiting" | "Done" | "Failed";
}

export interface Wait {
  readonly timeoutMs: number;
  /** What to type when it takes too long. */
  readonly next: string;
}

const everyMs = secondMs;

export async function follow(session: Session, wait: Wait, look: () => Promise<Sighting>): Promise<void> {
  const { clock, terminal } = session;
  const startedAt = clock.monotonic();
  let shown = "";
  for (;;) {
    const sighting = await lookCalmly(look);
    const elapsedMs = clock.monotonic() - startedAt;
    if (sighting.line !== shown) terminal.err(`[${durationText(elapsedMs)}] ${sighting.line}`);
    shown = sighting.line;
    if (sighting.state === "Done") return;
    if (sighting.state === "Failed") throw new CommandError(exitCodes.error, sighting.line, wait.next);
    if (elapsedMs >= wait.timeoutMs) {
      const message = `It is not done after ${durationText(wait.timeoutMs)}: ${sighting.line}. It goes on by itself.`;
      throw new CommandError(exitCodes.timedOut, message, wait.next);
    }
    await sleep(clock, Math.min(everyMs, Math.max(0, wait.timeoutMs - elapsedMs)));
  }
}

/** A server that does not answer for a moment ends no wait. */
async function lookCalmly(look: () => Promise<Sighting>): Promise<Sighting> {
  try {
    return await look();
  } catch (error) {
    if (!isPortError(error, "Unreachable") && !isPortError(error, "Throttled")) throw error;
    return { line: error.message, state: "Waiting" };
  }
}

export async function waitForPool(session: Session, ref: ObjectRef, timeoutMs: number): Promise<void> {
  const kube = await session.kube();
  const wait = { timeoutMs, next: `poolkeeper why ${ref.name}` };
  await follow(session, wait, async () => poolSighting(await kube.get("ManagedNodePool", ref)));
}

export function poolSighting(pool: ManagedNodePoolObject): Sighting {
  const { metadata, spec, status } = pool;
  const isSeen =
    status?.observedGeneration !== undefined && status.observedGeneration === metadata.generation;
  const ready = status?.readyReplicas ?? 0;
  const summary = isSeen ? (status.summary ?? "Initializing") : "waiting for the controller";
  const line = `${metadata.name}: ${stateWord(summary)}, ${ready} of ${spec.replicas} nodes ready`;
  const isDone =
    isSeen && summary === "Active" && ready === spec.replicas && status.replicas === spec.replicas;
  const message = isDone || !isSeen || status.message === undefined ? "" : `. ${status.message}`;
  return { line: `${line}${message}`, state: isDone ? "Done" : "Waiting" };
}

export async function waitForOperation(session: Session, ref: ObjectRef, timeoutMs: number): Promise<void> {
  const kube = await session.kube();
  const wait = { timeoutMs, next: `poolkeeper describe operation ${ref.name}` };
  await follow(session, wait, async () => operationSighting(await kube.get("NodeOperation", ref)));
}

export function operationSighting(operation: NodeOperationObject): Sighting {
  const { metadata, spec, status } = operation;
  const machines = status?.machines ?? [];
  const done = machines.filter(({ state }) => state === "Succeeded" || state === "Skipped").length;
  const phase = status?.phase ?? "Pending";
  const running = machines
    .filter(({ state }) => state === "Running")
    .map(({ name, node, step }) => `${node ?? name} (${stepWord(step ?? "")})`);
  const parts = [
    `${metadata.name}: ${stateWord(phase)}, ${done} of ${spec.targets.length} nodes done`,
    ...(running.length === 0 ? [] : [listed(running, 4)]),
    ...(status?.message === undefined || (running.length > 0 && isOrdinary(status.reason))
      ? []
      : [status.message]),
  ];
  return { line: parts.join("; "), state: endOf(operation) };
}

/** Waits that a running operation always has. */
export function isOrdinary(reason: string | undefined): boolean {
  return reason === "BatchInProgress" || reason === "AwaitingInstance" || reason === "AwaitingNode";
}

function endOf({ status }: NodeOperationObject): Sighting["state"] {
  if (status?.finishedTime === undefined) return "Waiting";
  return status.phase === "Succeeded" ? "Done" : "Failed";
}

export async function waitUntilGone(session: Session, ref: ObjectRef, timeoutMs: number): Promise<void> {
  const kube = await session.kube();
  const wait = { timeoutMs, next: `poolkeeper why ${ref.name}` };
  await follow(session, wait, async () => {
    const pool = await poolOrNull(kube, ref);
    if (pool === null) return { line: `${ref.name}: gone`, state: "Done" };
    const { status } = pool;
    const message = status?.message === undefined ? "" : `. ${status.message}`;
    const { items } = await kube.list("ManagedMachine", {
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      labelSelector: `poolkeeper.dev/pool=${ref.name}`,
    });
    const left = items.length;
    return {
      line: `${ref.name}: Deleting, ${left} ${left === 1 ? "machine" : "machines"} left${message}`,
      state: "Waiting",
    };
  });
}

async function poolOrNull(kube: Kube, ref: ObjectRef): Promise<ManagedNodePoolObject | null> {
  try {
    return await kube.get("ManagedNodePool", ref);
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}
