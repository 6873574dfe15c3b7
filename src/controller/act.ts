/** Carries out actions: the only place that calls a mutating method of a port. One line per action; what it waits for is not its business. */
import { cordonAnnotation, mergedTaints, poolLabel } from "../core/attributes.ts";
import type { Action, InstanceAction, NodeAction, RecordAction } from "../core/action.ts";
import { machineSummary } from "../core/machine-status.ts";
import type { Machine, Snapshot } from "../core/model.ts";
import { finalizer } from "../core/remove.ts";
import { removalsAnnotation } from "../core/removals.ts";
import { isPortError, PortError } from "../ports/errors.ts";
import type { Kube, ObjectRef } from "../ports/kube.ts";
import type { Provider } from "../ports/provider.ts";
import type { KubeObject } from "../schema/kubernetes.ts";
import type { Freshness } from "./freshness.ts";
import type { Outcomes } from "./outcomes.ts";
import type { OpenProvider } from "./providers.ts";
import { bootstrapFor, withoutSecrets } from "./bootstrap.ts";
import type { AdmissionDeps } from "./join/admission.ts";
import { wordedMachine } from "./wording.ts";

export interface ActDeps extends AdmissionDeps {
  readonly freshness: Freshness;
  readonly outcomes: Outcomes;
  /** Null while the provider is closed: then no instance action is sent. */
  readonly provider: OpenProvider | null;
}

/** What an action is carried out on. */
export interface Scene {
  readonly key: string;
  readonly namespace: string;
  readonly snapshot: Snapshot;
  readonly deps: ActDeps;
}

export async function actRecord(action: RecordAction, scene: Scene): Promise<void> {
  switch (action.kind) {
    case "RecordMachine":
      return recordMachine(action, scene);
    case "AdvanceMachine":
      return advanceMachine(action, scene);
    case "SetAttributes":
      return setAttributes(action, scene);
    case "ForgetMachine":
      return forgetMachine(action, scene);
    case "RecordOperation":
      return recordOperation(action, scene);
    case "ForgetOperation":
      return forgetOperation(
        scene.deps.kube,
        { namespace: scene.namespace, name: action.operation },
        action.uid,
      );
    case "AdjustReplicas":
      return patchPool(scene, {
        metadata: { annotations: { [removalsAnnotation]: action.removals } },
        spec: { replicas: action.replicas },
      });
    case "HoldPool":
      return patchPool(scene, {
        metadata: { finalizers: [...(scene.snapshot.pool.metadata.finalizers ?? []), finalizer] },
      });
    case "LetPoolGo":
      return patchPool(scene, {
        metadata: {
          finalizers: (scene.snapshot.pool.metadata.finalizers ?? []).filter((name) => name !== finalizer),
        },
      });
  }
}

export async function actInstance(action: InstanceAction, scene: Scene): Promise<void> {
  const { provider: open } = scene.deps;
  if (open === null) throw new PortError({ kind: "Unreachable", message: scene.snapshot.provider.message });
  const { provider, instances } = open;
  instances.hurry();
  switch (action.kind) {
    case "RequestInstance":
      return requestInstance(action, scene, open);
    case "StartInstance":
      return provider.start(action.instanceId);
    case "StopInstance":
      return provider.stop(action.instanceId);
    case "RebootInstance":
      return provider.reboot(action.instanceId);
    case "RestartService":
      return provider.restartService(action.instanceId, action.service);
    case "ReplaceSystemDisk":
      return replaceSystemDisk(action, scene, provider);
    case "ReleaseInstance":
      return provider.release(action.instanceId);
    case "LeaveCluster":
      return provider.leave(action.instanceId);
    case "TagInstance":
      return provider.tag(action.instanceId, action.set, action.remove);
  }
}

/** The stored request under the stored token, so that a repeat cannot make a second instance (S31). */
async function requestInstance(
  action: InstanceAction,
  scene: Scene,
  { provider, instances }: OpenProvider,
): Promise<void> {
  const machine = machineNamed(scene.snapshot, action.machine);
  const creation = machine?.record.status?.creation;
  if (machine === null || creation === undefined) return;
  const { clientToken, request } = creation;
  const { kubernetesVersion, userDataSecret } = request;
  const bootstrap = await bootstrapFor(
    { ...scene, machine, provider, epoch: action.epoch, kubernetesVersion, userDataSecret },
    scene.deps,
  );
  instances.learn(await withoutSecrets(bootstrap, provider.create(clientToken, request, bootstrap)));
}

