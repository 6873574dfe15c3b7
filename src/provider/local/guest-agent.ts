/** QEMU's guest agent: runs a command inside a guest without any network. Who may ask for which command is not its business. */
import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import { type Clock, sleep } from "../../ports/clock.ts";
import { asMessage, createJsonChannel, type Message } from "./json-channel.ts";

export interface GuestAgent {
  /** Runs a program in the guest to its end. */
  run(program: string, args: readonly string[], limitMs: number): Promise<GuestExit>;
  /** A command with an answer. */
  execute(command: string, args?: Message): Promise<unknown>;
  /** Orders that are not answered, such as a shutdown. */
  order(command: string, args?: Message): void;
  close(): void;
}

export interface GuestExit {
  readonly code: number | null;
  readonly output: string;
}

/** No agent answered: it does not run in the guest, or the guest does not run. */
export class AgentSilence extends Error {
  constructor(what: string, limitMs: number) {
    super(`the guest agent does not answer (${what}, waited ${Math.round(limitMs / 1000)} s)`);
    this.name = "AgentSilence";
  }
}

export interface AgentOptions {
  readonly clock: Clock;
  /** How long it may take until the agent answers at all. */
  readonly limitMs: number;
}

const delimiter = Buffer.from([0xff]);
const syncPeriodMs = 1000;
const commandLimitMs = 10_000;
const pollMs = 200;

/** Asks until the agent answers: a guest that is booting does not listen yet. */
export async function openGuestAgent(socket: Socket, { clock, limitMs }: AgentOptions): Promise<GuestAgent> {
  const channel = createJsonChannel(socket);
  const answers: Message[] = [];
  channel.onMessage((message) => void answers.push(message));
  const line = { isClosed: false };
  void channel.closed.then(() => (line.isClosed = true));

  const receive = async (untilMs: number, isIt: (message: Message) => boolean): Promise<Message | null> => {
    while (!line.isClosed) {
      for (let next = answers.shift(); next !== undefined; next = answers.shift())
        if (isIt(next)) return next;
      if (clock.monotonic() >= untilMs) return null;
      await sleep(clock, 20);
    }
    return null;
  };
  const execute = async (command: string, args: Message = {}): Promise<unknown> => {
    channel.send({ execute: command, arguments: args });
    const answer = await receive(clock.monotonic() + commandLimitMs, () => true);
    if (answer === null) throw new AgentSilence(command, commandLimitMs);
    if ("return" in answer) return answer["return"];
    throw new Error(`the guest agent refuses ${command}: ${JSON.stringify(answer["error"])}`);
  };

  const deadline = clock.monotonic() + limitMs;
  // Nobody else's number: an answer to whoever was on the line before is not taken for ours.
  for (let id = randomInt(2 ** 31); ; id += 1) {
    channel.send({ execute: "guest-sync-delimited", arguments: { id } }, delimiter);
    const until = Math.min(deadline, clock.monotonic() + syncPeriodMs);
    if ((await receive(until, (message) => message["return"] === id)) !== null) break;
    if (line.isClosed || clock.monotonic() >= deadline) {
      channel.close();
      throw new AgentSilence("its first answer", limitMs);
    }
  }
  return {
    run: (program, args, runLimitMs) => runInGuest(execute, { program, args, clock, limitMs: runLimitMs }),
    execute,
    order: (command, args = {}) => channel.send({ execute: command, arguments: args }),
    close: channel.close,
  };
}

interface Running {
  readonly program: string;
  readonly args: readonly string[];
  readonly clock: Clock;
  readonly limitMs: number;
}

async function runInGuest(
  execute: (command: string, args: Message) => Promise<unknown>,
  { program, args, clock, limitMs }: Running,
): Promise<GuestExit> {
  const { pid } = asMessage(
    await execute("guest-exec", { path: program, arg: args, "capture-output": true }),
  );
  const deadline = clock.monotonic() + limitMs;
  for (;;) {
    const status = asMessage(await execute("guest-exec-status", { pid }));
    if (status["exited"] === true) {
      const code = typeof status["exitcode"] === "number" ? status["exitcode"] : null;
      return { code, output: `${decoded(status["out-data"])}${decoded(status["err-data"])}`.trim() };
    }
    if (clock.monotonic() >= deadline) throw new AgentSilence(`${program} ${args.join(" ")}`, limitMs);
    await sleep(clock, pollMs);
  }
}

function decoded(value: unknown): string {
  return typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : "";
}
