/** Virtual time: one queue of events in order of time and then of asking. It waits for no real timer, file or socket. */
import assert from "node:assert/strict";
import type { Clock } from "../ports/clock.ts";

export interface VirtualClock extends Clock {
  /** Runs everything that falls due within `ms`, each event with all that follows from it, then stands `ms` later. */
  advance(ms: number): Promise<void>;
  /** Runs events until `isMet`, looked at after each of them; false when `limitMs` have passed without it. */
  runUntil(isMet: () => boolean, limitMs: number): Promise<boolean>;
  /** Moves the wall clock alone, as a bad time server would. */
  jump(ms: number): void;
}

export function createVirtualClock(startAt: number): VirtualClock {
  const queue = createEventQueue();
  let elapsed = 0;
  let offset = startAt;
  let isRunning = false;
  let events = 0;

  const runEvents = async (untilMs: number, isMet: () => boolean): Promise<boolean> => {
    assert(!isRunning, "the clock is advanced by two callers at once, so the order of events is undefined");
    isRunning = true;
    try {
      await nextTurn();
      while (!isMet()) {
        const event = queue.takeDue(untilMs);
        if (event === null) return false;
        elapsed = Math.max(elapsed, event.at);
        event.run();
        events += 1;
        await (events % eventsPerTurn === 0 ? nextTurn() : drained());
      }
      return true;
    } finally {
      isRunning = false;
    }
  };

  return {
    now: () => offset + elapsed,
    monotonic: () => elapsed,
    after: (delayMs, run) => queue.add(elapsed + Math.max(0, delayMs), run),
    advance: async (ms) => {
      const untilMs = elapsed + ms;
      await runEvents(untilMs, () => false);
      elapsed = untilMs;
    },
    runUntil: async (isMet, limitMs) => {
      const untilMs = elapsed + limitMs;
      if (await runEvents(untilMs, isMet)) return true;
      elapsed = untilMs;
      return isMet();
    },
    jump: (ms) => {
      offset += ms;
    },
  };
}

// A long run in virtual time shares its process with servers; now and then they get a turn.
const eventsPerTurn = 128;

/**
 * Node runs its tick queue only when no promise job is left, so a tick asked for from within one means that
 * everything the last event set off in this world has happened. It is a third of the price of a turn of the event loop.
 */
function drained(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** A binary heap. Cancelled events stay in it until they come to the top. */
function createEventQueue() {
  const heap: Event[] = [];
  let order = 0;
  return {
    add: (at: number, run: () => void): (() => void) => {
      const event = { at, order: order++, run, isCancelled: false };
      heap.push(event);
      siftUp(heap, heap.length - 1);
      return () => {
        event.isCancelled = true;
      };
    },
    takeDue: (untilMs: number): Event | null => {
      for (;;) {
        const [first] = heap;
        if (first === undefined || (first.at > untilMs && !first.isCancelled)) return null;
        removeFirst(heap);
        if (!first.isCancelled) return first;
      }
    },
  };
}

function removeFirst(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  siftDown(heap);
}

function siftUp(heap: Event[], start: number): void {
  let index = start;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!swapIfEarlier(heap, index, parent)) return;
    index = parent;
  }
}

function siftDown(heap: Event[]): void {
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const child = isEarlier(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!swapIfEarlier(heap, child, index)) return;
    index = child;
  }
}

function swapIfEarlier(heap: Event[], lower: number, upper: number): boolean {
  const below = heap[lower];
  const above = heap[upper];
  if (below === undefined || above === undefined || !isEarlier(below, above)) return false;
  heap[lower] = above;
  heap[upper] = below;
  return true;
}

function isEarlier(one: Event | undefined, other: Event | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
