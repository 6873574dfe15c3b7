/** The one stream of changes, as Server-Sent Events: resumable, in the caller's language, and no faster than it is read. */
import type { ServerResponse } from "node:http";
import { secondMs, timeOf } from "../core/time.ts";
import type { Clock } from "../ports/clock.ts";
import { keyOf } from "../ports/kube.ts";
import type { Language } from "../text/words.ts";
import { type ResourceName, resourceName, type StreamEvent, type StreamEventName } from "./answers.ts";
import type { ChangedKey, ChangeLog } from "./changes.ts";
import { type Sees, seesOf, showMachine } from "./machines.ts";
import { operationView } from "./operation-view.ts";
import { kindOf, permissionFor } from "./permissions.ts";
import type { Person } from "./person.ts";
import { poolView } from "./pool-view.ts";
import { answerError, failed } from "./problem.ts";
import { providerView } from "./provider-view.ts";
import { windowView } from "./window-view.ts";
import type { World } from "./world.ts";

export interface StreamRequest {
  readonly world: World;
  readonly log: ChangeLog;
  /** Tells this run of the log from the one before. */
  readonly epoch: string;
  readonly person: Person;
  readonly language: Language;
  /** Null: all that may be watched. */
  readonly resources: readonly ResourceName[] | null;
  readonly lastEventId: string;
  /** Asks again who the caller is. Rejects once they are signed out. */
  readonly authenticate: () => Promise<Person>;
}

export interface Streams {
  open(request: StreamRequest, response: ServerResponse): Promise<void>;
  /** Ends all of them. */
  stop(): void;
}

/** Changes that come together are told together. */
const pauseMs = 100;
const tickMs = 5 * secondMs;
/** A reader that takes nothing for so long is gone. */
const patienceMs = 30 * secondMs;
const batch = 200;
const maxStreams = 300;
const maxOfOne = 12;

export function createStreams(clock: Clock, headers: Readonly<Record<string, string>>): Streams {
  const open = new Map<ServerResponse, { readonly id: string; readonly end: (why: EndReason) => void }>();
  return {
    open: async (request, response) => {
      const { person } = request;
      const own = [...open.values()].filter(({ id }) => id === person.id).length;
      if (own >= maxOfOne || open.size >= maxStreams) {
        throw failed("TooManyStreams", { count: own >= maxOfOne ? own : open.size });
      }
      const resources = await allowedOf(request);
      const sees = await seesOf(person, request.world);
      response.writeHead(200, {
        ...headers,
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
      });
      const end = runStream({ request, resources, sees, response, clock }, () => open.delete(response));
      open.set(response, { id: person.id, end });
    },
    stop: () => {
      for (const { end } of open.values()) end("Stopping");
    },
  };
}

type EndReason = StreamEvent<"end">["why"];

/** Those that were asked for must all be allowed; without a wish it is what is allowed. */
async function allowedOf({ person, resources, world }: StreamRequest): Promise<readonly ResourceName[]> {
  const permission = (name: ResourceName) => permissionFor("watch", kindOf[name], world.namespace);
  if (resources !== null) {
    for (const name of resources) await person.mustBeAllowed(permission(name));
    return resources;
  }
  const answers = await Promise.all(resourceName.options.map((name) => person.may(permission(name))));
  const allowed = resourceName.options.filter((_, index) => answers[index] === true);
  if (allowed.length === 0) await person.mustBeAllowed(permission("pools"));
  return allowed;
}

interface Run {
  readonly request: StreamRequest;
  readonly resources: readonly ResourceName[];
  readonly sees: Sees;
  readonly response: ServerResponse;
  readonly clock: Clock;
}

/** One stream under way. */
interface Flow {
  position: number;
  isPumping: boolean;
  isOver: boolean;
}

function runStream(run: Run, onEnd: () => void): (why: EndReason) => void {
  const { request, resources, response, clock } = run;
  const flow: Flow = { position: request.log.latest(), isPumping: false, isOver: false };
  const send = senderOf(run, flow);
  let cancelPump: (() => void) | null = null;
  let cancelTick: () => void = () => {};
  const finish = (): void => {
    if (flow.isOver) return;
    flow.isOver = true;
    stopListening();
    cancelPump?.();
    cancelTick();
    onEnd();
    response.end();
  };
  const end = (why: EndReason): void => {
    if (!flow.isOver) send("end", { why });
    finish();
  };
  const soon = (): void => {
    cancelPump ??= clock.after(pauseMs, () => {
      cancelPump = null;
      void pump(run, flow);
    });
  };
  const stopListening = request.log.onChange(soon);
  const tick = (): void => {
    cancelTick = clock.after(tickMs, () => {
      void stillAllowed(run).then((why) => {
        if (flow.isOver) return;
        if (why !== null) return end(why);
        send("tick", momentOf(run));
        tick();
      });
    });
  };
  response.on("close", finish);
  response.on("error", finish);
  response.write("retry: 2000\n\n");
  const start = positionAfter(request);
  if (typeof start === "string") send("reset", { why: start });
  else flow.position = start ?? flow.position;
  send("ready", { resources: [...resources], ...momentOf(run) });
  tick();
  soon();
  return end;
}

