/** Objects of the cluster by name and kind, with "did you mean" where there is none of the name. Changes nothing. */
import { isOfPool } from "../core/bygone.ts";
import { poolLabel } from "../core/attributes.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube, ListOptions, ObjectOf } from "../ports/kube.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { NodeOperationObject } from "../schema/operation.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { refusalError } from "./failure.ts";
import { nounOf, type ShownKind } from "./kind.ts";
import type { Session } from "./session.ts";
import { suggestion } from "./suggest.ts";

/** All of a kind: of the namespace, or of all namespaces with -A; by name. */
export async function listOf<K extends ShownKind>(
  session: Session,
  kind: K,
  options: Pick<ListOptions, "labelSelector"> = {},
): Promise<readonly ObjectOf<K>[]> {
  const kube = await session.kube();
  const where = session.isEverywhere ? {} : { namespace: session.namespace };
  const { items } = await kube.list(kind, { ...where, ...options });
  return items.toSorted((a, b) => byName(a.metadata.name, b.metadata.name));
}

/** web-9 before web-10. */
export function byName(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

export async function getOne<K extends ShownKind>(
  session: Session,
  kind: K,
  name: string,
): Promise<ObjectOf<K>> {
  const kube = await session.kube();
  const { namespace } = session;
  try {
    return await kube.get(kind, { name, namespace });
  } catch (error) {
    if (!isPortError(error, "NotFound")) throw error;
    throw await notFound(session, kind, name);
  }
}

async function notFound(session: Session, kind: ShownKind, name: string): Promise<Error> {
  const kube = await session.kube();
  const { namespace } = session;
  const { items } = await kube.list(kind, { namespace });
  const near = suggestion(
    name,
    items.map(({ metadata }) => metadata.name),
  );
  const facts = { object: `${nounOf(kind)} ${name}`, namespace };
  return refusalError({ reason: "NotFound", facts: near === null ? facts : { ...facts, suggestion: near } });
}

export async function getPool(session: Session, name: string): Promise<ManagedNodePoolObject> {
  return await getOne(session, "ManagedNodePool", name);
}

export async function machinesOf(
  kube: Kube,
  pool: ManagedNodePoolObject,
): Promise<readonly ManagedMachineObject[]> {
  const { name, namespace = "", uid } = pool.metadata;
  const { items } = await kube.list("ManagedMachine", { namespace, labelSelector: `${poolLabel}=${name}` });
  const own = items.filter(({ spec }) => uid === undefined || spec.poolUid === uid);
  return own.toSorted((a, b) => byName(a.metadata.name, b.metadata.name));
}

/** The latest first. */
export async function operationsOf(
  kube: Kube,
  pool: ManagedNodePoolObject,
): Promise<readonly NodeOperationObject[]> {
  const { name, namespace = "" } = pool.metadata;
  const { items } = await kube.list("NodeOperation", { namespace, labelSelector: `${poolLabel}=${name}` });
  const own = items.filter((operation) => isOfPool(operation, pool));
  return own.toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)));
}

function createdAt(operation: NodeOperationObject): string {
  return operation.metadata.creationTimestamp ?? "";
}

/** The machine that goes by this name: its own, its node's or its instance's. */
export async function findMachineRecord(session: Session, name: string): Promise<ManagedMachineObject> {
  const kube = await session.kube();
  const { namespace } = session;
  const { items } = await kube.list("ManagedMachine", { namespace });
  const found = items.find((record) => namesOf(record).includes(name));
  if (found !== undefined) return found;
  const near = suggestion(name, items.flatMap(namesOf));
  const facts = { object: `node, machine or instance ${name} of a pool`, namespace };
  throw refusalError({ reason: "NotFound", facts: near === null ? facts : { ...facts, suggestion: near } });
}

function namesOf({ metadata, status }: ManagedMachineObject): readonly string[] {
  return [metadata.name, status?.nodeName, status?.instanceId].filter((name) => name !== undefined);
}
