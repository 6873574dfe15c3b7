/** How things go: preconditions, finalizers, owners and namespaces. */
import assert from "node:assert/strict";
import {
  type Behaviour,
  type Json,
  type Wire,
  aConfigMap,
  aWidget,
  at,
  eventually,
  inNamespace,
  must,
  refused,
  widgets,
} from "./wire-world.ts";

async function make(wire: Wire, where: string, body: Json): Promise<Json> {
  return must(await wire.post(where, body), 201).body;
}

function gone(wire: Wire, where: string): Promise<boolean> {
  return eventually(async () => ((await wire.get(where)).code === 404 ? true : undefined));
}

const owner = (object: Json, extra: Json = {}) => ({
  apiVersion: String(at(object, "apiVersion")),
  kind: String(at(object, "kind")),
  name: at(object, "metadata.name"),
  uid: at(object, "metadata.uid"),
  ...extra,
});

const deleting: readonly Behaviour[] = [
  {
    name: "a deletion answers with what was deleted",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      const made = await make(wire, where, aWidget("a"));
      const answer = must(await wire.delete(`${where}/a`), 200);
      assert.equal(at(answer.body, "status"), "Success");
      assert.deepEqual(at(answer.body, "details"), {
        name: "a",
        group: "wire.poolkeeper.dev",
        kind: "widgets",
        uid: at(made, "metadata.uid"),
      });
      must(await wire.get(`${where}/a`), 404);
    },
  },
  {
    name: "a deletion of what is not there is NotFound",
    run: async (wire) => {
      refused(await wire.delete(`${widgets(await wire.namespace())}/a`), 404, "NotFound", /"a" not found/);
    },
  },
  {
    name: "a deletion of another uid is a Conflict",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      await make(wire, where, aWidget("a"));
      const answer = await wire.delete(`${where}/a`, { preconditions: { uid: "x" } });
      refused(
        answer,
        409,
        "Conflict",
        /^Operation cannot be fulfilled on Widget\.wire\.poolkeeper\.dev "a": the UID in the precondition \(x\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated$/,
      );
      must(await wire.get(`${where}/a`), 200);
    },
  },
  {
    name: "a deletion of another version is a Conflict",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      await make(wire, where, aWidget("a"));
      const answer = await wire.delete(`${where}/a`, { preconditions: { resourceVersion: "1" } });
      refused(
        answer,
        409,
        "Conflict",
        /the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record/,
      );
    },
  },
  {
    name: "a dry run of a deletion deletes nothing",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      await make(wire, where, aWidget("a"));
      must(await wire.delete(`${where}/a?dryRun=All`), 200);
      must(await wire.get(`${where}/a`), 200);
    },
  },
  {
    name: "a finalizer keeps a deleted object until it is taken off",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      await make(wire, where, aWidget("a", {}, { finalizers: ["example.com/hold"] }));
      const asked = must(await wire.delete(`${where}/a`), 200);
      assert.ok(at(asked.body, "metadata.deletionTimestamp"));
      assert.equal(at(asked.body, "metadata.deletionGracePeriodSeconds"), 0);
      assert.equal(at(asked.body, "metadata.generation"), 2);
      must(await wire.patch(`${where}/a`, "merge", { spec: { size: 2 } }), 200);
      must(await wire.patch(`${where}/a`, "merge", { metadata: { finalizers: null } }), 200);
      must(await wire.get(`${where}/a`), 404);
    },
  },
  {
    name: "a second deletion of an object that waits changes nothing",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      await make(wire, where, aWidget("a", {}, { finalizers: ["example.com/hold"] }));
      const first = must(await wire.delete(`${where}/a`), 200);
      const second = must(await wire.delete(`${where}/a`), 200);
      assert.equal(at(second.body, "metadata.resourceVersion"), at(first.body, "metadata.resourceVersion"));
      must(await wire.patch(`${where}/a`, "json", [{ op: "remove", path: "/metadata/finalizers" }]), 200);
    },
  },
  {
    name: "an object that is going takes no new finalizer",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      await make(wire, where, aWidget("a", {}, { finalizers: ["example.com/hold"] }));
      must(await wire.delete(`${where}/a`), 200);
      const finalizers = ["example.com/hold", "example.com/more"];
      const answer = await wire.patch(`${where}/a`, "merge", { metadata: { finalizers } });
      refused(
        answer,
        422,
        "Invalid",
        /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"example\.com\/more"\}/,
      );
      must(await wire.patch(`${where}/a`, "merge", { metadata: { finalizers: [] } }), 200);
    },
  },
  {
    name: "the name is free again at once",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      const first = await make(wire, where, aWidget("a"));
      must(await wire.delete(`${where}/a`), 200);
      const second = await make(wire, where, aWidget("a"));
      assert.notEqual(at(second, "metadata.uid"), at(first, "metadata.uid"));
    },
  },
];

