/** `create`: a pool, a maintenance window or a provider, from flags, from a file, or from a file with flags over it. */
import type { Command } from "commander";
import type { Answer } from "../core/intent/answer.ts";
import { createPool } from "../core/intent/create.ts";
import { createProvider } from "../core/intent/provider.ts";
import { createWindow } from "../core/intent/window.ts";
import { assigned } from "./assign.ts";
import { type Outcome, carryOut } from "./carry-out.ts";
import { checkDocument, type Creatable, type Document, draftOf, readDocuments } from "./document.ts";
import type { Assignment } from "./field.ts";
import { usageError } from "./failure.ts";
import { type ChangeOptions, withChange } from "./options.ts";
import { assignmentsOf, type PoolFlags, withPoolFlags } from "./pool-flags.ts";
import { providerAssignments, withProviderFlags } from "./provider-flags.ts";
import type { Session } from "./session.ts";
import { suggestion } from "./suggest.ts";
import { readSurroundings } from "./snapshot.ts";
import { waitForPool } from "./wait.ts";
import { windowAssignments, withWindowFlags } from "./window-flags.ts";

type CreateOptions = ChangeOptions & PoolFlags & { readonly filename?: string };

export function register(program: Command, session: Session): void {
  const create = program.command("create").description("make a pool, a maintenance window or a provider");
  for (const maker of makers) addMaker(create, session, maker);
  // A command of its own, since options of `create` itself would be taken from those of the kinds.
  const all = create
    .command("all [what...]", { isDefault: true })
    .description("make every object of a file")
    .option("-f, --filename <file>", "a YAML or JSON file; - is standard input");
  withChange(all).action(([what]: string[], options: CreateOptions) =>
    createFromFile(session, what ?? null, options),
  );
}

interface Maker {
  readonly noun: string;
  readonly of: Creatable;
  readonly withFlags: (command: Command) => Command;
  readonly read: (flags: PoolFlags) => readonly Assignment[];
}

const makers: readonly Maker[] = [
  { noun: "pool", of: "ManagedNodePool", withFlags: withPoolFlags, read: assignmentsOf },
  { noun: "window", of: "MaintenanceWindow", withFlags: withWindowFlags, read: windowAssignments },
  { noun: "provider", of: "InfrastructureProvider", withFlags: withProviderFlags, read: providerAssignments },
];

function addMaker(create: Command, session: Session, { noun, of, withFlags, read }: Maker): void {
  const command = create
    .command(`${noun} [name]`)
    .description(`make a ${noun}`)
    .option("-f, --filename <file>", "begin with the object of a file; - is standard input");
  withChange(withFlags(command)).action(async (name: string | undefined, options: CreateOptions) => {
    const wanted = { of, noun, name: name ?? null, assignments: read(options) };
    const draft = await draftFrom(session, wanted, options);
    await createOne(session, await checkDocument(draft, `The ${noun}`), options);
  });
}

async function createFromFile(session: Session, what: string | null, options: CreateOptions): Promise<void> {
  const { filename } = options;
  if (what !== null || filename === undefined) {
    const nouns = makers.map(({ noun }) => noun);
    const near = what === null ? null : suggestion(what, nouns);
    const unknown = what === null ? "" : `There is no "${what}" to create.`;
    const hint = near === null ? "" : ` Did you mean ${near}?`;
    throw usageError(
      `${unknown}${hint} Say what to create: ${nouns.join(", ")}; or name a file with -f.`.trim(),
      "poolkeeper create pool --help",
    );
  }
  const raws = await readDocuments(session, filename);
  const documents = await Promise.all(
    raws.map((raw, index) => checkDocument(raw, `Object ${index + 1} of ${filename}`)),
  );
  for (const document of documents) await createOne(session, document, options);
}

interface Wanted {
  readonly of: Creatable;
  readonly noun: string;
  readonly name: string | null;
  readonly assignments: readonly Assignment[];
}

async function draftFrom(session: Session, wanted: Wanted, options: CreateOptions): Promise<unknown> {
  const { of, noun, name, assignments } = wanted;
  const base = options.filename === undefined ? {} : await onlyDocument(session, options.filename);
  const metadata: Readonly<Record<string, unknown>> = { ...Object(Reflect.get(base, "metadata")) };
  const own = name ?? metadata["name"];
  if (typeof own !== "string") throw usageError(`The ${noun} needs a name: poolkeeper create ${noun} NAME.`);
  const spec = assigned(Reflect.get(base, "spec"), assignments);
  const isPoolWithoutProvider = of === "ManagedNodePool" && spec["providerRef"] === undefined;
  if (isPoolWithoutProvider) {
    throw usageError("The pool needs a provider: add --provider NAME.", "poolkeeper get providers");
  }
  const kept = Object.fromEntries(
    ["labels", "annotations"].flatMap((key) => (metadata[key] === undefined ? [] : [[key, metadata[key]]])),
  );
  const draft = draftOf(of, own, session.namespace, spec);
  return { ...draft, kind: Reflect.get(base, "kind") ?? of, metadata: { ...kept, ...draft.metadata } };
}

async function onlyDocument(session: Session, file: string): Promise<object> {
  const documents = await readDocuments(session, file);
  const [first, second] = documents;
  if (second !== undefined || typeof first !== "object" || first === null) {
    throw usageError(
      `${file} contains ${documents.length} objects; with a name or flags it must be one.`,
      `poolkeeper create -f ${file}`,
    );
  }
  return first;
}

async function createOne(session: Session, document: Document, options: ChangeOptions): Promise<void> {
  const outcome = await carryOut(session, options, () => answerFor(session, document));
  await afterwards(session, document, options, outcome);
}

async function answerFor(session: Session, document: Document): Promise<Answer> {
  const kube = await session.kube();
  const { namespace = session.namespace } = document.object.metadata;
  const around = { ...document.object.metadata, namespace };
  switch (document.of) {
    case "ManagedNodePool":
      return createPool({ ...around, spec: document.object.spec }, await readSurroundings(session));
    case "MaintenanceWindow": {
      const { items } = await kube.list("MaintenanceWindow", { namespace });
      const names = items.map(({ metadata }) => metadata.name);
      return createWindow({ ...around, spec: document.object.spec }, names, session.now());
    }
    case "InfrastructureProvider": {
      const { items } = await kube.list("InfrastructureProvider", { namespace });
      const names = items.map(({ metadata }) => metadata.name);
      return createProvider({ ...around, spec: document.object.spec }, names);
    }
  }
}

async function afterwards(
  session: Session,
  document: Document,
  options: ChangeOptions,
  outcome: Outcome,
): Promise<void> {
  if (outcome.kind === "DryRun" || document.of !== "ManagedNodePool") return;
  const { name, namespace = session.namespace } = document.object.metadata;
  if (options.wait) await waitForPool(session, { name, namespace }, options.timeout);
  else session.terminal.err(`Watch it grow with: poolkeeper get pools ${name} -w`);
}
