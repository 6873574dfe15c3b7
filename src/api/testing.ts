/** The API on a small world in virtual time, and a caller whose every answer is held against the schema of its route. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { PassReport } from "../controller/loop.ts";
import type { Kube } from "../ports/kube.ts";
import { createSimulatorProvider } from "../provider/simulator/provider.ts";
import { createWorld, type World as SimWorld, worldNamespace } from "../sim/world.ts";
import { problem as problemSchema } from "./answers.ts";
import type { Documented } from "./route.ts";
import { type ApiServer, createApiServer } from "./server.ts";
import type { AdminDoor, AuditLine, IdentityProvider, Look, World } from "./world.ts";

export const host = "127.0.0.1:7410";
export const origin = `http://${host}`;
const startAt = Date.parse("2026-11-23T00:00:00Z");
const minuteMs = 60_000;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed; text where it is no JSON. */
  readonly body: any; // oxlint-disable-line no-explicit-any -- the schema of the route is what checks it
}

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without the cookie and what belongs to it. */
  readonly isStranger?: boolean;
}

export interface Booth {
  readonly world: SimWorld;
  readonly server: ApiServer;
  readonly audit: readonly AuditLine[];
  readonly faults: readonly unknown[];
  readonly door: AdminDoor & { readonly issued: readonly string[] };
  /** Signed in as the local admin. Paths begin after /api/v1. */
  ask(method: string, path: string, ask?: Ask): Promise<Reply>;
  /** Of any path, as it is, without a session. */
  raw(method: string, url: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<Reply>;
  /** Waits in virtual time until the pool is Active with so many nodes. */
  grown(pool: string, nodes: number): Promise<void>;
}

export interface BoothOptions {
  readonly consoleDir?: string;
  /** The cluster is not there yet. */
  readonly isStarting?: boolean;
  readonly isSecure?: boolean;
  readonly identityProvider?: IdentityProvider;
  /** Stands between the API and the world's own port. */
  readonly wrap?: (kube: Kube) => Kube;
}

export async function createBooth(t: TestContext, options: BoothOptions = {}): Promise<Booth> {
  const looks = new Map<string, Look>();
  const world = await createSmallWorld(({ pool, snapshot, held }) => looks.set(pool, { snapshot, held }));
  const audit: AuditLine[] = [];
  const faults: unknown[] = [];
  const door = createDoor(world);
  const shown: World = {
    cache: world.cache,
    namespace: worldNamespace,
    cluster: { name: "test", server: "memory", isSimulated: true },
    serverVersion: () => "v1.36.3",
    adminName: "jane",
    kubeAs: () => options.wrap?.(world.kube) ?? world.kube,
    lastLook: (key) => looks.get(key) ?? null,
  };
  let secrets = 0;
  const server = createApiServer({
    clock: world.clock,
    productVersion: "0.0.0",
    world: () => (options.isStarting === true ? null : shown),
    notReadyBecause: () => (options.isStarting === true ? "the caches are being filled" : null),
    metrics: async () => "# metrics\n",
    address: () => ({
      url: origin,
      hosts: [host],
      isSecure: options.isSecure === true,
      cookie: "poolkeeper-7410",
    }),
    consoleDir: options.consoleDir ?? null,
    admin: door,
    identityProvider: options.identityProvider ?? null,
    secret: (bytes) => `${"s".repeat(bytes)}${(secrets += 1)}`,
    audit: (line) => audit.push(line),
    fault: (_request, error) => faults.push(error),
  });
  t.after(async () => {
    server.stop();
    await server.app.close();
    await world.stop();
    assert.deepEqual(faults, [], "no request has found a fault of ours");
  });
  const caller = createCaller(server, door);
  return { world, server, audit, faults, door, ...caller, grown: (pool, nodes) => grown(world, pool, nodes) };
}

async function createSmallWorld(onPass: (pass: PassReport) => void): Promise<SimWorld> {
  const world = await createWorld({
    seed: 5,
    startAt,
    settings: { bootSeconds: 5, joinSeconds: 1, stopSeconds: 2, replaceDiskSeconds: 3, releaseSeconds: 2 },
    connect: createSimulatorProvider,
    onPass,
  });
  await world.clock.advance(5000);
  return world;
}

function createDoor({ clock }: SimWorld): Booth["door"] {
  const codes = new Set<string>();
  const issued: string[] = [];
  let kept: string | null = null;
  return {
    issued,
    issue: () => {
      const code = `code${issued.length}`;
      issued.push(code);
      codes.add(code);
      return { code, expiresAt: clock.now() + minuteMs };
    },
    redeem: (code) => codes.delete(code),
    isKey: (text) => text === "the key",
    load: () => kept,
    save: (text) => {
      kept = text;
    },
  };
}

async function grown(world: SimWorld, name: string, nodes: number): Promise<void> {
  const isGrown = (): boolean => {
    const pool = world.list("ManagedNodePool").find(({ metadata }) => metadata.name === name);
    return pool?.status?.summary === "Active" && pool.status.readyReplicas === nodes;
  };
  assert.ok(await world.clock.runUntil(isGrown, 30 * minuteMs), `${name} has ${nodes} nodes in half an hour`);
}

function createCaller(server: ApiServer, door: AdminDoor): Pick<Booth, "ask" | "raw"> {
  let session: Readonly<Record<string, string>> | null = null;
  const raw: Booth["raw"] = async (method, url, headers = {}, body) => {
    const answer = await server.app.inject({
      method: method as "GET",
      url,
      headers: { host, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const type = answer.headers["content-type"] ?? "";
    const reply = {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: type.includes("json") ? answer.json() : answer.body,
    };
    checkAnswer(server.routes, method, url, reply);
    return reply;
  };
  const signIn = async (): Promise<Readonly<Record<string, string>>> => {
    const body = JSON.stringify({ code: door.issue().code });
    const answer = await raw("POST", "/api/v1/session", { "content-type": "application/json" }, body);
    assert.equal(answer.status, 200);
    const [cookie = ""] = (answer.headers["set-cookie"] ?? "").split(";");
    return { cookie, origin, "x-poolkeeper-csrf": answer.body.csrf };
  };
  const ask: Booth["ask"] = async (method, path, { body, headers = {}, isStranger = false } = {}) => {
    if (!isStranger) session ??= await signIn();
    const own = isStranger || session === null ? {} : session;
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const text = body === undefined ? undefined : JSON.stringify(body);
    return await raw(method, `/api/v1${path}`, { ...own, ...type, ...headers }, text);
  };
  return { ask, raw };
}

/** What the document promises is what is sent. */
function checkAnswer(routes: readonly Documented[], method: string, url: string, reply: Reply): void {
  const [path = ""] = url.split("?");
  const route = routes.find(
    (one) =>
      one.method === method && new RegExp(`^/api/v1${one.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  if (route === undefined) return;
  const schema = reply.status >= 400 ? problemSchema : route.answers[reply.status];
  assert.notEqual(schema, undefined, `${method} ${path} is not documented to answer ${reply.status}`);
  if (schema === null || schema === undefined) return;
  const parsed = schema.safeParse(reply.body);
  assert.ok(parsed.success, `${method} ${path} answers other than documented: ${parsed.error?.message}`);
}
