/**
 * How long the REST API takes to answer at 10,000 nodes and 100,000 pods, over HTTP, with rights asked for as always. The
 * CPU time is of caller and server together, which share the process.
 */
import { podsPerNode } from "./fleet.ts";
import { openFleetApi } from "./fleet-api.ts";
import type { Wishes } from "./rig.ts";
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
  const api = await openFleetApi({ podsPerNode, consoleDir: null });
  try {
    await measure(api.url, signal);
  } finally {
    await api.close();
  }
}

async function measure(url: string, signal: AbortSignal): Promise<void> {
  const signedIn = await fetch(`${url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code: "fleet" }),
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
