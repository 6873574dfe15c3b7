/** Long work told while it goes on: what is done and for how long. It does not know what the work is. */
import type { Clock } from "../ports/clock.ts";

export interface Progress {
  /** One line that stands alone. */
  say(text: string): void;
  /** Says what begins, every few seconds how long it has taken, and how it ended. */
  during<T>(text: string, work: () => Promise<T>): Promise<T>;
}

/** Where the lines go: `process.stderr` fits, so that what a program prints for others stays clean. */
export interface ProgressOutput {
  write(text: string): unknown;
}

/** Often at first, when people wonder whether it works; then less, when they have gone for a coffee. */
const [soonMs, laterMs, longMs] = [5_000, 15_000, 30_000];

export function createProgress(output: ProgressOutput, clock: Clock): Progress {
  const say = (text: string): void => {
    output.write(`${text}\n`);
  };
  return {
    say,
    during: async (text, work) => {
      const startedAt = clock.monotonic();
      const elapsedMs = () => clock.monotonic() - startedAt;
      const elapsed = () => `${(elapsedMs() / 1000).toFixed(1)} s`;
      const again = () => {
        say(`${text}: ${elapsed()} so far`);
        cancel = clock.after(elapsedMs() < longMs ? soonMs : laterMs, again);
      };
      let cancel = clock.after(soonMs, again);
      say(`${text} ...`);
      try {
        const result = await work();
        say(`${text}: done in ${elapsed()}`);
        return result;
      } catch (error) {
        say(`${text}: failed after ${elapsed()}`);
        throw error;
      } finally {
        cancel();
      }
    },
  };
}

export const silentProgress: Progress = { say: () => {}, during: (_text, work) => work() };
