/** JSON objects, one a line, to and fro over a socket: the wire of both QEMU's monitor and its guest agent. */
import type { Socket } from "node:net";

export type Message = Readonly<Record<string, unknown>>;

export interface JsonChannel {
  send(message: Message, prefix?: Uint8Array): void;
  /** Each message that comes, in order, from now on. */
  onMessage(listener: (message: Message) => void): void;
  readonly closed: Promise<void>;
  close(): void;
}

const newline = 0x0a;
/** The guest agent begins an answer with it, so that the rest of an older one is told apart. */
const delimiter = 0xff;

export function createJsonChannel(socket: Socket): JsonChannel {
  let rest = Buffer.alloc(0);
  const listeners: ((message: Message) => void)[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  // What went wrong shows in the close that follows.
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      const line = rest.subarray(0, end);
      rest = rest.subarray(end + 1);
      const message = parse(line.subarray(line.lastIndexOf(delimiter) + 1));
      if (message !== null) for (const listener of listeners) listener(message);
    }
  });
  return {
    send: (message, prefix) => {
      const text = Buffer.from(`${JSON.stringify(message)}\n`);
      socket.write(prefix === undefined ? text : Buffer.concat([prefix, text]));
    },
    onMessage: (listener) => void listeners.push(listener),
    closed,
    close: () => socket.destroy(),
  };
}

/** The fields of what should be an object; none of what is not. */
export function asMessage(value: unknown): Message {
  return typeof value === "object" && value !== null ? (value as Message) : {};
}

/** Null for what is no JSON object: remains of a line that somebody else's connection began. */
function parse(line: Buffer): Message | null {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Message) : null;
  } catch {
    return null;
  }
}
