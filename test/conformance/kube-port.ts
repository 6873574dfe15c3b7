/**
 * How every implementation of the Kubernetes port behaves, as a table. It runs on the world in memory and on a real
 * kube-apiserver, with the same expectations. What goes over the wire is tested in src/kube.
 */
import assert from "node:assert/strict";
import { isPortError } from "../../src/ports/errors.ts";
import type { Change, Kube, ObjectRef } from "../../src/ports/kube.ts";
import type { NodeObject } from "../../src/schema/kubernetes.ts";
import { evictionBehaviours } from "./kube-eviction.ts";
import {
  type KubePortBehaviour,
  aLease,
  aNode,
  aPod,
  eventually,
  labelsOf,
  refusal,
  uniqueName,
} from "./kube-world.ts";

const storing: readonly KubePortBehaviour[] = [
  {
    name: "an object that is not there is NotFound",
    run: async ({ kube }) => {
      const ref = { name: uniqueName("missing"), namespace: "default" };
      assert.match(await refusal(kube.get("Lease", ref), "NotFound"), new RegExp(ref.name));
      await refusal(kube.get("Node", { name: ref.name }), "NotFound");
      await refusal(kube.delete("Lease", ref), "NotFound");
      await refusal(kube.patch("Lease", ref, { type: "merge", body: {} }), "NotFound");
      await refusal(kube.replace("Node", aNode(ref.name, { resourceVersion: "1" })), "NotFound");
    },
  },
  {
    name: "create gives the object its identity, and a name only once",
    run: async ({ kube }) => {
      const lease = aLease(uniqueName("lease"));
      const created = await kube.create("Lease", lease);
      assert.ok(created.metadata.uid);
      assert.ok(created.metadata.resourceVersion);
      assert.match(created.metadata.creationTimestamp ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(created.kind, "Lease");
      const got = await kube.get("Lease", lease.metadata);
      assert.equal(got.metadata.uid, created.metadata.uid);
      assert.equal(got.apiVersion, "coordination.k8s.io/v1");
      await refusal(kube.create("Lease", lease), "AlreadyExists");
    },
  },
  {
    name: "a dry run is judged but not stored",
    run: async ({ kube }) => {
      const lease = aLease(uniqueName("dry"));
      await kube.create("Lease", lease, { dryRun: true });
      await refusal(kube.get("Lease", lease.metadata), "NotFound");
      const node = await kube.create("Node", aNode(uniqueName("dry")));
      const change = { type: "merge", body: { spec: { unschedulable: true } }, dryRun: true } as const;
      assert.equal((await kube.patch("Node", node.metadata, change)).spec?.unschedulable, true);
      assert.equal((await kube.get("Node", node.metadata)).spec?.unschedulable, undefined);
    },
  },
  {
    name: "a namespace that does not exist takes nothing, and is named",
    run: async ({ kube }) => {
      const namespace = uniqueName("nowhere");
      const lease = aLease("l");
      const lost = { ...lease, metadata: { ...lease.metadata, namespace } };
      assert.match(await refusal(kube.create("Lease", lost), "NotFound"), new RegExp(namespace));
    },
  },
  {
    name: "a field that is wrong is Invalid, by name",
    run: async ({ kube }) => {
      const node = aNode(uniqueName("bad"), { labels: { "not a key": "x" } });
      assert.match(await refusal(kube.create("Node", node), "Invalid"), /metadata\.labels/);
    },
  },
  {
    name: "replace compares the version before it swaps",
    run: async ({ kube }) => {
      const first = await kube.create("Lease", aLease(uniqueName("cas")));
      const spec = { ...first.spec, holderIdentity: "two" };
      const second = await kube.replace("Lease", { ...first, spec });
      assert.notEqual(second.metadata.resourceVersion, first.metadata.resourceVersion);
      await refusal(
        kube.replace("Lease", { ...first, spec: { ...spec, holderIdentity: "three" } }),
        "Conflict",
      );
      assert.equal((await kube.get("Lease", first.metadata)).spec?.holderIdentity, "two");
    },
  },
  {
    name: "a replace that changes nothing makes no new version",
    run: async ({ kube }) => {
      const first = await kube.create("Lease", aLease(uniqueName("same")));
      const second = await kube.replace("Lease", first);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    },
  },
  {
    name: "the status is written apart from the rest, and the rest apart from the status",
    run: async ({ kube }) => {
      const { metadata } = await kube.create("Node", aNode(uniqueName("status")));
      const capacity = { cpu: "4" };
      const withStatus = await swap(kube, metadata, "status", (node) => ({
        ...node,
        spec: { ...node.spec, unschedulable: true },
        status: { ...node.status, capacity },
      }));
      assert.deepEqual(withStatus.status?.capacity, capacity);
      assert.equal(withStatus.spec?.unschedulable, undefined);
      const whole = await swap(kube, metadata, undefined, (node) => ({
        ...node,
        spec: { ...node.spec, unschedulable: true },
        status: {},
      }));
      assert.deepEqual(whole.status?.capacity, capacity);
      assert.equal(whole.spec?.unschedulable, true);
      const allocatable = { cpu: "3" };
      const patch = { type: "merge", subresource: "status", body: { status: { allocatable } } } as const;
      assert.deepEqual((await kube.patch("Node", metadata, patch)).status?.allocatable, allocatable);
    },
  },
];

/** Reads and replaces a node. A real cluster's own controllers write nodes too, so it may take several tries. */
function swap(
  kube: Kube,
  ref: ObjectRef,
  subresource: "status" | undefined,
  change: (node: NodeObject) => NodeObject,
): Promise<NodeObject> {
  return eventually("an undisturbed write", async () => {
    const node = await kube.get("Node", ref);
    return kube.replace("Node", change(node), subresource).catch((error: unknown) => {
      if (isPortError(error, "Conflict")) return undefined;
      throw error;
    });
  });
}

const patching: readonly KubePortBehaviour[] = [
  {
    name: "a merge patch sets what it names, removes what it nulls, and leaves the rest",
    run: async ({ kube }) => {
      const lease = await kube.create("Lease", aLease(uniqueName("merge"), { labels: { a: "1", b: "2" } }));
      const body = { metadata: { labels: { b: null, c: "3" } } };
      const patched = await kube.patch("Lease", lease.metadata, { type: "merge", body });
      assert.deepEqual(labelsOf(patched), { a: "1", c: "3" });
      const again = await kube.patch("Lease", lease.metadata, { type: "merge", body });
      assert.equal(again.metadata.resourceVersion, patched.metadata.resourceVersion);
    },
  },
  {
    name: "a merge patch with an old version is a Conflict",
    run: async ({ kube }) => {
      const lease = await kube.create("Lease", aLease(uniqueName("merge-cas")));
      const { resourceVersion } = lease.metadata;
      const patch = (value: string) => {
        const body = { metadata: { resourceVersion, labels: { a: value } } };
        return kube.patch("Lease", lease.metadata, { type: "merge", body });
      };
      await patch("1");
      await refusal(patch("2"), "Conflict");
    },
  },
  {
    name: "server-side apply creates, owns its fields, and gives up what it no longer names",
    run: async ({ kube }) => {
      const ref = { name: uniqueName("apply") };
      const apply = (fieldManager: string, labels: Readonly<Record<string, string>>, force = false) =>
        kube.patch("Node", ref, {
          type: "apply",
          fieldManager,
          force,
          body: { apiVersion: "v1", kind: "Node", metadata: { ...ref, labels } },
        });
      assert.deepEqual(labelsOf(await apply("one", { a: "1", b: "1" })), { a: "1", b: "1" });
      assert.deepEqual(labelsOf(await apply("two", { c: "2" })), { a: "1", b: "1", c: "2" });
      assert.match(await refusal(apply("two", { a: "2" }), "Conflict"), /one/);
      assert.deepEqual(labelsOf(await apply("one", { a: "1" })), { a: "1", c: "2" });
      assert.deepEqual(labelsOf(await apply("two", { a: "2" }, true)), { a: "2" });
      assert.deepEqual(labelsOf(await apply("one", {})), { a: "2" });
    },
  },
  {
    name: "the scale of a workload is read and written through its subresource",
    run: async ({ kube }) => {
      const metadata = { name: uniqueName("scale"), namespace: "default" };
      const labels = { app: metadata.name };
      const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } };
      const spec = { replicas: 0, selector: { matchLabels: labels }, template };
      const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
      await kube.create("Deployment", deployment);
      const patch = { type: "merge", subresource: "scale", body: { spec: { replicas: 0 } } } as const;
      const scale = await kube.patch("Deployment", metadata, patch);
      assert.equal(scale.kind, "Scale");
      assert.equal((await kube.get("Deployment", metadata)).metadata.name, metadata.name);
    },
  },
];

