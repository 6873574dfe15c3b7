/** From an intent's answer to the API server, in the caller's name: checked, shown or written, and never other than shown. */
import { canonical, hashOf } from "../core/hash.ts";
import type { Answer, Change, Effect, EffectKind, Granted, Refusal } from "../core/intent/answer.ts";
import { isScaling, writeChange } from "../ports/change.ts";
import { isPortError } from "../ports/errors.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import { effectText, isWarning } from "../text/preview.ts";
import { sentence } from "../text/sentence.ts";
import type { Language } from "../text/words.ts";
import type { EffectView, Outcome, Permission } from "./answers.ts";
import { permissionFor } from "./permissions.ts";
import type { Person } from "./person.ts";
import { failed, refused } from "./problem.ts";

/** One weighing of a wish, on freshly read objects. */
export interface Weighed {
  readonly answer: Answer;
  /** What is changed; null for what is made anew. */
  readonly subject: KubeObject | null;
  /** Plurals of what the caller may not list. */
  readonly unseen: readonly string[];
}

export interface Wish {
  readonly person: Person;
  readonly namespace: string;
  readonly language: Language;
  readonly isDryRun: boolean;
  /** The version that the caller saw; null where any will do. */
  readonly ifMatch: string | null;
  readonly confirm: string | null;
  readonly seen: string | null;
  /** Reads anew each time: somebody may write between the reading and our write. */
  readonly weigh: () => Promise<Weighed>;
}

export interface Carried {
  readonly outcome: Outcome;
  /** What was written, whole. */
  readonly objects: readonly KubeObject[];
}

export async function carryOut(wish: Wish): Promise<Carried> {
  const weighed = await wish.weigh();
  checkVersion(wish, weighed);
  const { answer } = weighed;
  if (!answer.ok) return { outcome: satisfied(wish, answer.refusal), objects: [] };
  for (const permission of permissionsFor(answer.changes, wish.namespace)) {
    await wish.person.mustBeAllowed(permission);
  }
  const preview = previewOf(answer, weighed, wish);
  if (!wish.isDryRun) checkSure(wish, answer, preview);
  const written = await writeAll(wish, { changes: answer.changes, preview });
  if (wish.isDryRun) return { outcome: preview, objects: [] };
  const { objects } = written;
  // Somebody else may have done it meanwhile.
  const outcome = written.preview.outcome === "Satisfied" ? "Satisfied" : "Done";
  return { outcome: { ...written.preview, outcome, objects: objects.map(referenceTo) }, objects };
}

/** Everything is as asked already; any other refusal is thrown. */
function satisfied({ language }: Wish, refusal: Refusal): Outcome {
  const { reason, facts } = refusal;
  if (reason !== "NothingToDo" && reason !== "NothingBehind") throw refused(refusal);
  const text = sentence(reason, facts, language);
  const friction = { kind: "None" } as const;
  const nothing = { effects: [], seen: digestOf([]), unseen: [], changes: [], objects: [] };
  return { outcome: "Satisfied", sentence: text, friction, ...nothing };
}

function checkVersion({ ifMatch }: Wish, { subject }: Weighed): void {
  if (ifMatch === null || ifMatch === "*" || subject === null) return;
  const { name, resourceVersion = "" } = subject.metadata;
  if (ifMatch === resourceVersion) return;
  const object = `${subject.kind} ${name}`;
  throw failed("VersionMismatch", { object, have: resourceVersion, wanted: ifMatch });
}

/** Exactly what each write will need, so that a refusal comes before the first of them, and names what is missing. */
function permissionsFor(changes: readonly Change[], namespace: string): readonly Permission[] {
  return changes.map((change) => {
    const verb = { Create: "create", Patch: "patch", Delete: "delete" }[change.kind];
    return permissionFor(verb, change.of, namespace, isScaling(change) ? "scale" : null);
  });
}

