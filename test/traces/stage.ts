/** A scenario's stage: the world on its virtual clock, a person's moves, and the trace of everything that follows from them. */
import type { Action } from "../../src/core/action.ts";
import type { Kind, ObjectOf } from "../../src/ports/kube.ts";
import type { PassReport } from "../../src/controller/loop.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import type { MachineStatus } from "../../src/schema/machine.ts";
import type { ManagedNodePoolObject } from "../../src/schema/pool.ts";
import { createWorld, type World, worldNamespace } from "../../src/sim/world.ts";

export interface Scenario {
  readonly name: string;
  /** What the reader should look for. */
  readonly about: string;
  readonly run: (stage: Stage) => Promise<void>;
}

export interface Stage {
  readonly world: World;
  /** A person, or the world around us, does something. */
  person(text: string, move: () => Promise<unknown> | void): Promise<void>;
  /** Lets time pass until it is so; a scenario that never gets there fails with its trace so far. */
  until(what: string, isMet: () => boolean, limitMinutes: number): Promise<void>;
  /** Lets time pass, whatever happens. */
  wait(minutes: number): Promise<void>;
  get<K extends Kind>(kind: K, name: string): ObjectOf<K> | undefined;
  note(text: string): void;
}

/** Monday. */
export const dawn: number = Date.parse("2026-11-23T00:00:00Z");
const minuteMs = 60_000;

export async function perform(scenario: Scenario): Promise<string> {
  const lines: string[] = [`# ${scenario.name}: ${scenario.about}`];
  const say = (at: number, actor: string, text: string): void => {
    lines.push(`${clockText(at)}  ${actor.padEnd(8)} ${text}`);
  };
  const seen = createSeen();
  const world: World = await createWorld({
    seed: 7,
    startAt: dawn,
    settings: {
      bootSeconds: 20,
      joinSeconds: 5,
      stopSeconds: 5,
      replaceDiskSeconds: 10,
      rebootSeconds: 15,
      releaseSeconds: 5,
      jitterPercent: 0,
    },
    connect: createSimulatorProvider,
    onPass: (pass) => {
      for (const text of passLines(pass)) say(world.clock.now(), "decide", text);
    },
    onError: (key, error) => say(world.clock.now(), "error", `${key}: ${String(error)}`),
  });
  const unsubscribe = world.cache.onChange(({ kind, after, before }) => {
    if (kind === "ManagedNodePool")
      for (const text of seen.pool(after as ManagedNodePoolObject | undefined))
        say(world.clock.now(), "status", text);
    if (kind === "Node" && after === undefined)
      say(world.clock.now(), "node", `${before?.metadata.name ?? ""} is gone`);
    if (kind === "Node" && before === undefined)
      say(world.clock.now(), "node", `${after?.metadata.name ?? ""} joined`);
  });
  const stage = stageOf(world, say);
  try {
    await scenario.run(stage);
  } catch (error) {
    throw new Error(
      `${scenario.name}: ${error instanceof Error ? error.message : String(error)}\n${lines.join("\n")}`,
      { cause: error },
    );
  } finally {
    unsubscribe();
    await world.stop();
  }
  return `${lines.join("\n")}\n`;
}

function stageOf(world: World, say: (at: number, actor: string, text: string) => void): Stage {
  const get = <K extends Kind>(kind: K, name: string): ObjectOf<K> | undefined =>
    world.list(kind).find(({ metadata }) => metadata.name === name);
  return {
    world,
    get,
    person: async (text, move) => {
      say(world.clock.now(), "person", text);
      await move();
      await world.clock.advance(1);
    },
    until: async (what, isMet, limitMinutes) => {
      if (!(await world.clock.runUntil(isMet, limitMinutes * minuteMs)))
        throw new Error(`after ${limitMinutes} minutes it is still not so: ${what}`);
      await world.clock.advance(2000); // What follows at once belongs to the same chapter.
    },
    wait: (minutes) => world.clock.advance(minutes * minuteMs),
    note: (text) => say(world.clock.now(), "check", text),
  };
}