async function replaceSystemDisk(
  action: Extract<InstanceAction, { kind: "ReplaceSystemDisk" }>,
  scene: Scene,
  provider: Provider,
): Promise<void> {
  const { instanceId, clientToken, disk } = action;
  const machine = machineNamed(scene.snapshot, action.machine);
  if (machine === null) return;
  const { kubernetesVersion } = disk;
  const userDataSecret = scene.snapshot.pool.spec.template.userDataSecretRef?.name;
  const bootstrap = await bootstrapFor(
    { ...scene, machine, provider, epoch: action.epoch, kubernetesVersion, userDataSecret },
    scene.deps,
  );
  const replacement = { clientToken, disk, bootstrap };
  return withoutSecrets(bootstrap, provider.replaceSystemDisk(instanceId, replacement));
}

export async function actNode(action: NodeAction, scene: Scene): Promise<void> {
  const { kube, outcomes, clock } = scene.deps;
  switch (action.kind) {
    case "CordonNode":
      return patchNode(scene, action, {
        metadata: { annotations: { [cordonAnnotation]: `${action.machine}:${action.epoch ?? 0}` } },
        spec: { unschedulable: true },
      });
    case "UncordonNode":
      return patchNode(scene, action, {
        metadata: { annotations: { [cordonAnnotation]: null } },
        spec: { unschedulable: null },
      });
    case "LabelNode":
      return labelNode(action, scene);
    case "EvictPod": {
      const answer = await kube.evict(
        { namespace: action.pod.namespace, name: action.pod.name },
        action.pod.uid,
      );
      if (answer.kind !== "Evicted" && answer.kind !== "Gone")
        outcomes.refused(action.pod.uid, answer, clock.now());
      return;
    }
    case "DeletePod":
      return kube.delete(
        "Pod",
        { namespace: action.pod.namespace, name: action.pod.name },
        { uid: action.pod.uid, gracePeriodSeconds: action.graceSeconds },
      );
    case "DeleteNode":
      return ignoreGone(kube.delete("Node", { name: action.node.name }, { uid: action.node.uid }));
  }
}

async function recordMachine(
  action: Extract<Action, { kind: "RecordMachine" }>,
  scene: Scene,
): Promise<void> {
  const { kube } = scene.deps;
  const { pool } = scene.snapshot;
  const created = await kube.create("ManagedMachine", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedMachine",
    metadata: {
      name: action.name,
      namespace: scene.namespace,
      labels: { [poolLabel]: pool.metadata.name },
      finalizers: [finalizer],
      ownerReferences: [ownedBy(pool)],
    },
    spec: action.spec,
  });
  scene.deps.freshness.wrote(scene.key, "ManagedMachine", created);
}

function ownedBy(pool: KubeObject): NonNullable<KubeObject["metadata"]["ownerReferences"]>[number] {
  const { apiVersion, kind, metadata } = pool;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true };
}

/** The compare-and-swap of S25: the version that was decided on must still be the newest. */
async function advanceMachine(
  action: Extract<Action, { kind: "AdvanceMachine" }>,
  scene: Scene,
): Promise<void> {
  const machine = machineNamed(scene.snapshot, action.machine);
  if (machine === null) return;
  // What was said of the step before is said of it no more.
  const { message: _, ...advanced } = action.status;
  const status = { ...wordedMachine(advanced), summary: machineSummary(advanced, machine.node) };
  const written = await scene.deps.kube.replace("ManagedMachine", { ...machine.record, status }, "status");
  scene.deps.freshness.wrote(scene.key, "ManagedMachine", written);
}

async function setAttributes(
  action: Extract<Action, { kind: "SetAttributes" }>,
  scene: Scene,
): Promise<void> {
  const machine = machineNamed(scene.snapshot, action.machine);
  if (machine === null) return;
  const written = await scene.deps.kube.replace("ManagedMachine", {
    ...machine.record,
    spec: { ...machine.record.spec, attributes: action.attributes },
  });
  scene.deps.freshness.wrote(scene.key, "ManagedMachine", written);
}

