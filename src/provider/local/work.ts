/**
 * Does what a record says is being done, one thing at a time for each instance, and goes on with it after a crash. Which
 * work may follow which state is decided by the calls, before.
 */
import { sleep } from "../../ports/clock.ts";
import { boot } from "./boot.ts";
import type { LocalContext } from "./context.ts";
import { provision, replaceDisk } from "./provision.ts";
import { imagesOf, type InstanceRecord, type Work } from "./record.ts";
import { release } from "./release.ts";
import { powerOff, reboot } from "./stop.ts";

export interface Works {
  /** Writes the work down, and then does it; what was being done is called off. Resolves when it is done. */
  begin(id: string, work: Work): Promise<void>;
  /** Goes on where a former life was interrupted. */
  resume(id: string): void;
  /** Calls everything off without a change to any record. */
  close(): Promise<void>;
}

interface Running {
  readonly stopping: AbortController;
  readonly done: Promise<void>;
}

export function createWorks(context: LocalContext): Works {
  const running = new Map<string, Running>();
  let isClosed = false;

  /** One work after the other; a failure is the answer of the work it happened in. */
  const run = (id: string, attempts: "Once" | "UntilDone"): Promise<void> => {
    const before = running.get(id);
    before?.stopping.abort();
    const stopping = new AbortController();
    const done = (async () => {
      await before?.done.catch(() => {});
      await perform(context, id, { signal: stopping.signal, attempts });
      const isNext = running.get(id)?.stopping === stopping;
      if (!isNext) return;
      running.delete(id);
      // Making an instance is followed by its first boot.
      if (!isClosed && (context.records.get(id)?.work ?? null) !== null) void run(id, "UntilDone");
    })();
    running.set(id, { stopping, done });
    done.catch((error: unknown) => {
      if (running.get(id)?.stopping === stopping) running.delete(id);
      context.log(`${id}: ${error instanceof Error ? error.message : String(error)}`);
    });
    return done;
  };

  return {
    begin: (id, work) => {
      if (work.kind === "Release") context.records.patchEvenIfFull(id, { work });
      else context.records.patch(id, { work });
      return run(id, work.kind === "Provision" ? "Once" : "UntilDone");
    },
    resume: (id) => void run(id, "UntilDone"),
    close: async () => {
      isClosed = true;
      const ending = [...running.values()];
      for (const { stopping } of ending) stopping.abort();
      await Promise.allSettled(ending.map(({ done }) => done));
    },
  };
}

interface Turn {
  readonly signal: AbortSignal;
  readonly attempts: "Once" | "UntilDone";
}

const firstPauseMs = 5000;
const longestPauseMs = 60_000;

/** Making and releasing go on until they are done; what else fails leaves the instance as it is, with the reason. */
async function perform(context: LocalContext, id: string, { signal, attempts }: Turn): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const record = context.records.get(id);
    if (record === undefined || record.work === null || signal.aborted) return;
    const { kind } = record.work;
    const error = await failureOf(once(context, record, record.work, signal));
    if (error === null || signal.aborted) return;
    if (kind === "Provision" && attempts === "Once") throw error;
    const goesOn = kind === "Provision" || kind === "Release";
    const failure = { at: context.clock.now(), message: error.message };
    context.records.patchEvenIfFull(id, goesOn ? { failure } : { work: null, failure });
    if (!goesOn) throw error;
    context.log(`${id}: ${kind} is tried again in ${pauseMs / 1000} s: ${error.message}`);
    await sleep(context.clock, pauseMs, signal);
  }
}

async function failureOf(effect: Promise<void>): Promise<Error | null> {
  try {
    await effect;
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function once(
  context: LocalContext,
  record: InstanceRecord,
  work: Work,
  signal: AbortSignal,
): Promise<void> {
  const done = (fields: Partial<InstanceRecord>): void => {
    if (!signal.aborted) context.records.patch(record.id, { work: null, failure: null, ...fields });
  };
  switch (work.kind) {
    case "Provision":
      await provision(context, record);
      return done({ work: { kind: "Boot" } });
    case "Boot":
      return boot(context, record, signal);
    case "Stop":
      await powerOff(context, record, signal);
      return done({ process: null });
    case "Reboot":
      await reboot(context, record, signal);
      return done({});
    case "ReplaceDisk":
      await replaceDisk(context, record, work);
      return letImagesGo(context);
    case "Release":
      await release(context, record, signal);
      return letImagesGo(context);
  }
}

/** Unless a damaged record may stand for a disk that lies on one of them. */
export async function letImagesGo({ images, records }: LocalContext): Promise<void> {
  if (!records.isDamaged()) await images.letGo(records.known().flatMap(imagesOf));
}