function clockText(at: number): string {
  const seconds = Math.floor((at - dawn) / 1000);
  const part = (value: number): string => String(value).padStart(2, "0");
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

/** Like actions on one line, with the machines they are about. */
function passLines({ snapshot, actions, failures }: PassReport): readonly string[] {
  const failed = new Map(failures.map(({ action, error }) => [action, error]));
  const groups = new Map<string, string[]>();
  for (const action of actions) {
    const error = failed.get(action);
    const refused = error instanceof Error ? ` – refused: ${error.message}` : "";
    const key = `${labelOf(action, snapshot)}${refused}`;
    groups.set(key, [...(groups.get(key) ?? []), subjectOf(action)]);
  }
  return [...groups].map(([key, subjects]) => {
    const counted = subjects.every((subject) => subject === "") ? "" : ` ${countedNames(subjects)}`;
    const [label = "", ...rest] = key.split(" – ");
    return `${label.replace("%", counted)}${rest.length === 0 ? "" : ` – ${rest.join(" – ")}`}`;
  });
}

function countedNames(names: readonly string[]): string {
  const unique = [...new Set(names)];
  return unique
    .map((name) =>
      names.filter((other) => other === name).length > 1
        ? `${name} ×${names.filter((other) => other === name).length}`
        : name,
    )
    .join(" ");
}

function subjectOf(action: Action): string {
  if (action.kind === "RecordMachine") return action.name;
  return "machine" in action ? action.machine : "";
}

function labelOf(action: Action, snapshot: PassReport["snapshot"]): string {
  const { reason, facts } = action.because;
  switch (action.kind) {
    case "AdvanceMachine":
      return advanceLabel(action, snapshot);
    case "RecordOperation": {
      const names = action.spec.targets.map(({ machine }) => machine).join(" ");
      return `${action.kind} ${action.spec.kind} of ${names} (${reason})`;
    }
    case "AdjustReplicas":
      return `AdjustReplicas to ${action.replicas} (${reason})`;
    case "RecordMachine":
      return `RecordMachine% (${reason}: ${facts["have"]} of ${facts["wanted"]})`;
    default:
      return `${action.kind}%${reason === "InProgress" ? "" : ` (${reason})`}`;
  }
}

/** What became of the operation in a machine's hand: begun, one step further, turned round, or over. */
function advanceLabel(
  action: Extract<Action, { kind: "AdvanceMachine" }>,
  snapshot: PassReport["snapshot"],
): string {
  const { reason } = action.because;
  const machine = snapshot.machines.find(({ record }) => record.metadata.name === action.machine);
  const before = machine?.record.status?.operation;
  const { operation: after, lastOperation } = action.status;
  if (after === undefined)
    return before === undefined ? `write:% (${reason})` : `done:% (${endText(lastOperation)})`;
  if (before?.epoch !== after.epoch) return `begin ${after.plan}:% at ${after.step} (${reason})`;
  if (before.step === after.step) return `write:% (${reason})`;
  const turn = before.failure === undefined ? (after.failure?.reason ?? "") : "";
  return `step:% ${before.step} → ${after.step}${turn === "" ? "" : ` (${turn})`}`;
}

function endText(last: MachineStatus["lastOperation"]): string {
  if (last === undefined) return "";
  const { kind, outcome, reason } = last;
  return [kind, outcome, ...(reason === outcome ? [] : [reason])].join(" ");
}

interface Seen {
  pool(pool: ManagedNodePoolObject | undefined): readonly string[];
}

/** Says a pool's words only when they change. */
function createSeen(): Seen {
  const words = new Map<string, string>();
  const waits = new Map<string, ReadonlySet<string>>();
  return {
    pool: (pool) => {
      if (pool?.status?.summary === undefined) return [];
      const { name } = pool.metadata;
      const { summary, readyReplicas = 0, upToDateReplicas = 0, blockers = [] } = pool.status;
      const text = `${name} ${summary}: ${readyReplicas}/${pool.spec.replicas} ready, ${upToDateReplicas} up to date`;
      const lines = words.get(name) === text ? [] : [text];
      words.set(name, text);
      const before = waits.get(name) ?? new Set();
      const now = new Set(blockers.map(({ reason, object }) => `${reason} ${object}`));
      waits.set(name, now);
      const fresh = blockers.filter(({ reason, object }) => !before.has(`${reason} ${object}`));
      return [...lines, ...fresh.map(({ message }) => `${name} waits: ${message}`)];
    },
  };
}

/** Applies a change to one pool as `kubectl edit` would. */
export async function edit(stage: Stage, pool: string, spec: object): Promise<void> {
  await stage.world.kube.patch(
    "ManagedNodePool",
    { name: pool, namespace: worldNamespace },
    { type: "merge", body: { spec } },
  );
}
