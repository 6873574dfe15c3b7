/** A wish as a route: its preview with dryRun, its preconditions, and its line in the audit log. What it means is core's. */
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Asker } from "../core/intent/operation.ts";
import { canonical } from "../core/hash.ts";
import type { Sight } from "../core/intent/departure.ts";
import { timeOf } from "../core/time.ts";
import { isPortError } from "../ports/errors.ts";
import { type Kind, type ObjectOf, resources } from "../ports/kube.ts";
import { type Parsed, unknownFields } from "../schema/parse.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { outcome as outcomeSchema, type ResourceName } from "./answers.ts";
import { carryOut, type Carried, type Weighed } from "./carry-out.ts";
import { textOf } from "./guard.ts";
import type { Idempotency } from "./idempotency.ts";
import { seesOf } from "./machines.ts";
import { kindOf, permissionFor } from "./permissions.ts";
import { invalid, RequestError } from "./problem.ts";
import { notFound } from "./read.ts";
import { wishQuery } from "./requests.ts";
import type { Call, Method, Reply, Route } from "./route.ts";
import { type Ground, sightOf } from "./sight.ts";
import type { AuditLine } from "./world.ts";

type Query = z.output<typeof wishQuery>;

export type WishCall<S extends z.ZodType> = Call<Query, z.output<S>>;

export interface WishRoute<S extends z.ZodType> {
  readonly method: Exclude<Method, "GET">;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly body: S;
  /** The collection that it adds to; null where it changes what is there. */
  readonly adds: ResourceName | null;
  readonly weigh: (call: WishCall<S>, asker: Asker) => Promise<Weighed>;
}

export interface WishDeps {
  readonly keys: Idempotency;
  readonly audit: (line: AuditLine) => void;
  secret(bytes: number): string;
}

interface Sure {
  readonly confirm?: string | undefined;
  readonly seen?: string | undefined;
}

export type WishMaker = <S extends z.ZodType<Sure>>(route: WishRoute<S>) => Route;

export function wishMaker(deps: WishDeps): WishMaker {
  return <S extends z.ZodType<Sure>>(route: WishRoute<S>): Route => {
    const { method, path, tag, summary, body, adds } = route;
    return {
      method,
      path,
      tag,
      summary,
      query: wishQuery,
      body,
      answers: adds === null ? { 200: outcomeSchema } : { 200: outcomeSchema, 201: outcomeSchema },
      problems: [...(path.includes("{") ? [404] : []), 409, 412, 422, 428],
      run: (call) => runKeyed(deps, route, call as WishCall<S>),
    };
  };
}

async function runKeyed<S extends z.ZodType<Sure>>(
  deps: WishDeps,
  route: WishRoute<S>,
  call: WishCall<S>,
): Promise<Reply> {
  const key = textOf(call.headers["idempotency-key"]);
  if (key.length > maxKeyLength) {
    throw invalid([{ path: "Idempotency-Key", message: `must have at most ${maxKeyLength} characters` }]);
  }
  if (key === "" || call.query.dryRun === "true") return await run(deps, route, call);
  const asked = canonical([route.method, route.path, call.params, call.body]);
  const keyed = { key: `${call.person.id} ${key}`, fingerprint: digest(asked), now: call.now };
  return await deps.keys.once(keyed, () => run(deps, route, call));
}

const maxKeyLength = 200;

async function run<S extends z.ZodType<Sure>>(
  deps: WishDeps,
  route: WishRoute<S>,
  call: WishCall<S>,
): Promise<Reply> {
  const asker = { by: call.person.name.slice(0, 256), suffix: suffixOf(deps, call) };
  const { confirm = null, seen = null } = call.body;
  const isDryRun = call.query.dryRun === "true";
  try {
    if (route.adds !== null) await mayAdd(call, route.adds);
    const carried = await carryOut({
      person: call.person,
      namespace: call.world.namespace,
      language: call.language,
      isDryRun,
      ifMatch: ifMatchOf(textOf(call.headers["if-match"])),
      confirm,
      seen,
      weigh: () => route.weigh(call, asker),
    });
    if (!isDryRun) deps.audit(lineOf(route, call, carried.outcome.outcome));
    return replyOf(route, carried);
  } catch (error) {
    const result = error instanceof RequestError || isPortError(error) ? reasonOf(error) : "Internal";
    if (!isDryRun) deps.audit(lineOf(route, call, result));
    throw error;
  }
}

/** Before anything is weighed: a refusal may name what is there already. */
async function mayAdd({ person, world }: Call, adds: ResourceName): Promise<void> {
  await person.mustBeAllowed(permissionFor("create", kindOf[adds], world.namespace));
}