/** What cannot be told without a look at the machines. */
const aboutMachines: ReadonlySet<EffectKind> = new Set([
  "AddsNodes",
  "OutdatesNodes",
  "TakesNodes",
  "ReleasesInstances",
  "KeepsSubscriptions",
  "KeepsInstances",
  "LosesSystemDisks",
  "UpgradesNodes",
  "ReplacesInstances",
  "SyncsNodes",
]);

function previewOf(answer: Granted, { unseen }: Weighed, { language }: Wish): Outcome {
  const isBlind = unseen.includes("managedmachines");
  const effects = answer.effects.filter(({ kind }) => !isBlind || !aboutMachines.has(kind));
  return {
    outcome: "DryRun",
    sentence: "",
    effects: effects.map((effect) => effectView(effect, language)),
    friction: answer.friction,
    seen: digestOf(effects),
    unseen: [...unseen],
    changes: answer.changes.map((change) => ({
      kind: change.kind,
      of: change.of,
      name: change.kind === "Create" ? change.object.metadata.name : change.name,
      body: bodyOf(change),
    })),
    objects: [],
  };
}

function effectView(effect: Effect, language: Language): EffectView {
  return { ...effect, sentence: effectText(effect, language), isWarning: isWarning(effect) };
}

function bodyOf(change: Change): unknown {
  switch (change.kind) {
    case "Create":
      return change.object;
    case "Patch":
      return change.body;
    case "Delete":
      return null;
  }
}

function digestOf(effects: readonly Effect[]): string {
  return hashOf(canonical(effects));
}

function checkSure({ confirm, seen }: Wish, { friction }: Granted, preview: Outcome): void {
  if (seen !== null && seen !== preview.seen) throw failed("PreviewOutdated", {}, { preview });
  if (friction.kind === "TypeName" && confirm !== friction.name) {
    throw failed("ConfirmationNeeded", { wanted: friction.name }, { preview });
  }
}

interface Writing {
  readonly changes: readonly Change[];
  readonly preview: Outcome;
}

interface Written {
  readonly objects: readonly KubeObject[];
  /** Of what was written, which may have been weighed again. */
  readonly preview: Outcome;
}

const maxTries = 12;

/** When somebody else wrote first, the wish is weighed again. */
async function writeAll(wish: Wish, writing: Writing): Promise<Written> {
  let { changes, preview } = writing;
  for (let tries = 1; ; tries++) {
    const [first, ...later] = changes;
    if (first === undefined) return { objects: [], preview };
    const written = await writeFirst(wish, first, tries);
    if (written === "Outrun") {
      ({ changes, preview } = await weighAgain(wish));
      continue;
    }
    const objects = [written];
    for (const change of later) objects.push(await write(wish, change));
    return { objects: objects.filter((object) => object !== null), preview };
  }
}

async function writeFirst(wish: Wish, change: Change, tries: number): Promise<KubeObject | null | "Outrun"> {
  try {
    return await write(wish, change);
  } catch (error) {
    if (isPortError(error, "Conflict") && wish.ifMatch === null && tries < maxTries) return "Outrun";
    throw error;
  }
}

/** Whoever was shown a preview gets that or nothing; an addition that nobody has looked at is added to what is there now. */
async function weighAgain(wish: Wish): Promise<Writing> {
  const weighed = await wish.weigh();
  const { answer } = weighed;
  if (!answer.ok) return { changes: [], preview: satisfied(wish, answer.refusal) };
  const preview = previewOf(answer, weighed, wish);
  checkSure(wish, answer, preview);
  return { changes: answer.changes, preview };
}

async function write({ person, isDryRun, ifMatch }: Wish, change: Change): Promise<KubeObject | null> {
  const isExact = ifMatch !== null;
  const writing = { fieldManager: "poolkeeper-api", isDryRun, isExact, subresource: "scale" } as const;
  return await writeChange(person.kube, change, writing);
}

function referenceTo({ kind, metadata }: KubeObject): Outcome["objects"][number] {
  const { name, uid = "", resourceVersion = "" } = metadata;
  return { kind: kind === "Scale" ? "ManagedNodePool" : kind, name, uid, version: resourceVersion };
}
