/** Ends what was started, in the opposite order, once: on Ctrl-C, on SIGTERM, when the parent dies, or when a part fails. */
import type { StartError } from "./error.ts";

export interface Stopper {
  add(stop: () => Promise<void>): void;
  /** Resolves when somebody asked to stop; rejects when a part failed. */
  readonly asked: Promise<void>;
  readonly signal: AbortSignal;
  isStopping(): boolean;
  fail(error: StartError): void;
  exitCode(): number;
  runAll(): Promise<void>;
}

/** A part that does not end in this time is left behind: the process ends anyway. */
const patienceMs = 20_000;
/** What a start that was given up still waits for is not waited for longer than this. */
const lingerMs = 1000;

export function createStopper(): Stopper {
  const stops: (() => Promise<void>)[] = [];
  const abort = new AbortController();
  let code = 0;
  let isStopping = false;
  let isOver = false;
  const { promise: asked, resolve, reject } = Promise.withResolvers<void>();
  asked.catch(() => {}); // Whoever runs is told; nobody else has to listen.

  const ask = (exitCode: number): void => {
    if (isStopping) return;
    isStopping = true;
    code = exitCode;
    abort.abort();
    resolve();
  };
  process.once("SIGINT", () => {
    process.stderr.write(
      "\nStopping in order. What was begun is written down and goes on at the next start.\n",
    );
    ask(130);
  });
  process.once("SIGTERM", () => ask(0));
  process.once("disconnect", () => ask(0));
  process.channel?.unref();

  return {
    add: (stop) => {
      // A part that was begun before the end and is ready only after it.
      if (isOver) stop().catch(() => {});
      else stops.push(stop);
    },
    asked,
    signal: abort.signal,
    isStopping: () => isStopping,
    fail: (error) => {
      reject(error);
      abort.abort(error);
    },
    exitCode: () => code,
    runAll: async () => {
      isStopping = true;
      isOver = true;
      const timer = setTimeout(() => process.exit(code === 0 ? 1 : code), patienceMs);
      for (const stop of stops.splice(0).toReversed()) await stop().catch(() => {});
      clearTimeout(timer);
      setTimeout(() => process.exit(), lingerMs).unref();
    },
  };
}
