/** While nothing changes nothing is written, neither in a calm world nor in one where much waits (L2). */
import assert from "node:assert/strict";
import test from "node:test";
import type { Kube } from "../../src/ports/kube.ts";
import type { Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import { createWorld, type World, worldNamespace } from "../../src/sim/world.ts";
import { createLife } from "./life.ts";

const apiVersion = "poolkeeper.dev/v1alpha1";
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const reads: ReadonlySet<string> = new Set(["get", "list", "catalogue", "onChange", "close", "diagnose"]);

/** Every call of a port but those, as one line. */
function noted<Port extends object>(
  port: Port,
  note: (call: string) => void,
  unnoted: ReadonlySet<string> = reads,
): Port {
  const entries = Object.entries(port).map(([name, member]): [string, unknown] => {
    if (typeof member !== "function" || unnoted.has(name)) return [name, member];
    return [
      name,
      (...args: readonly unknown[]): unknown => {
        note(`${name} ${JSON.stringify(args).slice(0, 200)}`);
        return Reflect.apply(member, port, args);
      },
    ];
  });
  return Object.fromEntries(entries) as Port;
}

async function observed(): Promise<{ readonly world: World; readonly calls: string[] }> {
  const calls: string[] = [];
  const note = (call: string): void => void calls.push(call);
  const world = await createWorld({
    seed: 9,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    connect: (cloud): Provider => noted(createSimulatorProvider(cloud), note),
    wrap: (kube): Kube => noted(kube, note),
    onError: (key, error) => note(`error ${key} ${String(error)}`),
  });
  return { world, calls };
}

async function create(
  world: World,
  kind: "ManagedNodePool" | "MaintenanceWindow",
  name: string,
  spec: object,
) {
  await world.kube.create(kind, {
    apiVersion,
    kind,
    metadata: { name, namespace: worldNamespace },
    spec: spec as never,
  });
}

const nights = {
  weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  start: "22:00",
  durationMinutes: 120,
  timeZone: "UTC",
};

async function quietHour({ world, calls }: Awaited<ReturnType<typeof observed>>): Promise<void> {
  assert.ok(calls.length > 20, "until now a good deal was written");
  calls.length = 0;
  await world.clock.advance(hourMs);
  assert.deepEqual(calls, []);
  await world.stop();
}

test("a calm fleet writes nothing for an hour", async () => {
  const found = await observed();
  const { world } = found;
  const life = createLife(world);
  await life.create(3);
  await life.upgrade();
  await life.remove(1);
  await create(world, "MaintenanceWindow", "nights", nights);
  const management = { autoUpgrade: true, maintenanceWindowRef: { name: "nights" } };
  await create(world, "ManagedNodePool", "batch", {
    replicas: 2,
    providerRef: { name: "simulator" },
    management,
  });
  await create(world, "ManagedNodePool", "empty", { replicas: 0, providerRef: { name: "simulator" } });
  await world.clock.advance(2 * hourMs);
  await quietHour(found);
});

test("a fleet in which all waits writes nothing for an hour either", async () => {
  const found = await observed();
  const { world } = found;
  const providerRef = { name: "simulator" };
  const image = { family: "AlibabaCloudLinux", version: "3.2104.11" };
  await create(world, "MaintenanceWindow", "nights", nights);
  // Outdated, before a window that is closed.
  const management = { autoUpgrade: true, maintenanceWindowRef: { name: "nights" } };
  await create(world, "ManagedNodePool", "late", {
    replicas: 1,
    providerRef,
    management,
    template: { image },
  });
  // Sick, and for a person to look at.
  await create(world, "ManagedNodePool", "sick", {
    replicas: 3,
    providerRef,
    management: { autoRepair: false },
  });
  // Out of stock, and paused.
  await create(world, "ManagedNodePool", "dear", {
    replicas: 1,
    providerRef,
    template: { image: { family: "AlibabaCloudLinux", version: "0.0" } },
  });
  await create(world, "ManagedNodePool", "still", { replicas: 2, providerRef, paused: true });
  await world.clock.advance(5 * minuteMs);
  const ref = { namespace: worldNamespace, name: "late" };
  const newer = { spec: { template: { image: { version: "3.2104.12" } } } };
  await world.kube.patch("ManagedNodePool", ref, { type: "merge", body: newer });
  const machine = world.list("ManagedMachine").find(({ metadata }) => metadata.name === "sick-1");
  world.cloud.inject({
    instanceId: machine?.status?.instanceId ?? "",
    kind: "GuestFault",
    fault: { kind: "KubeletStopped", healsOn: "Replace" },
  });
  await world.clock.advance(2 * hourMs);
  const waits = world.list("ManagedNodePool").map(({ metadata, status }) => {
    const reasons = (status?.blockers ?? []).map(({ reason }) => reason);
    return `${metadata.name} ${status?.summary ?? ""}: ${[...new Set(reasons)].join(" ")}`;
  });
  assert.deepEqual(waits.toSorted(), [
    "dear Stalled: ImageUnknown",
    "late Active: WindowClosed",
    "sick Stalled: NeedsHuman",
    "still Paused: Paused",
  ]);
  await quietHour(found);
});

/** What docs/performance.md says of a thousand nodes, with room for the pool's own calls, which weigh more on ten. */
const mostCalls = { reads: 12, writes: 24 };

test("an upgrade asks the API server for no more, node by node, than is published (S39)", async () => {
  const tally = { reads: 0, writes: 0 };
  const world = await createWorld({
    seed: 9,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    connect: createSimulatorProvider,
    wrap: (kube): Kube =>
      noted(
        kube,
        (call) => {
          tally[/^(get|list) /.test(call) ? "reads" : "writes"] += 1;
        },
        new Set(["onChange", "close"]),
      ),
  });
  const nodes = 10;
  const life = createLife(world);
  await life.create(nodes);
  Object.assign(tally, { reads: 0, writes: 0 });
  await life.upgrade();
  const { reads: gets, writes } = tally;
  assert.ok(gets > 0 && gets <= nodes * mostCalls.reads, `${gets} reads`);
  assert.ok(writes > 0 && writes <= nodes * mostCalls.writes, `${writes} writes`);
  await world.stop();
});
