/** Reads of machines: the table of ten thousand, and the page of one node. */
import type { z } from "zod";
import { findMachine } from "../core/intent/find.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { Language } from "../text/words.ts";
import { pageOf } from "./answers.ts";
import { machineDetail, machineView, type NodeSide, whereOf } from "./machine-view.ts";
import { compareTexts, nameKey, pageOfItems, type Sorting } from "./page.ts";
import { permissionFor, permissionsOf } from "./permissions.ts";
import type { Person } from "./person.ts";
import { waitsOf } from "./pool-view.ts";
import { etagOf, findRecord, hasPart, isFitting, momentOf, podCount, poolKeyOf } from "./read.ts";
import { machineQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { sightOf } from "./sight.ts";
import { machineDetail as detailSchema, type MachineView, machineView as viewSchema } from "./types.ts";
import type { World } from "./world.ts";

export const machineRoutes: readonly Route[] = [
  reading({
    path: "/machines",
    tag: "Machines",
    summary: "Machines of all pools",
    query: machineQuery,
    answer: pageOf(viewSchema),
    run: async ({ query, world, person, language, now }) => {
      await person.mustBeAllowed(permissionFor("list", "ManagedMachine", world.namespace));
      const sees = await seesOf(person, world);
      const machines = world.cache.list("ManagedMachine").filter((record) => isWanted(record, query));
      const show = (record: ManagedMachineObject): MachineView =>
        showMachine(record, { world, sees }, language);
      const sorting = sortings[query.sort];
      return ok(pageOfItems(machines, sorting, query, { show, moment: momentOf(world, now) }));
    },
  }),
  reading({
    path: "/machines/{name}",
    tag: "Machines",
    summary: "One machine by its name, its node's or its instance's, with its node and pods",
    query: null,
    answer: detailSchema,
    run: async ({ params, world, person, language }) => {
      await person.mustBeAllowed(permissionFor("get", "ManagedMachine", world.namespace));
      const record = findRecord(world, params["name"]);
      const sees = await seesOf(person, world);
      const pool = world.cache.get("ManagedNodePool", poolKeyOf(record));
      const look = world.lastLook(poolKeyOf(record));
      const waits = pool === undefined ? [] : waitsOf(pool, look, language);
      const sight = pool === undefined || !sees.pods ? null : sightOf(world, pool, "OwnPods");
      const around = {
        side: sideOf(record, { world, sees }),
        waits: waits.filter(({ object }) => object.split(":")[0] === record.metadata.name),
        snapshot: sight,
        machine: sight === null ? null : findMachine(sight.machines, record.metadata.name),
      };
      return ok(machineDetail(record, around, language), { etag: etagOf(record) });
    },
  }),
];

/** What of the cluster beside our own kinds the caller may list. */
export interface Sees {
  readonly nodes: boolean;
  readonly pods: boolean;
}

export async function seesOf(person: Person, world: World): Promise<Sees> {
  const all = async (verb: "viewNodes" | "viewPods"): Promise<boolean> => {
    const answers = await Promise.all(permissionsOf(verb, world.namespace).map((item) => person.may(item)));
    return answers.every((isAllowed) => isAllowed);
  };
  const [nodes, pods] = await Promise.all([all("viewNodes"), all("viewPods")]);
  return { nodes, pods: nodes && pods };
}

interface Scene {
  readonly world: World;
  readonly sees: Sees;
}

/** Whether the node is Ready is told by our own record too, so it is no secret; the rest is for those who may list nodes. */
export function sideOf({ status }: ManagedMachineObject, { world, sees }: Scene): NodeSide {
  const { nodeName } = status ?? {};
  return {
    node: nodeName === undefined || !sees.nodes ? undefined : world.cache.get("Node", nodeName),
    pods: sees.pods ? podCount(world, nodeName) : null,
  };
}

export function showMachine(record: ManagedMachineObject, scene: Scene, language: Language): MachineView {
  return machineView(record, sideOf(record, scene), language);
}

function isWanted(record: ManagedMachineObject, query: z.output<typeof machineQuery>): boolean {
  const { metadata, spec, status = {} } = record;
  const found = {
    pool: spec.poolName,
    state: status.summary ?? "Pending",
    ...whereOf(status),
    kubernetesVersion: status.disk?.kubernetesVersion,
    operation: status.operation?.operation?.name,
  };
  return isFitting(query, found) && hasPart(query.q, metadata.name, status.nodeName, status.instanceId);
}

type Record = ManagedMachineObject;
type Compare = Sorting<Record>["compare"];

const keys = new WeakMap<Record, string>();

/** Records are replaced when they change, so a key holds as long as its record. */
function keyOf(record: Record): string {
  const known = keys.get(record);
  if (known !== undefined) return known;
  const key = `${record.spec.poolName}\u0000${nameKey(record.metadata.name)}`;
  keys.set(record, key);
  return key;
}

const byName: Compare = (a, b) => compareTexts(keyOf(a), keyOf(b));
const byAge: Compare = (a, b) =>
  compareTexts(b.metadata.creationTimestamp ?? "", a.metadata.creationTimestamp ?? "") || byName(a, b);
const byState: Compare = (a, b) =>
  compareTexts(a.status?.summary ?? "", b.status?.summary ?? "") || byName(a, b);
const byNode: Compare = (a, b) =>
  compareTexts(a.status?.nodeName ?? "", b.status?.nodeName ?? "") || byName(a, b);

const sortings: Readonly<{ [K in z.output<typeof machineQuery>["sort"]]: Sorting<Record> }> = {
  name: sorting("name", byName),
  "-name": sorting("-name", (a, b) => byName(b, a)),
  age: sorting("age", byAge),
  "-age": sorting("-age", (a, b) => byAge(b, a)),
  state: sorting("state", byState),
  node: sorting("node", byNode),
};

/** The cursor carries the fields that some sorting looks at, and no more. */
function sorting(name: string, compare: Compare): Sorting<Record> {
  return {
    name,
    compare,
    keyOf: ({ metadata, spec, status }) => {
      const { summary, nodeName } = status ?? {};
      const { creationTimestamp } = metadata;
      const key = {
        metadata: { name: metadata.name, creationTimestamp },
        spec: { poolName: spec.poolName },
        status: { summary, nodeName },
      };
      return key as Record;
    },
  };
}
