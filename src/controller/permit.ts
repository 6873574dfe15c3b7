/** Leave to carry out an action, asked for just before: the world is read again, and must be what was decided on (S25, S26). */
import { isDeepStrictEqual } from "node:util";
import type { Action } from "../core/action.ts";
import type { Instant, Machine } from "../core/model.ts";
import { promiseOf } from "../core/promise.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { machineNamed, type Scene } from "./act.ts";

export interface Permit {
  covers(action: Action): Promise<boolean>;
}

/**
 * What was read is worth nothing after this long: a process that was stopped, or whose answer came late, would carry out
 * what somebody else has done, and gone on from, long ago.
 */
const worthMs = 3000;

/** For one pass: what is recorded or begun has to be promised in the pool, and nobody may have begun anything since. */
export function createBeginPermit(scene: Scene, decidedAt: Instant): Permit {
  const { deps, namespace, snapshot } = scene;
  const { name, uid } = snapshot.pool.metadata;
  const read = createReading(scene, async () => {
    const [pool, { items }] = await Promise.all([
      deps.kube.get("ManagedNodePool", { namespace, name }),
      deps.kube.list("ManagedMachine", { namespace, labelSelector: `poolkeeper.dev/pool=${name}` }),
    ]);
    const machines = items.filter(({ spec }) => spec.poolUid === uid);
    return { pool, isSame: isSameWork(snapshot.machines, machines) };
  });
  return {
    covers: async (action) => {
      const promise = promiseOf(action, snapshot, decidedAt);
      if (promise === null) return true;
      const fresh = await read();
      return fresh !== null && fresh.isSame && isPromised(fresh.pool, promise, uid);
    },
  };
}

function isPromised({ metadata, status }: ManagedNodePoolObject, name: string, uid = ""): boolean {
  return metadata.uid === uid && (status?.promised ?? []).includes(name);
}

/** The same machines, each with the same operation in hand or none: what counts towards every limit. */
function isSameWork(decided: readonly Machine[], fresh: readonly ManagedMachineObject[]): boolean {
  const workOf = ({ metadata, status }: ManagedMachineObject): string =>
    `${metadata.uid} ${status?.operation?.epoch}`;
  const known = new Set(decided.map(({ record }) => workOf(record)));
  return known.size === fresh.length && fresh.every((record) => known.has(workOf(record)));
}

/** For the effects on one machine: they are sent only while its stored operation is the one they were decided for. */
export function createEffectPermit(name: string, scene: Scene): Permit {
  const { deps, namespace } = scene;
  const read = createReading(scene, () => deps.kube.get("ManagedMachine", { namespace, name }));
  return {
    covers: async (action) => {
      if (!("epoch" in action) || action.epoch === null) return true;
      return isAsDecided(name, await read(), scene);
    },
  };
}

function isAsDecided(name: string, fresh: ManagedMachineObject | null, { snapshot }: Scene): boolean {
  const record = machineNamed(snapshot, name)?.record;
  return (
    record !== undefined &&
    fresh?.metadata.uid === record.metadata.uid &&
    isDeepStrictEqual(fresh?.status?.operation, record.status?.operation)
  );
}

/** Reads again when the last reading is worth nothing any more; null where it failed, or took too long. */
function createReading<T>({ deps }: Scene, read: () => Promise<T>): () => Promise<T | null> {
  const { clock } = deps;
  let last: Promise<T | null> = Promise.resolve(null);
  let askedAt = Number.NEGATIVE_INFINITY;
  const isRecent = (): boolean => clock.monotonic() - askedAt < worthMs;
  return async () => {
    if (!isRecent()) {
      askedAt = clock.monotonic();
      last = read().catch(() => null);
    }
    const found = await last;
    return isRecent() ? found : null;
  };
}
