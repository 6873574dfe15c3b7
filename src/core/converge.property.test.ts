/** Where a pool ends up after people and clouds have done their worst: as it was asked for, and at rest. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { isCordonedByUs } from "./attributes.ts";
import { hasJoined, isSpent } from "./member.ts";
import type { Machine } from "./model.ts";
import { targetOf } from "./remove.ts";
import { isBehind, targetDisk } from "./target.ts";
import { aWhileMs, createWorld, live, look, recover, sicken, type World } from "./testing-world.ts";
import { anOperation, aPool } from "./testing.ts";
import { dayMs, hourMs, minuteMs, secondMs, timeOf } from "./time.ts";

const images = ["3.0", "3.1"] as const;

type Move =
  | { readonly kind: "Scale"; readonly replicas: number }
  | { readonly kind: "Remove"; readonly index: number; readonly release: boolean; readonly drain: boolean }
  | { readonly kind: "Upgrade"; readonly image: 0 | 1 }
  | { readonly kind: "Label"; readonly tier: string }
  | { readonly kind: "Cancel"; readonly index: number }
  | { readonly kind: "PauseOperation"; readonly index: number }
  | { readonly kind: "DeleteOperation"; readonly index: number }
  | { readonly kind: "Pause"; readonly paused: boolean }
  | { readonly kind: "Sicken"; readonly index: number; readonly cure: number }
  | { readonly kind: "Vanish"; readonly index: number }
  | { readonly kind: "DeleteNode"; readonly index: number }
  | { readonly kind: "DeleteMachine"; readonly index: number }
  /** As a backup does that is restored without statuses. */
  | { readonly kind: "LoseStatus"; readonly index: number }
  | { readonly kind: "Uncordon"; readonly index: number }
  | { readonly kind: "PowerOff"; readonly index: number }
  | { readonly kind: "Restart" }
  /** The clock of Poolkeeper's machine is set wrong, or right again. */
  | { readonly kind: "Clock"; readonly aheadMs: number };

const index = fc.nat(5);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant("Scale"), replicas: fc.nat(5) } as const),
  fc.record({ kind: fc.constant("Remove"), index, release: fc.boolean(), drain: fc.boolean() } as const),
  fc.record({ kind: fc.constant("Upgrade"), image: fc.constantFrom(0, 1) } as const),
  fc.record({ kind: fc.constant("Label"), tier: fc.constantFrom("gold", "tin") } as const),
  fc.record({ kind: fc.constantFrom("Cancel", "PauseOperation", "DeleteOperation"), index } as const),
  fc.record({ kind: fc.constant("Pause"), paused: fc.boolean() } as const),
  fc.record({ kind: fc.constant("Sicken"), index, cure: fc.nat(3) } as const),
  fc.record({ kind: fc.constantFrom("Vanish", "DeleteNode", "Uncordon", "PowerOff"), index } as const),
  fc.record({ kind: fc.constantFrom("DeleteMachine", "LoseStatus"), index } as const),
  fc.record({ kind: fc.constant("Restart") } as const),
  fc.record({
    kind: fc.constant("Clock"),
    aheadMs: fc.constantFrom(0, -hourMs, 10 * minuteMs, 2 * hourMs, 400 * dayMs),
  } as const),
);

const rules = fc
  .record({
    method: fc.constantFrom("ReplaceSystemDisk", "ReplaceInstance"),
    maxUnavailable: fc.constantFrom(1, 2),
    maxSurge: fc.nat(1),
    soakSeconds: fc.constantFrom(0, 60),
    maxFailedNodes: fc.constant(1000),
  } as const)
  .map((upgrade) => ({ ...upgrade, maxSurge: upgrade.method === "ReplaceInstance" ? upgrade.maxSurge : 0 }));

