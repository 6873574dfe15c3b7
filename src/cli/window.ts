/** `window`: maintenance windows, their next openings, exclusions, and why nothing happened in one. */
import { type Command, Option } from "commander";
import { exclude, isEndless, setWindow } from "../core/intent/window.ts";
import type { ListedOpening } from "../core/window.ts";
import { nextOpenings } from "../core/window.ts";
import { dayMs, durationText } from "../core/time.ts";
import type { WindowSpec } from "../schema/window.ts";
import { assigned } from "./assign.ts";
import { carryOut } from "./carry-out.ts";
import { windowColumns } from "./columns.ts";
import { deleteOneWindow } from "./delete.ts";
import { checkDocument, draftOf } from "./document.ts";
import { usageError } from "./failure.ts";
import { type ChangeOptions, type OutputOptions, parseCount, withChange, withOutput } from "./options.ts";
import { printObjects } from "./output.ts";
import { getOne, getPool, listOf } from "./read.ts";
import type { Session } from "./session.ts";
import { aligned, tableLines } from "./table.ts";
import { alwaysOpen, partsOf } from "./time.ts";
import { windowAssignment } from "./window-flags.ts";
import { explainWindow } from "./window-explain.ts";

export function register(program: Command, session: Session): void {
  const window = program.command("window").description("maintenance windows: when upgrades may start");
  const list = window.command("list").description("all windows");
  withOutput(list).action((options: OutputOptions) => listWindows(session, options));
  window
    .command("next <window-or-pool>")
    .description("the next openings")
    .addOption(new Option("--count <count>", "how many").argParser(parseCount).default(5))
    .action((name: string, { count }: { count: number }) => showNext(session, name, count));
  window
    .command("explain <window-or-pool>")
    .description("is it open, what waits for it, and why nothing happened")
    .action((name: string) => explain(session, name));
  const set = window
    .command("set <window> <settings...>")
    .description("change days, start, hours, minutes, time-zone, enabled");
  withChange(set).action((name: string, settings: string[], options: ChangeOptions) =>
    setOne(session, name, settings, options),
  );
  const excluding = window
    .command("exclude <window> <from> [to]")
    .description("keep it closed on these days, such as 2026-12-24 2027-01-01")
    .option("--reason <text>", "why, for people");
  withChange(excluding).action(
    (name: string, from: string, to: string | undefined, options: ChangeOptions & { reason?: string }) =>
      excludeDays(
        session,
        name,
        { from, to: to ?? from, ...(options.reason === undefined ? {} : { reason: options.reason }) },
        options,
      ),
  );
  const remove = window.command("delete <window>").description("delete a window");
  withChange(remove).action((name: string, options: ChangeOptions) =>
    deleteOneWindow(session, name, options),
  );
}

async function listWindows(session: Session, { output }: OutputOptions): Promise<void> {
  const windows = await listOf(session, "MaintenanceWindow");
  if (output.kind !== "table" && output.kind !== "wide")
    return await printObjects(session, output, windows, false);
  if (windows.length === 0) {
    const example = "poolkeeper create window nights --days daily --start 02:00 --hours 4 --time-zone UTC";
    return session.terminal.err(`There are no maintenance windows. Make one with: ${example}`);
  }
  for (const line of tableLines(windowColumns, windows, session.look(), output.kind === "wide"))
    session.terminal.out(line);
}

/** A pool stands for the window that it names. */
async function specOf(
  session: Session,
  name: string,
): Promise<{ readonly window: string; readonly spec: WindowSpec }> {
  const windows = await listOf(session, "MaintenanceWindow");
  const found = windows.find(({ metadata }) => metadata.name === name);
  if (found !== undefined) return { window: name, spec: found.spec };
  const pools = await listOf(session, "ManagedNodePool");
  if (!pools.some(({ metadata }) => metadata.name === name)) {
    return { window: name, spec: (await getOne(session, "MaintenanceWindow", name)).spec };
  }
  const pool = await getPool(session, name);
  const window = pool.spec.management.maintenanceWindowRef?.name;
  if (window === undefined)
    throw usageError(`${name} has no maintenance window.`, `poolkeeper set ${name} window=NAME`);
  return { window, spec: (await getOne(session, "MaintenanceWindow", window)).spec };
}

