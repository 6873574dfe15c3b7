/** What QEMU tells of by itself, and what follows from it. */
import { periodically } from "../../ports/clock.ts";
import type { LocalContext } from "./context.ts";
import type { QmpEvent } from "./qmp.ts";

/** So much must be free again before a guest that was halted for want of space goes on. */
const enoughBytes = 512 * 1024 * 1024;
const lookAgainMs = 10_000;

export function createEvents(context: LocalContext): (id: string, event: QmpEvent) => void {
  const halted = new Set<string>();
  return (id, { name, data }) => {
    if (name === "RESET") context.resets.note(id);
    if (name === "GUEST_PANICKED") context.log(`${id}: the guest's kernel panicked`);
    if (name === "BLOCK_IO_ERROR" && data["nospace"] === true && !halted.has(id)) {
      halted.add(id);
      waitForSpace(context, id, () => halted.delete(id));
    }
  };
}

/** QEMU halts a guest whose disk cannot grow, and loses nothing: it goes on as soon as there is room. */
function waitForSpace(context: LocalContext, id: string, end: () => void): void {
  const { clock, host, layout, log, closing, vms } = context;
  log(`${id} is halted: no space is left for its disks in ${layout.root}; it goes on when there is`);
  const stop = periodically({ clock, periodMs: lookAgainMs, signal: closing }, () => {
    const isGone = context.records.get(id) === undefined;
    if (!isGone && host.freeBytes(layout.root) < enoughBytes) return;
    stop();
    end();
    if (isGone) return;
    vms
      .monitor(id)
      .then((qmp) => qmp.execute("cont"))
      .then(
        () => log(`${id} goes on: there is space again`),
        () => {}, // It has ended meanwhile, which is told elsewhere.
      );
  });
}
