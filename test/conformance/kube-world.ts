/** What the behaviours of kube-port.ts start from: small valid objects, and ways to wait and to be refused. */
import assert from "node:assert/strict";
import { PortError, type PortErrorKind, isPortError } from "../../src/ports/errors.ts";
import type { Kind, Kube, KubeCache } from "../../src/ports/kube.ts";
import type {
  KubeObject,
  LeaseObject,
  NodeObject,
  ObjectMeta,
  PodDisruptionBudgetObject,
  PodObject,
} from "../../src/schema/kubernetes.ts";

export interface KubeWorld {
  readonly kube: Kube;
  /** Watches `watchedKinds`, and has synced. */
  readonly cache: KubeCache;
}

export interface KubePortBehaviour {
  readonly name: string;
  readonly run: (world: KubeWorld) => Promise<void>;
}

export const watchedKinds = ["Node", "Pod", "PodDisruptionBudget"] as const satisfies readonly Kind[];

const namespace = "default";
let names = 0;

/** Worlds may be shared and may outlive a run, so no name is used twice. */
export function uniqueName(prefix: string): string {
  names += 1;
  return `${prefix}-${process.pid.toString(36)}-${names}`;
}

/** Fails unless `call` is refused in this way; gives the message. */
export async function refusal(call: Promise<unknown>, kind: PortErrorKind): Promise<string> {
  const error = await call.then(
    () => assert.fail(`was accepted, but should be ${kind}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof PortError, `a PortError, not ${String(error)}`);
  assert.equal(error.kind, kind, error.message);
  return error.message;
}

/** Waits for what a watch, or another part of the cluster, brings about. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const giveUpAt = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function aLease(name: string, metadata: Partial<ObjectMeta> = {}): LeaseObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace, ...metadata },
    spec: { holderIdentity: "one", leaseDurationSeconds: 15 },
  };
}

export function aNode(name: string, metadata: Partial<ObjectMeta> = {}): NodeObject {
  return { apiVersion: "v1", kind: "Node", metadata: { name, ...metadata } };
}

/** The labels that a test gave; API servers add some of their own to nodes. */
export function labelsOf(object: KubeObject): Readonly<Record<string, string>> {
  const labels = Object.entries(object.metadata.labels ?? {});
  return Object.fromEntries(labels.filter(([key]) => !key.includes("kubernetes.io/")));
}

export interface PodParts {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly namespace?: string;
}

/** A running, ready pod that is bound to a node, so that its deletion is graceful. */
export async function aPod({ kube }: KubeWorld, parts: PodParts): Promise<PodObject> {
  const metadata = { name: parts.name, namespace: parts.namespace ?? namespace, labels: parts.labels ?? {} };
  const pod: PodObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { nodeName: parts.nodeName ?? "somewhere", containers: [{ name: "c", image: "i" }] },
  };
  await eventually("the namespace's service account", () =>
    kube.create("Pod", pod).catch((error: unknown) => {
      if (isPortError(error, "Denied") && error.message.includes("serviceaccount")) return undefined;
      throw error;
    }),
  );
  const ready = { type: "Ready", status: "True" };
  const status = { phase: "Running", conditions: [ready] };
  return kube.patch("Pod", metadata, { type: "merge", subresource: "status", body: { status } });
}

/** A budget over the pods of `app`, its status as the disruption controller writes it, where there is one or not. */
export async function aBudget(
  { kube }: KubeWorld,
  app: string,
  status: NonNullable<PodDisruptionBudgetObject["status"]>,
): Promise<void> {
  const metadata = { name: uniqueName("budget"), namespace };
  const minAvailable = status.desiredHealthy ?? 0;
  const budget: PodDisruptionBudgetObject = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    spec: { minAvailable, selector: { matchLabels: { app } } },
  };
  await kube.create("PodDisruptionBudget", budget);
  await eventually("the budget's status", async () => {
    const current = await kube.get("PodDisruptionBudget", metadata);
    const wanted = { ...status, observedGeneration: current.metadata.generation ?? 1 };
    const isSettled = Object.entries(wanted).every(
      ([field, value]) => current.status?.[field as keyof typeof wanted] === value,
    );
    if (isSettled) return current;
    await kube
      .replace("PodDisruptionBudget", { ...current, status: wanted }, "status")
      .catch((error: unknown) => assert.ok(isPortError(error, "Conflict"), String(error)));
    return undefined;
  });
}