async function showNext(session: Session, name: string, count: number): Promise<void> {
  const { window, spec } = await specOf(session, name);
  const openings = nextOpenings(spec, session.now(), count);
  if (openings.length === 0) {
    return session.terminal.out(
      `${window} has no opening in the next year: look at its days, exclusions, and whether it is enabled.`,
    );
  }
  for (const line of openingLines(openings, spec.timeZone, session.now())) session.terminal.out(line);
}

export function openingLines(
  openings: readonly ListedOpening[],
  timeZone: string,
  now: number,
): readonly string[] {
  const rows = openings.map((opening) => {
    const { opens, closes, clockChangedOn } = opening;
    const isOpen = opens <= now;
    const from = partsOf(opens, timeZone);
    const start = isOpen ? "now" : `${from.weekday} ${from.date} ${from.clock}`;
    if (isEndless(opening, now))
      return [isOpen ? alwaysOpen : `${start} ${from.zone} -> ${alwaysOpen} from then on`];
    const to = partsOf(closes, timeZone);
    const begins = isOpen ? partsOf(now, timeZone) : from;
    const lengthMs = closes - Math.max(opens, now);
    const until = begins.date === to.date ? to.clock : `${dayText(to, lengthMs)} ${to.clock}`;
    const note = clockChangedOn === null ? "" : `(clocks change on ${clockChangedOn})`;
    return [`${start} -> ${until} ${begins.zone}`, `${durationText(lengthMs)}${isOpen ? " left" : ""}`, note];
  });
  return aligned(rows).map((cells) => cells.join("   ").trimEnd());
}

/** An opening is often many days long where whole days adjoin. */
function dayText({ weekday, date }: { readonly weekday: string; readonly date: string }, lengthMs: number) {
  return lengthMs < 6 * dayMs ? weekday : `${weekday} ${date}`;
}

async function explain(session: Session, name: string): Promise<void> {
  const { window, spec } = await specOf(session, name);
  const [pools, operations] = await Promise.all([
    listOf(session, "ManagedNodePool"),
    listOf(session, "NodeOperation"),
  ]);
  const users = pools.filter((pool) => pool.spec.management.maintenanceWindowRef?.name === window);
  const lines = explainWindow({ window, spec, pools: users, operations }, session.look());
  for (const line of lines) session.terminal.out(line);
}

async function setOne(
  session: Session,
  name: string,
  settings: readonly string[],
  options: ChangeOptions,
): Promise<void> {
  const assignments = settings.map((setting) => {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(setting) ?? [];
    if (key === undefined || value === undefined)
      throw usageError(`"${setting}" is no setting: write KEY=VALUE.`);
    return windowAssignment(key, value);
  });
  await carryOut(session, options, async () => {
    const window = await getOne(session, "MaintenanceWindow", name);
    const draft = draftOf("MaintenanceWindow", name, session.namespace, assigned(window.spec, assignments));
    return setWindow(window, await checkedSpec(draft, name), session.now());
  });
}

async function excludeDays(
  session: Session,
  name: string,
  exclusion: NonNullable<WindowSpec["exclusions"]>[number],
  options: ChangeOptions,
): Promise<void> {
  await carryOut(session, options, async () => {
    const window = await getOne(session, "MaintenanceWindow", name);
    const exclusions = [...(window.spec.exclusions ?? []), exclusion];
    await checkedSpec(
      draftOf("MaintenanceWindow", name, session.namespace, { ...window.spec, exclusions }),
      name,
    );
    return exclude(window, exclusion, session.now());
  });
}

async function checkedSpec(draft: unknown, name: string): Promise<WindowSpec> {
  const document = await checkDocument(draft, `The changed window ${name}`);
  if (document.of !== "MaintenanceWindow")
    throw new Error("A window was checked and something else came back.");
  return document.object.spec;
}
