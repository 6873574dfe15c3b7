/** Opens providers and keeps their status true: reachable, what they offer, and instances that nobody claims. */
import { canonical } from "../core/hash.ts";
import type { Instance, Instant } from "../core/model.ts";
import { minuteMs, timeOf } from "../core/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Kube, KubeCache } from "../ports/kube.ts";
import { ownershipTags } from "../ports/provider.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { InfrastructureProviderObject, ProviderStatus } from "../schema/provider.ts";
import type { Instances } from "./instances.ts";
import type { OpenProvider, Providers } from "./providers.ts";

export interface CatalogueDeps {
  readonly kube: Kube;
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly providers: Providers;
}

const refreshMs = 5 * minuteMs;
const retryMs = 15_000;

export async function reconcileProvider(key: string, deps: CatalogueDeps): Promise<Instant | null> {
  const { cache, clock, kube, providers } = deps;
  const problem = await providers.open(key);
  const object = cache.get("InfrastructureProvider", key);
  if (object === undefined) return null;
  const { namespace = "", name } = object.metadata;
  const found = providers.find(namespace, name);
  const { offered, trouble } = await lookAt(found);
  const message = problem ?? trouble ?? "";
  const isReady = problem === null && trouble === null && offered !== null;
  const status: ProviderStatus = {
    ...object.status,
    ...(object.metadata.generation === undefined ? {} : { observedGeneration: object.metadata.generation }),
    ...(offered === null ? {} : { catalogue: offered }),
    orphans: found === null ? [] : orphansOf(object, found.instances, deps),
    conditions: [readyCondition(object, { isReady, message }, clock.now())],
  };
  if (canonical(object.status) !== canonical(status)) {
    await kube.replace("InfrastructureProvider", { ...object, status }, "status");
  }
  return clock.now() + (isReady ? refreshMs : retryMs);
}

interface Look {
  /** Null: it did not say. */
  readonly offered: ProviderStatus["catalogue"] | null;
  /** Null: it answers to everything. */
  readonly trouble: string | null;
}

async function lookAt(found: OpenProvider | null): Promise<Look> {
  if (found === null) return { offered: null, trouble: null };
  try {
    return { offered: await found.provider.catalogue(), trouble: found.instances.failure() };
  } catch (error) {
    return { offered: null, trouble: errorText(error) };
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reported, never released by themselves (S32): an empty list of machines must not read as "all of them". */
function orphansOf(
  object: InfrastructureProviderObject,
  instances: Instances,
  { cache, clock }: CatalogueDeps,
): NonNullable<ProviderStatus["orphans"]> {
  if (!instances.isComplete()) return object.status?.orphans ?? [];
  const machines = new Map(cache.list("ManagedMachine").map((machine) => [machine.metadata.uid, machine]));
  const known = new Map((object.status?.orphans ?? []).map((orphan) => [orphan.instanceId, orphan.since]));
  const orphans = instances.all().flatMap((instance) => {
    const message = strangeness(instance, machines.get(instance.tags[ownershipTags.machine] ?? ""));
    const { id } = instance;
    return message === null ? [] : [{ instanceId: id, since: known.get(id) ?? timeOf(clock.now()), message }];
  });
  return orphans.slice(0, 100);
}

/** Why nobody looks after the instance: its machine is gone, or has another one (S7). Null: all is well. */
function strangeness({ id, tags }: Instance, machine: ManagedMachineObject | undefined): string | null {
  const pool = tags[ownershipTags.pool] ?? "?";
  if (machine === undefined) {
    const uid = tags[ownershipTags.machine] ?? "?";
    return `carries the tags of machine ${uid} of pool ${pool}, which does not exist`;
  }
  const recorded = machine.status?.instanceId;
  if (recorded === undefined || recorded === id) return null;
  return `carries the tags of machine ${machine.metadata.name} of pool ${pool}, whose instance is ${recorded}`;
}

function readyCondition(
  object: InfrastructureProviderObject,
  { isReady, message }: { readonly isReady: boolean; readonly message: string },
  now: Instant,
): NonNullable<ProviderStatus["conditions"]>[number] {
  const status = isReady ? "True" : "False";
  const before = object.status?.conditions?.find(({ type }) => type === "Ready");
  return {
    type: "Ready",
    status,
    reason: isReady ? "Reachable" : "Unreachable",
    message: message.slice(0, 2000),
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : timeOf(now),
  };
}