type Send = <N extends StreamEventName>(name: N, data: StreamEvent<N>) => void;

function senderOf({ request, response }: Run, flow: Flow): Send {
  return (name, data) => {
    response.write(eventText(name, data, `${request.epoch}-${flow.position}`));
  };
}

/** Writes what has changed, and waits where nobody takes it: meanwhile the log keeps only what is latest. */
async function pump(run: Run, flow: Flow): Promise<void> {
  if (flow.isPumping) return;
  flow.isPumping = true;
  const { log } = run.request;
  while (!flow.isOver) {
    const changes = log.since(flow.position, batch);
    if (changes === null) {
      flow.position = log.latest();
      senderOf(run, flow)("reset", { why: "TooOld" });
      continue;
    }
    const last = changes.at(-1);
    if (last === undefined) break;
    const texts = changes.map((change) => changeText(run, change)).join("");
    flow.position = last.sequence;
    if (texts !== "" && !run.response.write(texts)) await drained(run.response, run.clock);
  }
  flow.isPumping = false;
}

/** Null: from now on. A word: why the changes since are not known. */
function positionAfter({
  lastEventId,
  epoch,
  log,
}: StreamRequest): number | "Restarted" | "TooOld" | "Unknown" | null {
  if (lastEventId === "") return null;
  const [, own = "", number = ""] = /^([\w-]+)-(\d{1,15})$/.exec(lastEventId) ?? [];
  if (number === "") return "Unknown";
  if (own !== epoch) return "Restarted";
  return log.since(Number(number), 1) === null ? "TooOld" : Number(number);
}

function momentOf({ request, clock }: Run): StreamEvent<"tick"> {
  return { asOf: timeOf(clock.now()), isCurrent: request.world.cache.isSynced() };
}

/** Null while the caller is who they were and may still watch. */
async function stillAllowed({ request, resources }: Run): Promise<EndReason | null> {
  try {
    const person = await request.authenticate();
    const answers = await Promise.all(
      resources.map((name) => person.may(permissionFor("watch", kindOf[name], request.world.namespace))),
    );
    return answers.every((isAllowed) => isAllowed) ? null : "NotPermitted";
  } catch (error) {
    // Silence of an API server or an identity provider signs nobody out; nor is anybody trusted on an old word.
    return isSignedOut(error) ? "SignedOut" : "Unanswered";
  }
}

function isSignedOut(error: unknown): boolean {
  const { problem } = answerError(error, { language: "en", request: "" });
  return problem.status === 401;
}

function drained(response: ServerResponse, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(patienceMs, () => response.destroy());
    const done = (): void => {
      cancel();
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

function eventText(name: StreamEventName, data: unknown, id: string): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function changeText(run: Run, { kind, key, sequence }: ChangedKey): string {
  const { request, resources } = run;
  const resource = resources.find((name) => kindOf[name] === kind);
  if (resource === undefined) return "";
  const id = `${request.epoch}-${sequence}`;
  const object = objectView(run, resource, key);
  if (object !== null) return eventText("changed", { resource, object }, id);
  const [namespace = "", name = ""] = key.split("/");
  return eventText("removed", { resource, namespace, name }, id);
}

/** Null: it is gone. */
function objectView({ request, sees, clock }: Run, resource: ResourceName, key: string): unknown {
  const { world, language } = request;
  const { cache } = world;
  const viewer = { language, now: clock.now() };
  switch (resource) {
    case "pools": {
      const pool = cache.get("ManagedNodePool", key);
      return pool === undefined ? null : poolView(pool, world.lastLook(keyOf(pool)), viewer);
    }
    case "machines": {
      const machine = cache.get("ManagedMachine", key);
      return machine === undefined ? null : showMachine(machine, { world, sees }, language);
    }
    case "operations": {
      const operation = cache.get("NodeOperation", key);
      return operation === undefined ? null : operationView(operation, language);
    }
    case "windows": {
      const window = cache.get("MaintenanceWindow", key);
      const around = { pools: cache.list("ManagedNodePool"), openings: 5 };
      return window === undefined ? null : windowView(window, around, viewer);
    }
    case "providers": {
      const provider = cache.get("InfrastructureProvider", key);
      return provider === undefined ? null : providerView(provider, cache.list("ManagedNodePool"), language);
    }
  }
}
