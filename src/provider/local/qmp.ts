/** QEMU's monitor protocol: commands with their answers, and events. It knows nothing of instances. */
import type { Socket } from "node:net";
import type { Clock } from "../../ports/clock.ts";
import { asMessage, createJsonChannel, type Message } from "./json-channel.ts";

export interface Qmp {
  /** The answer's `return`; a refusal or silence is a `QmpError`. */
  execute(command: string, args?: Message): Promise<unknown>;
  readonly closed: Promise<void>;
  close(): void;
}

export interface QmpEvent {
  readonly name: string;
  readonly data: Message;
}

export class QmpError extends Error {
  /** QEMU's class of the refusal; "Silence" when no answer came. */
  readonly reason: string;

  constructor(command: string, reason: string, description: string) {
    super(`QEMU's answer to ${command}: ${description}`);
    this.name = "QmpError";
    this.reason = reason;
  }
}

export interface QmpOptions {
  readonly clock: Clock;
  readonly onEvent: (event: QmpEvent) => void;
}

/** Under emulation a busy guest keeps the monitor waiting for seconds. */
const answerLimitMs = 20_000;

/** Greets and is ready for commands. */
export async function openQmp(socket: Socket, { clock, onEvent }: QmpOptions): Promise<Qmp> {
  const channel = createJsonChannel(socket);
  const pending = new Map<string, (message: Message) => void>();
  channel.onMessage((message) => {
    if (typeof message["event"] === "string") {
      onEvent({ name: message["event"], data: asMessage(message["data"]) });
      return;
    }
    const id = "QMP" in message ? greeting : String(message["id"]);
    pending.get(id)?.(message);
  });
  const wait = (id: string, command: string): Promise<Message> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        pending.delete(id);
        reject(new QmpError(command, "Silence", why));
      };
      const cancel = clock.after(answerLimitMs, () => fail(`none within ${answerLimitMs / 1000} s`));
      pending.set(id, (message) => {
        pending.delete(id);
        cancel();
        resolve(message);
      });
      void channel.closed.then(() => {
        cancel();
        fail("the connection was closed");
      });
    });
  let lastId = 0;
  const execute = async (command: string, args?: Message): Promise<unknown> => {
    const id = String((lastId += 1));
    const answer = wait(id, command);
    channel.send({ execute: command, id, ...(args === undefined ? {} : { arguments: args }) });
    const { error, return: value } = await answer;
    if (error === undefined) return value;
    const { class: reason, desc } = asMessage(error);
    throw new QmpError(command, String(reason), String(desc));
  };
  await wait(greeting, "the greeting");
  await execute("qmp_capabilities");
  return { execute, closed: channel.closed, close: channel.close };
}

const greeting = "greeting";