const owning: readonly Behaviour[] = [
  {
    name: "what an object owned goes after it",
    run: async (wire) => {
      const ns = await wire.namespace();
      const parent = await make(wire, inNamespace(ns, "configmaps"), aConfigMap("parent"));
      await make(
        wire,
        inNamespace(ns, "configmaps"),
        aConfigMap("child", { ownerReferences: [owner(parent)] }),
      );
      must(await wire.delete(`${inNamespace(ns, "configmaps")}/parent`), 200);
      await gone(wire, `${inNamespace(ns, "configmaps")}/child`);
    },
  },
  {
    name: "what has another owner left stays, without the owner that went",
    run: async (wire) => {
      const ns = await wire.namespace();
      const where = inNamespace(ns, "configmaps");
      const one = await make(wire, where, aConfigMap("one"));
      const two = await make(wire, where, aConfigMap("two"));
      await make(wire, where, aConfigMap("child", { ownerReferences: [owner(one), owner(two)] }));
      must(await wire.delete(`${where}/one`), 200);
      const left = await eventually(async () => {
        const { body } = must(await wire.get(`${where}/child`), 200);
        const owners = at(body, "metadata.ownerReferences") as readonly Json[];
        return owners.length === 1 ? owners : undefined;
      });
      assert.equal(left[0]?.["name"], "two");
    },
  },
  {
    name: "orphans stay when asked for",
    run: async (wire) => {
      const ns = await wire.namespace();
      const where = inNamespace(ns, "configmaps");
      const parent = await make(wire, where, aConfigMap("parent"));
      await make(wire, where, aConfigMap("child", { ownerReferences: [owner(parent)] }));
      must(await wire.delete(`${where}/parent`, { propagationPolicy: "Orphan" }), 200);
      await gone(wire, `${where}/parent`);
      const { body } = must(await wire.get(`${where}/child`), 200);
      assert.equal(at(body, "metadata.ownerReferences"), undefined);
    },
  },
  {
    name: "in the foreground the owner waits for what it owns",
    run: async (wire) => {
      const ns = await wire.namespace();
      const where = inNamespace(ns, "configmaps");
      const parent = await make(wire, where, aConfigMap("parent"));
      const held = {
        ownerReferences: [owner(parent, { blockOwnerDeletion: true })],
        finalizers: ["example.com/hold"],
      };
      await make(wire, where, aConfigMap("child", held));
      const asked = must(await wire.delete(`${where}/parent`, { propagationPolicy: "Foreground" }), 200);
      assert.deepEqual(at(asked.body, "metadata.finalizers"), ["foregroundDeletion"]);
      await eventually(async () =>
        at((await wire.get(`${where}/child`)).body, "metadata.deletionTimestamp") === undefined
          ? undefined
          : true,
      );
      must(await wire.get(`${where}/parent`), 200);
      must(await wire.patch(`${where}/child`, "merge", { metadata: { finalizers: null } }), 200);
      await gone(wire, `${where}/parent`);
    },
  },
  {
    name: "an object whose owner never was goes",
    run: async (wire) => {
      const ns = await wire.namespace();
      const where = inNamespace(ns, "configmaps");
      const uid = "00000000-0000-4000-8000-000000000001";
      const nobody = { apiVersion: "v1", kind: "ConfigMap", name: "nobody", uid };
      await make(wire, where, aConfigMap("child", { ownerReferences: [nobody] }));
      await gone(wire, `${where}/child`);
    },
  },
  {
    name: "a Deployment makes its ReplicaSet, and takes it along",
    run: async (wire) => {
      const ns = await wire.namespace();
      const all = `/apis/apps/v1/namespaces/${ns}`;
      const template = {
        metadata: { labels: { app: "d" } },
        spec: { containers: [{ name: "c", image: "c:1" }] },
      };
      const spec = { replicas: 0, selector: { matchLabels: { app: "d" } }, template };
      await make(wire, `${all}/deployments`, { metadata: { name: "d" }, spec });
      const count = async () =>
        ((await wire.get(`${all}/replicasets`)).body["items"] as readonly Json[]).length;
      await eventually(async () => ((await count()) === 1 ? true : undefined));
      must(await wire.delete(`${all}/deployments/d`, { propagationPolicy: "Background" }), 200);
      await eventually(async () => ((await count()) === 0 ? true : undefined));
    },
  },
];

const namespaces: readonly Behaviour[] = [
  {
    name: "a namespace carries its name as a label and is Active",
    run: async (wire) => {
      const ns = await wire.namespace();
      const { body } = must(await wire.get(`/api/v1/namespaces/${ns}`), 200);
      assert.equal(at(body, "status.phase"), "Active");
      assert.equal((at(body, "metadata.labels") as Json)["kubernetes.io/metadata.name"], ns);
      assert.deepEqual(at(body, "spec.finalizers"), ["kubernetes"]);
    },
  },
  {
    name: "a deleted namespace takes all that is in it along",
    run: async (wire) => {
      const ns = await wire.namespace();
      await make(wire, widgets(ns), aWidget("a"));
      await make(wire, inNamespace(ns, "configmaps"), aConfigMap("b"));
      const asked = must(await wire.delete(`/api/v1/namespaces/${ns}`), 200);
      assert.equal(at(asked.body, "status.phase"), "Terminating");
      await gone(wire, `/api/v1/namespaces/${ns}`);
      must(await wire.get(`${widgets(ns)}/a`), 404);
    },
  },
  {
    name: "in a namespace that is going nothing new is made",
    run: async (wire) => {
      const ns = await wire.namespace();
      await make(wire, widgets(ns), aWidget("a", {}, { finalizers: ["example.com/hold"] }));
      must(await wire.delete(`/api/v1/namespaces/${ns}`), 200);
      const answer = await wire.post(inNamespace(ns, "configmaps"), aConfigMap("b"));
      refused(
        answer,
        403,
        "Forbidden",
        new RegExp(
          `^configmaps "b" is forbidden: unable to create new content in namespace ${ns} because it is being terminated$`,
        ),
      );
      assert.equal(at(answer.body, "details.causes.0.reason"), "NamespaceTerminating");
      must(await wire.get(`/api/v1/namespaces/${ns}`), 200);
      must(await wire.patch(`${widgets(ns)}/a`, "merge", { metadata: { finalizers: null } }), 200);
      await gone(wire, `/api/v1/namespaces/${ns}`);
    },
  },
];

export const deletionBehaviours: readonly Behaviour[] = [...deleting, ...owning, ...namespaces];
