/**
 * How long the REST API takes to answer at 10,000 nodes and 100,000 pods, over HTTP, with rights asked for as always. The
 * CPU time is of caller and server together, which share the process.
 */
import { watchedKinds } from "../../src/controller/interest.ts";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createApiServer } from "../../src/api/server.ts";
import { realClock } from "../../src/ports/clock.ts";
import { createSimCache } from "../../src/sim/api/cache.ts";
import { createSimKube } from "../../src/sim/api/port.ts";
import { createApiServer as createWorldServer } from "../../src/sim/api/server.ts";
import { fill } from "./fleet.ts";
import { namespace, type Wishes } from "./rig.ts";
import { median, table } from "./table.ts";

const rounds = 25;

interface Asked {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
}

const asked: readonly Asked[] = [
  { method: "GET", path: "/pools" },
  { method: "GET", path: "/machines" },
  { method: "GET", path: "/machines?limit=1000" },
  { method: "GET", path: "/machines?limit=200&sort=-age" },
  { method: "GET", path: "/machines?limit=200&pool=p3&state=Ready" },
  { method: "GET", path: "/machines?limit=200&q=77" },
  { method: "GET", path: "/machines/p5-500" },
  { method: "GET", path: "/fleet" },
  { method: "GET", path: "/fleet/cells" },
  { method: "POST", path: "/pools/p1/scale?dryRun=true", body: { add: 3 } },
  { method: "POST", path: "/pools/p1/scale?dryRun=true", body: { replicas: 900 } },
];

export async function benchApi({ signal }: Wishes): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "pk-bench-"));
  const world = createWorldServer({ clock: realClock, seed: 1 });
  const kube = createSimKube(world);
  try {
    await fill(kube, path.join(folder, "instances.json"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const cache = createSimCache(world, watchedKinds);
  const secret = (bytes: number): string => randomBytes(bytes).toString("base64url");
  let port = 0;
  const { app, stop } = createApiServer({
    clock: realClock,
    productVersion: "bench",
    world: () => ({
      cache,
      namespace,
      cluster: { name: "bench", server: "memory", isSimulated: true },
      serverVersion: () => "v1.36.3",
      adminName: "bench",
      kubeAs: () => kube,
      lastLook: () => null,
    }),
    notReadyBecause: () => null,
    metrics: async () => "",
    address: () => ({
      url: `http://127.0.0.1:${port}`,
      hosts: [`127.0.0.1:${port}`],
      isSecure: false,
      cookie: "bench",
    }),
    consoleDir: null,
    identityProvider: null,
    admin: {
      issue: () => ({ code: "bench", expiresAt: 0 }),
      redeem: () => true,
      isKey: () => false,
      load: () => null,
      save: () => {},
    },
    secret,
    audit: () => {},
    fault: (request, error) => console.error(request, error),
  });
  try {
    await app.listen({ port: 0, host: "127.0.0.1" });
    const address = app.server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    await measure(`http://127.0.0.1:${port}`, signal);
  } finally {
    stop();
    await app.close();
    cache.stop();
  }
}

async function measure(url: string, signal: AbortSignal): Promise<void> {
  const signedIn = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: "bench" }),
  });
  const { csrf } = { csrf: "", ...Object(await signedIn.json()) };
  const [cookie = ""] = (signedIn.headers.get("set-cookie") ?? "").split(";");
  const headers = {
    cookie,
    origin: url,
    "x-poolkeeper-csrf": String(csrf),
    "content-type": "application/json",
  };
  const rows = [];
  for (const { method, path: where, body } of asked) {
    const times: number[] = [];
    const before = process.cpuUsage();
    let bytes = 0;
    let status = 0;
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now();
      const answer = await fetch(`${url}/api/v1${where}`, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      bytes = (await answer.arrayBuffer()).byteLength;
      times.push(performance.now() - startedAt);
      ({ status } = answer);
    }
    const { user, system } = process.cpuUsage(before);
    const cpuMs = (user + system) / 1000 / rounds;
    const slowest = Math.max(...times.slice(1));
    rows.push([`${method} ${where}`, status, bytes / 1024, times[0] ?? 0, median(times), slowest, cpuMs]);
  }
  console.log(table([["request", "status", "KB", "first ms", "median ms", "slowest ms", "CPU ms"], ...rows]));
}
