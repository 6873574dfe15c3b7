/** A pool's life as people order it, chapter by chapter, in the world in memory. Whoever uses it disturbs the controller meanwhile. */
import assert from "node:assert/strict";
import type { NodeOperationObject, OperationSpec } from "../../src/schema/operation.ts";
import type { ManagedNodePoolObject } from "../../src/schema/pool.ts";
import { type World, worldNamespace } from "../../src/sim/world.ts";

const apiVersion = "poolkeeper.dev/v1alpha1";
const minuteMs = 60_000;
const poolName = "web";
const ref = { namespace: worldNamespace, name: poolName };
const oldImage = { family: "AlibabaCloudLinux", version: "3.2104.11" };
const newImage = { family: "AlibabaCloudLinux", version: "3.2104.12" };

export interface Life {
  pool(): ManagedNodePoolObject | undefined;
  until(what: string, isMet: () => boolean): Promise<void>;
  create(replicas: number): Promise<void>;
  /** All machines to the newer image, at once. */
  upgrade(): Promise<void>;
  scale(replicas: number): Promise<void>;
  /** The kubelet of one node dies; waits until repair has healed it by what heals it. */
  fall(healsOn: "Restart" | "Reboot"): Promise<void>;
  /** The oldest machines by name, drained and released. */
  remove(count: number): Promise<void>;
  /** Confirmed, and waited for. */
  delete(): Promise<void>;
}

export function createLife(world: World): Life {
  const { kube, clock } = world;
  const pool = () => world.list("ManagedNodePool").find(({ metadata }) => metadata.name === poolName);
  const until = async (what: string, isMet: () => boolean): Promise<void> => {
    const isSo = await clock.runUntil(isMet, 30 * minuteMs);
    assert.ok(isSo, `after 30 minutes still not: ${what}; ${JSON.stringify(pool()?.status?.blockers)}`);
  };
  const untilWhole = (count: number): Promise<void> =>
    until(`${count} ready`, () => {
      const found = pool();
      const isSeen = found?.status?.observedGeneration === found?.metadata.generation;
      return isSeen && found?.status?.summary === "Active" && found.status.readyReplicas === count;
    });
  const change = (body: object): Promise<unknown> =>
    kube.patch("ManagedNodePool", ref, { type: "merge", body });

  return {
    pool,
    until,
    create: async (replicas) => {
      await kube.create("ManagedNodePool", {
        apiVersion,
        kind: "ManagedNodePool",
        metadata: ref,
        spec: {
          replicas,
          providerRef: { name: "simulator" },
          template: { image: oldImage },
          upgrade: { soakSeconds: 0 },
        } as never,
      });
      await untilWhole(replicas);
    },
    upgrade: async () => {
      await change({ spec: { template: { image: newImage } } });
      await ask(world, "up", { kind: "Upgrade", targets: targetsOf(world), options: { when: "Now" } });
      await until("the upgrade ends", () => operationNamed(world, "up")?.status?.finishedTime !== undefined);
      assert.equal(operationNamed(world, "up")?.status?.phase, "Succeeded");
      await untilWhole(pool()?.spec.replicas ?? 0);
    },
    scale: async (replicas) => {
      await change({ spec: { replicas } });
      await untilWhole(replicas);
    },
    fall: async (healsOn) => {
      const count = pool()?.spec.replicas ?? 0;
      const { instanceId = "" } = world.list("ManagedMachine")[0]?.status ?? {};
      world.cloud.inject({ instanceId, kind: "GuestFault", fault: { kind: "KubeletStopped", healsOn } });
      await until("it is missed", () => (pool()?.status?.readyReplicas ?? count) < count);
      await untilWhole(count);
    },
    remove: async (count) => {
      const left = (pool()?.spec.replicas ?? 0) - count;
      const targets = targetsOf(world).slice(0, count);
      await ask(world, "rm", { kind: "RemoveNodes", targets, options: { drain: true, release: true } });
      await until(`${left} wanted`, () => pool()?.spec.replicas === left);
      await untilWhole(left);
      assert.equal(pool()?.spec.replicas, left, "a removal is counted exactly once");
    },
    delete: async () => {
      const confirmation = `${poolName}:${targetsOf(world).length}`;
      await change({ metadata: { annotations: { "poolkeeper.dev/confirm-deletion": confirmation } } });
      await kube.delete("ManagedNodePool", ref);
      await until("the pool is gone", () => pool() === undefined);
      await clock.advance(minuteMs);
    },
  };
}

type Wish = Pick<OperationSpec, "kind" | "targets"> & { readonly options: Partial<OperationSpec["options"]> };

async function ask({ kube }: World, name: string, wish: Wish): Promise<void> {
  await kube.create("NodeOperation", {
    apiVersion,
    kind: "NodeOperation",
    metadata: { name, namespace: worldNamespace },
    spec: { poolName, requestedBy: "jane", ...wish } as never,
  });
}

function operationNamed(world: World, name: string): NodeOperationObject | undefined {
  return world.list("NodeOperation").find(({ metadata }) => metadata.name === name);
}

function targetsOf(world: World): OperationSpec["targets"] {
  return world
    .list("ManagedMachine")
    .map(({ metadata }) => ({ machine: metadata.name, uid: metadata.uid ?? "" }));
}