/** Deleted first, let go second: between the two the record is still there, and the next pass ends it. */
async function forgetMachine(
  action: Extract<Action, { kind: "ForgetMachine" }>,
  scene: Scene,
): Promise<void> {
  const { kube, freshness, outcomes } = scene.deps;
  const machine = machineNamed(scene.snapshot, action.machine);
  if (machine === null) return;
  const { metadata } = machine.record;
  const ref = { namespace: scene.namespace, name: metadata.name };
  if (metadata.deletionTimestamp === undefined)
    await ignoreGone(kube.delete("ManagedMachine", ref, { uid: metadata.uid ?? "" }));
  const finalizers = (metadata.finalizers ?? []).filter((name) => name !== finalizer);
  await ignoreGone(
    kube.patch("ManagedMachine", ref, {
      type: "merge",
      body: { metadata: { uid: metadata.uid, finalizers } },
    }),
  );
  freshness.removed(scene.key, "ManagedMachine", machine.record);
  outcomes.forget(scene.key, metadata.name);
}

/** It has no owner: the audit trail outlives the pool (S40). */
async function recordOperation(
  action: Extract<Action, { kind: "RecordOperation" }>,
  scene: Scene,
): Promise<void> {
  const { pool } = scene.snapshot;
  const created = await scene.deps.kube.create("NodeOperation", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "NodeOperation",
    metadata: {
      name: action.name,
      namespace: scene.namespace,
      labels: { [poolLabel]: pool.metadata.name },
    },
    spec: action.spec,
  });
  scene.deps.freshness.wrote(scene.key, "NodeOperation", created);
}

/** Also where its pool is no more. */
export function forgetOperation(kube: Kube, ref: ObjectRef, uid: string): Promise<void> {
  return ignoreGone(kube.delete("NodeOperation", ref, { uid }));
}

async function patchPool(
  scene: Scene,
  change: { readonly metadata: object; readonly spec?: object },
): Promise<void> {
  const { pool } = scene.snapshot;
  const { uid, resourceVersion } = pool.metadata;
  const body = { ...change, metadata: { ...change.metadata, uid, resourceVersion } };
  const ref = { namespace: scene.namespace, name: pool.metadata.name };
  const written = await scene.deps.kube.patch("ManagedNodePool", ref, { type: "merge", body });
  scene.deps.freshness.wrote(scene.key, "ManagedNodePool", written);
}

/** On the version that was decided on: a person's cordon in between makes this a conflict, and the next look sees it. */
async function patchNode(
  scene: Scene,
  { node }: NodeAction & { readonly node: { uid: string; name: string; resourceVersion: string } },
  change: { readonly metadata: object; readonly spec: object },
): Promise<void> {
  const body = {
    ...change,
    metadata: { ...change.metadata, uid: node.uid, resourceVersion: node.resourceVersion },
  };
  const written = await scene.deps.kube.patch("Node", { name: node.name }, { type: "merge", body });
  scene.deps.freshness.wrote(scene.key, "Node", written);
}

async function labelNode(action: Extract<NodeAction, { kind: "LabelNode" }>, scene: Scene): Promise<void> {
  const { node, attributes, applied } = action;
  const stale = Object.keys(applied.nodeLabels ?? {}).filter(
    (key) => attributes.nodeLabels?.[key] === undefined,
  );
  const labels = {
    ...Object.fromEntries(stale.map((key) => [key, null])),
    ...attributes.nodeLabels,
    [poolLabel]: scene.snapshot.pool.metadata.name,
  };
  const taints = mergedTaints(node, attributes, applied);
  return patchNode(scene, action, {
    metadata: { labels },
    spec: taints.length === 0 && node.taints.length === 0 ? {} : { taints },
  });
}

export function machineNamed(snapshot: Snapshot, name: string): Machine | null {
  return snapshot.machines.find(({ record }) => record.metadata.name === name) ?? null;
}

async function ignoreGone(effect: Promise<unknown>): Promise<void> {
  try {
    await effect;
  } catch (error) {
    if (!isPortError(error, "NotFound")) throw error;
  }
}
