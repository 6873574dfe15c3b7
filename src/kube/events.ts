/**
 * Writes Kubernetes Events for people, the same one again as a rising count. Best effort: under load events are dropped
 * and counted, and no caller ever waits for one.
 */
import { type Clock, sleep } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { microTime } from "./micro-time.ts";

/** The object an event is about: a pool, a machine, a Node. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
}

export interface EventNote {
  readonly regarding: Regarding;
  readonly type: "Normal" | "Warning";
  /** CamelCase, for machines. */
  readonly reason: string;
  /** CamelCase, what was being done. */
  readonly action: string;
  /** A sentence, for people. */
  readonly note: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Recorder {
  record(event: EventNote): void;
  /** Writes what is waiting, counts included. */
  flush(): Promise<void>;
  /** Nothing is written or waited for any more. */
  stop(): void;
}

export interface RecorderOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  /** Such as `poolkeeper-controller`. */
  readonly component: string;
  readonly instance: string;
  readonly onDropped?: (reason: "Full" | "Refused") => void;
}

/** The same event within this time is the same series. */
const seriesMs = 10 * 60_000;
/** A series is written again at most so often, whatever its count does. */
const seriesWriteMs = 60_000;
const maxSeries = 1_000;
const maxWaiting = 500;
const writesPerSecond = 5;
const burst = 25;
const maxNoteBytes = 1_000;

interface Series {
  readonly event: EventNote;
  name: string;
  count: number;
  /** How many of them the API knows of. */
  writtenCount: number;
  lastAt: number;
  /** The same on the wall clock, for people. */
  lastTime: number;
  cancelTimer: (() => void) | null;
}

interface Writer {
  readonly options: RecorderOptions;
  /** In order of last use. */
  readonly seriesByKey: Map<string, Series>;
  readonly waiting: Set<Series>;
  tokens: number;
  refilledAt: number;
  names: number;
  writing: Promise<void> | null;
  isStopped: boolean;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const writer: Writer = {
    options,
    seriesByKey: new Map(),
    waiting: new Set(),
    tokens: burst,
    refilledAt: options.clock.monotonic(),
    names: 0,
    writing: null,
    isStopped: false,
  };
  return {
    record: (event) => {
      if (!writer.isStopped) record(writer, event);
    },
    flush: async () => {
      for (const series of writer.seriesByKey.values()) {
        if (series.count > series.writtenCount) enqueue(writer, series);
      }
      await writer.writing;
    },
    stop: () => {
      writer.isStopped = true;
      writer.waiting.clear();
      for (const series of writer.seriesByKey.values()) series.cancelTimer?.();
    },
  };
}

function record(writer: Writer, event: EventNote): void {
  const { clock } = writer.options;
  const now = clock.monotonic();
  const key = JSON.stringify(event);
  const known = writer.seriesByKey.get(key);
  const isRepeat = known !== undefined && now - known.lastAt <= seriesMs;
  const series = isRepeat ? known : newSeries(writer, event);
  series.count += 1;
  series.lastAt = now;
  series.lastTime = clock.now();
  writer.seriesByKey.delete(key);
  writer.seriesByKey.set(key, series);
  forgetOldest(writer);
  if (isRepeat) series.cancelTimer ??= clock.after(seriesWriteMs, () => enqueue(writer, series));
  else enqueue(writer, series);
}

function newSeries(writer: Writer, event: EventNote): Series {
  return {
    event,
    name: nextName(writer, event),
    count: 0,
    writtenCount: 0,
    lastAt: 0,
    lastTime: 0,
    cancelTimer: null,
  };
}

/** Unique over restarts and replicas as far as it matters: a clash loses one event. */
function nextName(writer: Writer, { regarding }: EventNote): string {
  writer.names += 1;
  const suffix = (writer.options.clock.now() * 1024 + (writer.names % 1024)).toString(16);
  return `${regarding.name.slice(0, 200)}.${suffix}`;
}

function forgetOldest(writer: Writer): void {
  for (const [key, series] of writer.seriesByKey) {
    if (writer.seriesByKey.size <= maxSeries) return;
    series.cancelTimer?.();
    writer.seriesByKey.delete(key);
  }
}

function enqueue(writer: Writer, series: Series): void {
  series.cancelTimer?.();
  series.cancelTimer = null;
  if (writer.isStopped) return;
  if (writer.waiting.size >= maxWaiting) {
    writer.options.onDropped?.("Full");
    return;
  }
  writer.waiting.add(series);
  writer.writing ??= writeAll(writer).finally(() => {
    writer.writing = null;
  });
}

async function writeAll(writer: Writer): Promise<void> {
  for (const series of writer.waiting) {
    await takeToken(writer);
    if (writer.isStopped) return;
    writer.waiting.delete(series);
    try {
      await write(writer, series);
    } catch {
      writer.options.onDropped?.("Refused");
    }
  }
}

async function takeToken(writer: Writer): Promise<void> {
  const { clock } = writer.options;
  const refilled = ((clock.monotonic() - writer.refilledAt) / 1000) * writesPerSecond;
  writer.tokens = Math.min(burst, writer.tokens + refilled);
  writer.refilledAt = clock.monotonic();
  writer.tokens -= 1;
  if (writer.tokens < 0) await sleep(clock, (-writer.tokens / writesPerSecond) * 1000);
}

async function write(writer: Writer, series: Series): Promise<void> {
  const { kube } = writer.options;
  const { count } = series;
  if (series.writtenCount === count) return;
  if (series.writtenCount > 0) {
    const body = { series: { count, lastObservedTime: microTime(series.lastTime) } };
    const ref = { name: series.name, namespace: namespaceOf(series.event) };
    try {
      await kube.patch("Event", ref, { type: "merge", body });
      series.writtenCount = count;
      return;
    } catch (error) {
      if (!isPortError(error, "NotFound")) throw error;
      // The API server forgets events after an hour; this one begins again.
      series.name = nextName(writer, series.event);
    }
  }
  await kube.create("Event", eventObject(writer, series));
  series.writtenCount = count;
}

interface EventObject extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: Regarding;
}

function eventObject(writer: Writer, { event, name, lastTime }: Series): EventObject {
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {
      name,
      namespace: namespaceOf(event),
      ...(event.annotations === undefined ? {} : { annotations: event.annotations }),
    },
    eventTime: microTime(lastTime),
    reportingController: `poolkeeper.dev/${writer.options.component}`,
    reportingInstance: writer.options.instance,
    type: event.type,
    reason: event.reason,
    action: event.action,
    note: cutToBytes(event.note, maxNoteBytes),
    regarding: event.regarding,
  };
}

/** Events about cluster-scoped objects live in the namespace `default`; the API server insists on it. */
function namespaceOf({ regarding }: EventNote): string {
  return regarding.namespace ?? "default";
}

function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const cut = Buffer.from(text).subarray(0, maxBytes).toString("utf8");
  return `${cut.replace(/\uFFFD+$/, "")} ...`;
}