const deleting: readonly KubePortBehaviour[] = [
  {
    name: "a delete with preconditions takes only the very object",
    run: async ({ kube }) => {
      const lease = await kube.create("Lease", aLease(uniqueName("delete")));
      const { uid = "", resourceVersion = "" } = lease.metadata;
      await refusal(
        kube.delete("Lease", lease.metadata, { uid: "00000000-0000-4000-8000-000000000000" }),
        "Conflict",
      );
      await kube.patch("Lease", lease.metadata, {
        type: "merge",
        body: { metadata: { labels: { a: "1" } } },
      });
      await refusal(kube.delete("Lease", lease.metadata, { uid, resourceVersion }), "Conflict");
      await kube.delete("Lease", lease.metadata, { uid });
      await refusal(kube.get("Lease", lease.metadata), "NotFound");
    },
  },
  {
    name: "a finalizer keeps a deleted object until it is taken off",
    run: async ({ kube }) => {
      const lease = await kube.create(
        "Lease",
        aLease(uniqueName("final"), { finalizers: ["poolkeeper.dev/test"] }),
      );
      await kube.delete("Lease", lease.metadata);
      const dying = await kube.get("Lease", lease.metadata);
      assert.ok(dying.metadata.deletionTimestamp);
      await kube.patch("Lease", lease.metadata, { type: "merge", body: { metadata: { finalizers: null } } });
      await refusal(kube.get("Lease", lease.metadata), "NotFound");
    },
  },
  {
    name: "a pod on a node dies in its grace period, and at once without one",
    run: async (world) => {
      const pod = await aPod(world, { name: uniqueName("grace") });
      await world.kube.delete("Pod", pod.metadata);
      const dying = await world.kube.get("Pod", pod.metadata);
      assert.ok(dying.metadata.deletionTimestamp);
      assert.equal(dying.metadata.deletionGracePeriodSeconds, 30);
      await world.kube.delete("Pod", pod.metadata, { gracePeriodSeconds: 0 });
      await refusal(world.kube.get("Pod", pod.metadata), "NotFound");
    },
  },
];

