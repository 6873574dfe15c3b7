/** From an intent's answer to the API: shows what will happen, asks, writes, and says what was written. */
import type { Answer, Change, Effect, Friction, Granted } from "../core/intent/answer.ts";
import { writeChange } from "../ports/change.ts";
import { type PortError, isPortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { effectText, isWarning } from "../text/preview.ts";
import { sentence } from "../text/sentence.ts";
import { CommandError, exitCodes, isSatisfied, refusalError } from "./failure.ts";
import { kindOfName } from "./kind.ts";
import type { ChangeOptions, DryRun } from "./options.ts";
import { printObjects } from "./output.ts";
import type { Session } from "./session.ts";

export type Outcome =
  | { readonly kind: "Done"; readonly objects: readonly KubeObject[] }
  /** Everything was as asked already. */
  | { readonly kind: "Satisfied" }
  | { readonly kind: "DryRun" };

/** `evaluate` reads anew each time it is called: somebody may write between the reading and our write. */
export async function carryOut(
  session: Session,
  options: ChangeOptions,
  evaluate: () => Promise<Answer>,
): Promise<Outcome> {
  const answer = await evaluate();
  if (!answer.ok) {
    if (!isSatisfied(answer.refusal)) throw refusalError(answer.refusal);
    session.terminal.err(sentence(answer.refusal.reason, answer.refusal.facts));
    return { kind: "Satisfied" };
  }
  showEffects(session, answer.effects);
  if (options.dryRun === "client") {
    await showDryRun(session, options, answer.changes);
    return { kind: "DryRun" };
  }
  if (options.dryRun === "none") await confirm(session, answer.friction, options.yes);
  const objects = await writeAll(session, { options, evaluate, shown: answer });
  if (options.dryRun === "server")
    session.terminal.err("The server accepts it. Nothing was changed (dry run).");
  return options.dryRun === "server" ? { kind: "DryRun" } : { kind: "Done", objects };
}

export function showEffects({ terminal }: Session, effects: readonly Effect[]): void {
  for (const effect of effects) terminal.err(`${isWarning(effect) ? "! " : "  "}${effectText(effect)}`);
}

async function showDryRun(
  session: Session,
  options: ChangeOptions,
  changes: readonly Change[],
): Promise<void> {
  const { output } = options;
  const objects = changes.flatMap((change) => (change.kind === "Create" ? [change.object] : []));
  if (output.kind !== "table" && output.kind !== "wide" && objects.length > 0) {
    await printObjects(session, output, objects, objects.length === 1);
  }
  session.terminal.err("Nothing was changed (dry run).");
}

/** Without a person to ask, only --yes lets it go on. */
export async function confirm(session: Session, friction: Friction, isSure: boolean): Promise<void> {
  if (friction.kind === "None" || isSure) return;
  const question =
    friction.kind === "Ask"
      ? "Go on? [y/N] "
      : `Type the name ${friction.name} to go on, anything else to stop: `;
  const answer = await session.terminal.ask(question);
  if (answer === null) {
    throw new CommandError(
      exitCodes.blocked,
      "This needs a confirmation, and nobody can be asked here. Nothing was changed. Add --yes to go on.",
    );
  }
  const wanted = friction.kind === "Ask" ? ["y", "yes"] : [friction.name];
  const isConfirmed = wanted.includes(friction.kind === "Ask" ? answer.trim().toLowerCase() : answer.trim());
  if (!isConfirmed) throw new CommandError(exitCodes.blocked, "Not confirmed. Nothing was changed.");
}

interface Writing {
  readonly options: ChangeOptions;
  readonly evaluate: () => Promise<Answer>;
  readonly shown: Granted;
}

const maxTries = 6;

/** When somebody else wrote first, the intent is weighed again; it goes on only if it still does what was shown. */
async function writeAll(
  session: Session,
  { options, evaluate, shown }: Writing,
): Promise<readonly KubeObject[]> {
  const kube = await session.kube();
  const { answer, first } = await writeFirst(session, kube, { options, evaluate, shown });
  const objects = [first];
  for (const change of answer.changes.slice(1)) objects.push(await write(kube, change, options.dryRun));
  await report(session, options, answer.changes, objects);
  return objects.filter((object) => object !== null);
}

async function writeFirst(
  session: Session,
  kube: Kube,
  writing: Writing,
): Promise<{ readonly answer: Granted; readonly first: KubeObject | null }> {
  let answer = writing.shown;
  for (let tries = 1; ; tries++) {
    const [change] = answer.changes;
    if (change === undefined) return { answer, first: null };
    try {
      return { answer, first: await write(kube, change, writing.options.dryRun) };
    } catch (error) {
      if (!isPortError(error, "Conflict") || tries >= maxTries) throw error;
      answer = await weighAgain(session, writing, error);
    }
  }
}

async function weighAgain(
  session: Session,
  { options, evaluate, shown }: Writing,
  error: PortError,
): Promise<Granted> {
  const again = await evaluate();
  if (!again.ok) throw refusalError(again.refusal);
  const isSame = JSON.stringify(again.effects) === JSON.stringify(shown.effects);
  if (!isSame && shown.friction.kind !== "None" && !options.yes) throw error;
  if (!isSame) {
    session.terminal.err("Somebody else changed it in the meantime. What happens now:");
    showEffects(session, again.effects);
  }
  return again;
}

async function write(kube: Kube, change: Change, dryRun: DryRun): Promise<KubeObject | null> {
  const isDryRun = dryRun === "server";
  const writing = { fieldManager: "poolkeeper-cli", isDryRun, isExact: false, subresource: null } as const;
  return await writeChange(kube, change, writing);
}

async function report(
  session: Session,
  { output, dryRun }: ChangeOptions,
  changes: readonly Change[],
  objects: readonly (KubeObject | null)[],
): Promise<void> {
  const written = objects.filter((object) => object !== null);
  if (output.kind !== "table" && output.kind !== "wide") {
    await printObjects(session, output, written, written.length === 1);
    return;
  }
  const suffix = dryRun === "server" ? " (server dry run)" : "";
  for (const change of changes) {
    const name = change.kind === "Create" ? change.object.metadata.name : change.name;
    const verb = { Create: "created", Patch: "changed", Delete: "deleted" }[change.kind];
    session.terminal.out(`${kindOfName(change.of)}/${name} ${verb}${suffix}`);
  }
}
