/** `upgrade watch`: the running upgrade, drawn anew on a screen, line by line elsewhere. */
import { durationText, instantOf, secondMs } from "../core/time.ts";
import { sleep } from "../ports/clock.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import { stateWord } from "../text/words.ts";
import { doneText, imageText } from "./columns.ts";
import { progressLines } from "./describe-operation.ts";
import { CommandError, exitCodes } from "./failure.ts";
import { getPool } from "./read.ts";
import type { Session } from "./session.ts";
import type { Look } from "./table.ts";
import { upgradeOf } from "./upgrade-wish.ts";
import { isOrdinary, waitForOperation } from "./wait.ts";

export async function watchUpgrade(session: Session, name: string, timeoutMs: number): Promise<void> {
  const { namespace, terminal, clock } = session;
  const first = await upgradeOf(session, await getPool(session, name));
  const ref = { name: first.metadata.name, namespace };
  if (terminal.width === 0) {
    if (first.status?.finishedTime === undefined) return await waitForOperation(session, ref, timeoutMs);
    for (const line of watchLines(first, session.look())) terminal.out(line);
    return;
  }
  const kube = await session.kube();
  const startedAt = clock.monotonic();
  let height = 0;
  for (;;) {
    const operation = await kube.get("NodeOperation", ref);
    const lines = watchLines(operation, session.look());
    const back = height === 0 ? "" : `\u001b[${height}A\u001b[0J`;
    terminal.out(`${back}${lines.map((line) => line.slice(0, terminal.width)).join("\n")}`);
    height = lines.length;
    if (operation.status?.finishedTime !== undefined) return finish(operation);
    if (clock.monotonic() - startedAt > timeoutMs) {
      throw new CommandError(
        exitCodes.timedOut,
        "Still running; it goes on by itself.",
        `poolkeeper upgrade watch ${name}`,
      );
    }
    await sleep(clock, secondMs);
  }
}

function finish({ metadata, status }: NodeOperationObject): void {
  if (status?.phase === "Succeeded") return;
  throw new CommandError(
    exitCodes.error,
    `The upgrade ended as ${stateWord(status?.phase ?? "Failed")}.`,
    `poolkeeper describe operation ${metadata.name}`,
  );
}

const barWidth = 20;

export function watchLines(operation: NodeOperationObject, look: Look): readonly string[] {
  const { status } = operation;
  return [
    headLine(operation, look),
    ...(status?.message === undefined || isOrdinary(status.reason) ? [] : [status.message]),
    ...progressLines(operation, look),
  ];
}

function headLine(operation: NodeOperationObject, look: Look): string {
  const { spec, status } = operation;
  const target =
    spec.target === undefined ? "" : ` -> ${imageText(spec.target.image)}, ${spec.target.kubernetesVersion}`;
  const end = status?.finishedTime === undefined ? look.now : instantOf(status.finishedTime);
  const elapsed =
    status?.startedTime === undefined
      ? "not started"
      : `elapsed ${durationText(end - instantOf(status.startedTime))}`;
  const state = stateWord(status?.phase ?? "Pending");
  return [`${spec.poolName}${target}`, `${barText(operation)} ${doneText(operation)}`, elapsed, state].join(
    "   ",
  );
}

function barText({ spec, status }: NodeOperationObject): string {
  const total = Math.max(1, spec.targets.length);
  const machines = status?.machines ?? [];
  const done = machines.filter(({ state }) => state === "Succeeded" || state === "Skipped").length;
  const filled = Math.floor((done / total) * barWidth);
  const rest = Math.max(0, barWidth - filled - 1);
  return `[${"#".repeat(filled)}${done < total ? ">" : ""}${".".repeat(rest)}]`;
}