function replyOf({ adds }: Pick<WishRoute<z.ZodType>, "adds">, { outcome, objects }: Carried): Reply {
  const [first] = objects;
  const isNew = adds !== null && outcome.outcome === "Done" && first !== undefined;
  return {
    status: isNew ? 201 : 200,
    body: outcome,
    headers: {
      ...(first === undefined ? {} : { etag: `"${first.metadata.resourceVersion ?? ""}"` }),
      ...(isNew ? { location: `/api/v1/${adds}/${encodeURIComponent(first.metadata.name)}` } : {}),
    },
  };
}

function reasonOf(error: Error & { readonly reason?: string; readonly kind?: string }): string {
  return error.reason ?? error.kind ?? "Internal";
}

function lineOf(route: Pick<Route, "method" | "path">, call: WishCall<z.ZodType>, result: string): AuditLine {
  const { params, body, person, request, now } = call;
  const {
    name,
    confirm: _confirm,
    seen: _seen,
    ...asked
  } = { name: "", confirm: "", seen: "", ...Object(body) };
  const [collection = ""] = route.path.split("/").filter((part) => part !== "");
  const subject = params["name"] ?? (typeof name === "string" ? name : "");
  return {
    time: timeOf(now),
    request: request.split(" ").at(-1) ?? "",
    who: person.name,
    verb: verbOf(route),
    kind: collection,
    name: subject,
    pool: collection === "pools" ? subject : null,
    detail: Object.keys(asked).length === 0 ? "" : canonical(asked).slice(0, maxDetail),
    result,
  };
}

const maxDetail = 1000;

/** The last part of a path such as /pools/{name}/scale, or what the method says. */
function verbOf({ method, path }: Pick<Route, "method" | "path">): string {
  const last = path.split("/").at(-1) ?? "";
  if (!last.startsWith("{") && path.includes("{")) return last;
  return { GET: "read", POST: "create", PATCH: "change", DELETE: "delete" }[method];
}

function ifMatchOf(header: string): string | null {
  return header === "" ? null : header.replace(/^W\//, "").replaceAll('"', "");
}

/** Letters and digits of which no word comes about by chance. With a key it is always the same. */
function suffixOf({ secret }: WishDeps, { headers, person }: WishCall<z.ZodType>): string {
  const key = textOf(headers["idempotency-key"]);
  const bytes = createHash("sha256")
    .update(key === "" ? secret(16) : `${person.id} ${key}`)
    .digest();
  return [...bytes.subarray(0, 5)].map((byte) => suffixLetters[byte % suffixLetters.length]).join("");
}

const suffixLetters = "bcdfghjklmnpqrstvwxz2456789";

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** Read from the API server in the caller's name: what is changed is never a copy that may be old. */
export async function fresh<K extends Kind>(call: Call, kind: K, name = ""): Promise<ObjectOf<K>> {
  const { person, world } = call;
  const { namespace } = world;
  await person.mustBeAllowed(permissionFor("get", kind, namespace));
  try {
    return await person.kube.get(kind, { name, namespace });
  } catch (error) {
    if (isPortError(error, "NotFound")) throw notFound(kind, name, namespace);
    throw error;
  }
}

export interface Sighted {
  readonly pool: ManagedNodePoolObject;
  readonly sight: Sight;
  readonly unseen: readonly string[];
}

/** The pool and what the caller may see around it. Who may not list nodes and pods foresees less, and is told so. */
export async function sighted(
  call: Call,
  name = "",
  needs: (pool: ManagedNodePoolObject) => Ground = () => "None",
): Promise<Sighted> {
  const { person, world } = call;
  const pool = await fresh(call, "ManagedNodePool", name);
  const ground = needs(pool);
  const seesMachines = await person.may(permissionFor("list", "ManagedMachine", world.namespace));
  const sees = ground === "None" ? { nodes: true, pods: true } : await seesOf(person, world);
  const unseen = [
    ...(seesMachines ? [] : [resources.ManagedMachine.plural]),
    ...(sees.nodes ? [] : [resources.Node.plural]),
    ...(sees.pods ? [] : [resources.Pod.plural]),
  ];
  return { pool, sight: sightOf(world, pool, sees.pods ? ground : "None"), unseen };
}

/** A spec with the defaults filled in, or the problem that names each field that is wrong. */
export function checkedSpec<T extends { readonly spec: unknown }>(
  parsed: Parsed<T>,
  given: unknown,
): T["spec"] {
  if (!parsed.ok) throw invalid(parsed.problems);
  const strangers = unknownFields(given, parsed.value.spec, "spec");
  if (strangers.length === 0) return parsed.value.spec;
  throw invalid(strangers.map((path) => ({ path, message: "is not known" })));
}

/** RFC 7396: maps are merged, null takes away, everything else replaces. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Record<string, unknown> = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