/** A pool, what happens to it and after how long each time, and the luck of its effects. */
const story = fc.record({
  replicas: fc.nat(5),
  upgrade: rules,
  moves: fc.array(
    fc.record({ move, waitMs: fc.constantFrom(0, secondMs, 7 * secondMs, 40 * secondMs, 5 * minuteMs) }),
    { maxLength: 25 },
  ),
  badLuck: fc.array(fc.constantFrom("Good", "Good", "Lost", "Refused"), { maxLength: 60 }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function begin({ replicas, upgrade }: Pick<Story, "replicas" | "upgrade">): World {
  const template = { image: { family: "AlibabaCloudLinux", version: images[0] } };
  const world = createWorld(aPool({ replicas, upgrade, template, drain: { onTimeout: "Force" } }));
  live(world, aWhileMs);
  return world;
}

function tell(world: World, { moves, badLuck }: Pick<Story, "moves" | "badLuck">): void {
  const luck = [...badLuck];
  world.luck = () => luck.pop() ?? "Good";
  for (const { move, waitMs } of moves) {
    play(world, move);
    live(world, waitMs);
  }
}

/** Nobody disturbs the pool any more: pauses end, and time passes. */
function rest(world: World): void {
  change(world, { paused: false });
  for (const operation of world.operations.values()) {
    if (operation.spec.state !== "Pause") continue;
    world.operations.set(operation.metadata.name, {
      ...operation,
      spec: { ...operation.spec, state: "Run" },
    });
  }
  world.luck = () => "Good";
  world.skewMs = 0;
  calm(world);
  live(world, 12 * hourMs);
}

/** Of many sick machines at once Poolkeeper touches none: people heal all but one, and let go what is gone for good. */
function calm(world: World): void {
  const isRefused = [...world.operations.values()].some(
    ({ spec }) => spec.kind === "Repair" && spec.state === "Cancel",
  );
  const [first, ...others] = world.servers.values();
  for (const server of others) recover(world, server);
  // Whose repair was cancelled is left to people.
  if (first !== undefined && isRefused) recover(world, first);
  if (world.servers.size > 0) return;
  const lost = look(world).machines.filter(hasJoined);
  if (lost.length > 0)
    ask(world, { kind: "RemoveNodes", targets: lost.map(targetOf), options: { lowersReplicas: false } });
}

function change(world: World, spec: Partial<ManagedNodePoolObject["spec"]>): void {
  world.pool = { ...world.pool, spec: { ...world.pool.spec, ...spec } };
}

function nth<T>(list: Iterable<T>, number: number): T | undefined {
  const all = [...list];
  return all[number % Math.max(1, all.length)];
}

function ask(world: World, wishes: Parameters<typeof anOperation>[0]): void {
  world.made += 1;
  const name = `asked-${world.made}`;
  world.operations.set(
    name,
    anOperation({ name, metadata: { creationTimestamp: timeOf(world.now) }, requestedBy: "ann", ...wishes }),
  );
}

function play(world: World, move: Move): void {
  const { template } = world.pool.spec;
  const { machines } = look(world);
  switch (move.kind) {
    case "Scale":
      return change(world, { replicas: move.replicas });
    case "Remove": {
      const machine = nth(machines, move.index);
      const { drain, release } = move;
      return machine === undefined
        ? undefined
        : ask(world, { kind: "RemoveNodes", targets: [targetOf(machine)], options: { drain, release } });
    }
    case "Upgrade": {
      change(world, {
        template: { ...template, image: { family: "AlibabaCloudLinux", version: images[move.image] } },
      });
      return askUpgrade(world);
    }
    case "Label":
      change(world, { template: { ...template, nodeLabels: { tier: move.tier } } });
      return ask(world, { kind: "SyncAttributes", targets: machines.map(targetOf) });
    case "Pause":
      return change(world, { paused: move.paused });
    case "Clock":
      world.skewMs = move.aheadMs;
      return;
    case "Restart":
      world.outcomes.clear();
      world.seenSince = world.now;
      return;
    case "Cancel":
    case "PauseOperation":
    case "DeleteOperation":
      return playOperation(world, move);
    case "DeleteMachine":
    case "LoseStatus":
      return playRecord(world, move);
    default:
      return playCloud(world, move);
  }
}

function askUpgrade(world: World): void {
  const { machines, provider, cluster } = look(world);
  const target = targetDisk(world.pool.spec.template, provider, cluster);
  if (target.ok)
    ask(world, { targets: machines.map(targetOf), target: target.disk, options: { when: "Now" } });
}

function playOperation(
  world: World,
  { kind, index }: Extract<Move, { kind: "Cancel" | "PauseOperation" | "DeleteOperation" }>,
): void {
  const open = [...world.operations.values()].filter(({ status }) => status?.finishedTime === undefined);
  const operation = nth(open, index);
  if (operation === undefined) return;
  const { name } = operation.metadata;
  if (kind === "DeleteOperation") return void world.operations.delete(name);
  const state = kind === "Cancel" ? "Cancel" : "Pause";
  if (operation.spec.state !== "Cancel")
    world.operations.set(name, { ...operation, spec: { ...operation.spec, state } });
}

function playRecord(
  world: World,
  { kind, index }: Extract<Move, { kind: "DeleteMachine" | "LoseStatus" }>,
): void {
  const record = nth(world.machines.values(), index);
  if (record === undefined || record.metadata.deletionTimestamp !== undefined) return;
  const { name } = record.metadata;
  const { status: _lost, ...rest } = record;
  if (kind === "LoseStatus") return void world.machines.set(name, rest);
  const metadata = { ...record.metadata, deletionTimestamp: timeOf(world.now) };
  world.machines.set(name, { ...record, metadata });
}

function playCloud(
  world: World,
  move: Extract<Move, { kind: "Sicken" | "Vanish" | "DeleteNode" | "Uncordon" | "PowerOff" }>,
): void {
  const server = nth(world.servers.values(), move.index);
  const node = nth(world.nodes.values(), move.index);
  switch (move.kind) {
    case "Sicken":
      return sicken(
        world,
        move.index,
        (["RestartService", "Reboot", "ReplaceSystemDisk", "Never"] as const)[move.cure] ?? "Never",
      );
    case "Vanish":
      if (server !== undefined) world.servers.delete(server.machineUid);
      return;
    case "PowerOff":
      if (server?.instance.state === "Running") server.instance = { ...server.instance, state: "Stopped" };
      return;
    case "DeleteNode":
      if (node !== undefined) world.nodes.delete(node.name);
      return;
    case "Uncordon":
      if (node !== undefined) world.nodes.set(node.name, { ...node, isUnschedulable: false });
  }
}

function problemsOf(world: World): readonly string[] {
  const { machines, pool, provider, cluster } = look(world);
  const living = machines.filter((machine) => !isSpent(machine));
  const instances = new Set([...world.servers.keys()]);
  const target = targetDisk(pool.spec.template, provider, cluster);
  return [
    ...(living.length === pool.spec.replicas
      ? []
      : [`${living.length} machines instead of ${pool.spec.replicas}`]),
    ...living.flatMap((machine) => problemsOfMachine(machine, target)),
    ...[...instances]
      .filter((uid) => !machines.some(({ record }) => record.metadata.uid === uid))
      .map((uid) => `instance of ${uid} is nobody's`),
    ...[...world.operations.values()]
      .filter(({ status }) => status?.finishedTime === undefined)
      .map(({ metadata, status }) => `${metadata.name} never ends: ${status?.reason ?? ""}`),
  ];
}

function problemsOfMachine(machine: Machine, target: ReturnType<typeof targetDisk>): readonly string[] {
  const { record, node } = machine;
  const { name } = record.metadata;
  return [
    ...(record.status?.operation === undefined
      ? []
      : [`${name} is still at ${record.status.operation.plan} ${record.status.operation.step}`]),
    ...(hasJoined(machine) && node?.ready === "True" ? [] : [`${name} is not ready`]),
    ...(node !== null && isCordonedByUs(node) ? [`${name} is left cordoned`] : []),
    ...(target.ok && isBehind(machine, target.disk) ? [`${name} is behind`] : []),
  ];
}

const numRuns = 300;

test("whatever happens, a pool comes to rest as it was asked for (L1, L3, L4, L5)", () => {
  const check = (plot: Story): void => {
    const world = begin(plot);
    tell(world, plot);
    rest(world);
    // What was put off, or came in between, is asked for once more.
    askUpgrade(world);
    rest(world);
    assert.deepEqual(problemsOf(world), []);
    const before = world.log.length;
    live(world, 24 * hourMs);
    assert.deepEqual(
      world.log.slice(before).map(({ action }) => action.kind),
      [],
      "at rest nothing is done any more (L2)",
    );
  };
  fc.assert(fc.property(story, check), { numRuns, includeErrorInReport: true });
});

test("the end depends on the last wish only, not on the way there (L7)", () => {
  const check = (plot: Story, replicas: number): void => {
    const world = begin(plot);
    tell(world, {
      ...plot,
      moves: plot.moves.filter(({ move }) => move.kind === "Scale" || move.kind === "Upgrade"),
    });
    play(world, { kind: "Scale", replicas });
    play(world, { kind: "Upgrade", image: 0 });
    rest(world);
    askUpgrade(world);
    rest(world);
    const { machines } = look(world);
    assert.deepEqual(problemsOf(world), []);
    assert.equal(machines.length, replicas);
    assert.ok(machines.every(({ record }) => record.status?.disk?.image.version === images[0]));
  };
  fc.assert(fc.property(story, fc.nat(5), check), { numRuns: numRuns / 3, includeErrorInReport: true });
});

/** What people see of a pool at rest, without the names that the way there has given. */
function picture(world: World): unknown {
  const { machines, pool } = look(world);
  const living = machines.filter((machine) => !isSpent(machine));
  const faces = living.map(({ record, node, instance }) => ({
    disk: record.status?.disk,
    attributes: record.spec.attributes,
    labels: node?.labels,
    taints: node?.taints,
    cordoned: node?.isUnschedulable,
    ready: node?.ready,
    state: instance?.state,
  }));
  return { replicas: pool.spec.replicas, faces: faces.map((face) => JSON.stringify(face)).toSorted() };
}

/** Straight to a wish, or after a whole story. */
function arrive(plot: Story, wish: readonly Move[], isStraight: boolean): unknown {
  const world = begin(plot);
  if (!isStraight) {
    const ways = new Set(["Scale", "Upgrade", "Label", "Pause", "Restart"]);
    tell(world, { ...plot, moves: plot.moves.filter(({ move }) => ways.has(move.kind)) });
    rest(world);
  }
  for (const move of wish) play(world, move);
  rest(world);
  askUpgrade(world);
  rest(world);
  return picture(world);
}

test("two ways to one spec end alike, and rolling back is arriving at the earlier one (L7)", () => {
  const wishes = fc.record({
    replicas: fc.nat(5),
    image: fc.constantFrom<0 | 1>(0, 1),
    tier: fc.constantFrom("gold", "tin"),
  });
  const check = (
    plot: Story,
    { replicas, image, tier }: { replicas: number; image: 0 | 1; tier: string },
  ): void => {
    const wish: readonly Move[] = [
      { kind: "Scale", replicas },
      { kind: "Label", tier },
      { kind: "Upgrade", image },
    ];
    assert.deepEqual(arrive(plot, wish, false), arrive(plot, wish, true));
  };
  fc.assert(fc.property(story, wishes, check), { numRuns: numRuns / 3, includeErrorInReport: true });
});

test("of a calm pool nothing is asked twice", () => {
  const check = (plot: Story): void => {
    const world = begin(plot);
    const before = world.log.length;
    live(world, 24 * hourMs);
    assert.equal(world.log.length, before);
    assert.equal(world.servers.size, plot.replicas);
    assert.equal(world.log.filter(({ action }) => action.kind === "RequestInstance").length, plot.replicas);
  };
  fc.assert(fc.property(story, check), { numRuns: 50, includeErrorInReport: true });
});
