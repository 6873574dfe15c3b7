/** The whole fleet on one screen, and every node of it as a cell. */
import { timeOf } from "../core/time.ts";
import { nextOpenings, windowState } from "../core/window.ts";
import { keyOf, type KubeCache } from "../ports/kube.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { Language } from "../text/words.ts";
import {
  type Cells,
  cells as cellsSchema,
  type Fleet,
  fleet as fleetSchema,
  type ResourceName,
} from "./answers.ts";
import { operationView } from "./operation-view.ts";
import { compareNames } from "./page.ts";
import { kindOf, permissionFor } from "./permissions.ts";
import type { Person } from "./person.ts";
import { waitsOf } from "./pool-view.ts";
import { isOpen } from "./read.ts";
import { ok, reading, type Route } from "./route.ts";
import type { State } from "./types.ts";
import { readyState, stateOf } from "./words.ts";
import type { World } from "./world.ts";

export const fleetRoutes: readonly Route[] = [
  reading({
    path: "/fleet",
    tag: "Fleet",
    summary: "The whole fleet on one screen; what you may not list is left out",
    query: null,
    answer: fleetSchema,
    run: async ({ world, person, language, now }) => {
      await person.mustBeAllowed(permissionFor("list", "ManagedNodePool", world.namespace));
      const sees = await seesResources(person, world);
      return ok(fleetOf({ world, sees, language, now }));
    },
  }),
  reading({
    path: "/fleet/cells",
    tag: "Fleet",
    summary: "Every machine as a cell: pool, state and zone by index",
    query: null,
    answer: cellsSchema,
    run: async ({ world, person, language, now }) => {
      await person.mustBeAllowed(permissionFor("list", "ManagedMachine", world.namespace));
      return ok(cellsOf(world.cache.list("ManagedMachine"), language, now));
    },
  }),
];

type Sees = Readonly<Record<ResourceName, boolean>>;

async function seesResources(person: Person, world: World): Promise<Sees> {
  const may = (name: ResourceName) => person.may(permissionFor("list", kindOf[name], world.namespace));
  const [machines, operations, windows, providers] = await Promise.all([
    may("machines"),
    may("operations"),
    may("windows"),
    may("providers"),
  ]);
  return { pools: true, machines, operations, windows, providers };
}

interface Scene {
  readonly world: World;
  readonly sees: Sees;
  readonly language: Language;
  readonly now: number;
}

function fleetOf(scene: Scene): Fleet {
  const { world, sees, language, now } = scene;
  const { cache } = world;
  const pools = cache
    .list("ManagedNodePool")
    .toSorted((a, b) => compareNames(a.metadata.name, b.metadata.name));
  const operations = sees.operations ? cache.list("NodeOperation").filter(isOpen) : [];
  const machines = sees.machines ? cache.list("ManagedMachine") : [];
  return {
    pools: tallies(pools, ({ status }) => status?.summary, language),
    machines: tallies(machines, ({ status }) => status?.summary, language),
    nodes: sums(pools),
    operations: operations.map((operation) => operationView(operation, language)),
    waits: pools.flatMap((pool) =>
      waitsOf(pool, world.lastLook(keyOf(pool)), language).map((wait) => ({
        pool: pool.metadata.name,
        wait,
      })),
    ),
    windows: sees.windows ? openingsOf(cache, pools, now) : [],
    approvals: operations
      .filter(({ spec }) => spec.approval === "Waiting")
      .map(({ metadata }) => metadata.name),
    providers: sees.providers ? providersOf(cache, language) : [],
    asOf: timeOf(now),
  };
}

function tallies<T>(
  items: readonly T[],
  codeOf: (item: T) => string | undefined,
  language: Language,
): Fleet["pools"] {
  const byCode = Map.groupBy(items, codeOf);
  return [...byCode]
    .map(([code, group]) => ({ state: stateOf(code, language), count: group.length }))
    .toSorted((a, b) => b.count - a.count);
}

function sums(pools: readonly ManagedNodePoolObject[]): Fleet["nodes"] {
  const sum = (count: (pool: ManagedNodePoolObject) => number | undefined): number =>
    pools.reduce((total, pool) => total + (count(pool) ?? 0), 0);
  return {
    desired: sum(({ spec }) => spec.replicas),
    machines: sum(({ status }) => status?.replicas),
    ready: sum(({ status }) => status?.readyReplicas),
    upToDate: sum(({ status }) => status?.upToDateReplicas),
  };
}

/** The opening that runs or the next one, the soonest first. */
function openingsOf(
  cache: KubeCache,
  pools: readonly ManagedNodePoolObject[],
  now: number,
): Fleet["windows"] {
  return cache
    .list("MaintenanceWindow")
    .flatMap(({ metadata, spec }) => {
      const [next] = nextOpenings(spec, now, 1);
      if (next === undefined) return [];
      const { name } = metadata;
      const users = pools.filter((pool) => pool.spec.management.maintenanceWindowRef?.name === name);
      return [
        {
          name,
          isOpen: windowState(spec, now).isOpen,
          opens: timeOf(next.opens),
          closes: timeOf(next.closes),
          pools: users.map((pool) => pool.metadata.name),
        },
      ];
    })
    .toSorted((a, b) => (a.opens < b.opens ? -1 : 1));
}

function providersOf(cache: KubeCache, language: Language): Fleet["providers"] {
  return cache.list("InfrastructureProvider").map(({ metadata, status }) => ({
    name: metadata.name,
    state: readyState(status?.conditions, language),
    orphans: status?.orphans?.length ?? 0,
  }));
}

function cellsOf(machines: readonly ManagedMachineObject[], language: Language, now: number): Cells {
  const pools = createIndex<string>();
  const zones = createIndex<string>();
  const states = createIndex<string>();
  const cells = machines.map(({ metadata, spec, status }): Cells["cells"][number] => [
    metadata.name,
    pools.at(spec.poolName),
    states.at(status?.summary ?? "Pending"),
    zones.at(status?.zone ?? status?.creation?.request.zone ?? ""),
  ]);
  return {
    pools: pools.values(),
    states: states.values().map((code): State => stateOf(code === "Pending" ? undefined : code, language)),
    zones: zones.values(),
    cells,
    asOf: timeOf(now),
  };
}

interface Index<T> {
  at(value: T): number;
  values(): T[];
}

function createIndex<T>(): Index<T> {
  const places = new Map<T, number>();
  return {
    at: (value) => {
      const known = places.get(value);
      if (known !== undefined) return known;
      places.set(value, places.size);
      return places.size - 1;
    },
    values: () => [...places.keys()],
  };
}