const watching: readonly KubePortBehaviour[] = [
  {
    name: "a list is of one version and heeds its selectors",
    run: async (world) => {
      const app = uniqueName("list");
      const nodeName = uniqueName("node");
      await aPod(world, { name: `${app}-1`, labels: { app }, nodeName });
      await aPod(world, { name: `${app}-2`, labels: { app } });
      const names = async (options: Parameters<Kube["list"]>[1]): Promise<string[]> => {
        const { items, resourceVersion } = await world.kube.list("Pod", options);
        assert.match(resourceVersion, /^[1-9]\d*$/);
        return items.map(({ metadata }) => metadata.name).toSorted();
      };
      const labelSelector = `app=${app}`;
      assert.deepEqual(await names({ labelSelector }), [`${app}-1`, `${app}-2`]);
      assert.deepEqual(await names({ namespace: "default", labelSelector: `app in (${app}),!other` }), [
        `${app}-1`,
        `${app}-2`,
      ]);
      assert.deepEqual(await names({ namespace: "kube-system", labelSelector }), []);
      assert.deepEqual(await names({ fieldSelector: `spec.nodeName=${nodeName}` }), [`${app}-1`]);
    },
  },
  {
    name: "the copies follow every change, and listeners hear of it in order, after the copy has changed",
    run: async ({ kube, cache }) => {
      const heard: Change[] = [];
      const copies: (string | undefined)[] = [];
      const name = uniqueName("watched");
      const stop = cache.onChange((change) => {
        if (change.kind !== "Node" || change.key !== name) return;
        heard.push(change);
        copies.push(cache.get("Node", name)?.metadata.resourceVersion);
      });
      const created = await kube.create("Node", aNode(name));
      const body = { spec: { unschedulable: true } };
      const patched = await kube.patch("Node", { name }, { type: "merge", body });
      await kube.delete("Node", { name });
      await eventually("the deletion", () => (heard.at(-1)?.after === undefined ? heard.at(-1) : undefined));
      stop();
      const versions = heard.map(({ before, after }) =>
        [before, after].map((object) => object?.metadata.resourceVersion),
      );
      // Others, such as the node controllers, may have written between.
      assert.equal(versions[0]?.[0], undefined);
      assert.equal(versions[0]?.[1], created.metadata.resourceVersion);
      assert.ok(versions.some(([, after]) => after === patched.metadata.resourceVersion));
      assert.deepEqual(
        versions.slice(1).map(([before]) => before),
        versions.slice(0, -1).map(([, after]) => after),
      );
      assert.deepEqual(
        copies,
        versions.map(([, after]) => after),
      );
      assert.equal(cache.get("Node", name), undefined);
    },
  },
  {
    name: "the copies are found by pool, by node and by namespace",
    run: async (world) => {
      const { kube, cache } = world;
      const pool = uniqueName("pool");
      const labels = { "poolkeeper.dev/pool": pool };
      const node = await kube.create("Node", aNode(uniqueName("indexed"), { labels }));
      const nodeName = node.metadata.name;
      const pod = await aPod(world, { name: uniqueName("indexed"), labels, nodeName });
      await eventually("the pod's copy", () => cache.get("Pod", `default/${pod.metadata.name}`));
      await eventually("the node's copy", () => cache.get("Node", nodeName));
      const names = (objects: readonly { metadata: { name: string } }[]) =>
        objects.map(({ metadata }) => metadata.name);
      assert.deepEqual(names(cache.byIndex("Node", "pool", pool)), [nodeName]);
      assert.deepEqual(names(cache.byIndex("Pod", "pool", `default/${pool}`)), [pod.metadata.name]);
      assert.deepEqual(names(cache.byIndex("Pod", "node", nodeName)), [pod.metadata.name]);
      assert.ok(names(cache.byIndex("Pod", "namespace", "default")).includes(pod.metadata.name));
      assert.deepEqual(cache.byIndex("Pod", "node", "no-such-node"), []);
      assert.ok(cache.isSynced());
      await kube.delete("Node", { name: nodeName });
      await eventually("the index to forget", () =>
        cache.byIndex("Node", "pool", pool).length === 0 ? true : undefined,
      );
    },
  },
];

export const kubePortBehaviours: readonly KubePortBehaviour[] = [
  ...storing,
  ...patching,
  ...deleting,
  ...watching,
  ...evictionBehaviours,
];
