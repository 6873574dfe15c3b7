/** The four kinds of PATCH, with who owns what afterwards. */
import assert from "node:assert/strict";
import {
  type Behaviour,
  type Json,
  type Wire,
  aConfigMap,
  aWidget,
  at,
  inNamespace,
  list,
  must,
  refused,
  widgets,
  byText,
} from "./wire-world.ts";

async function widget(wire: Wire, spec: Json = {}): Promise<string> {
  const ns = await wire.namespace();
  must(await wire.post(widgets(ns), aWidget("a", spec)), 201);
  return `${widgets(ns)}/a`;
}

async function deployment(wire: Wire): Promise<string> {
  const ns = await wire.namespace();
  const where = `/apis/apps/v1/namespaces/${ns}/deployments`;
  const body = {
    metadata: { name: "d" },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: "d" } },
      template: {
        metadata: { labels: { app: "d" } },
        spec: { containers: [{ name: "one", image: "one:1", env: [{ name: "A", value: "1" }] }] },
      },
    },
  };
  must(await wire.post(where, body), 201);
  return `${where}/d`;
}

const plainPatches: readonly Behaviour[] = [
  {
    name: "a merge patch sets, adds and takes away",
    run: async (wire) => {
      const where = await widget(wire, { code: "abc", words: ["a", "b"] });
      const body = { spec: { size: 5, code: null, words: ["c"] }, metadata: { annotations: { x: "y" } } };
      const { body: after } = must(await wire.patch(where, "merge", body), 200);
      assert.deepEqual(at(after, "spec"), { size: 5, words: ["c"], color: "red" });
      assert.deepEqual(at(after, "metadata.annotations"), { x: "y" });
    },
  },
  {
    name: "a merge patch with an old resourceVersion is a Conflict",
    run: async (wire) => {
      const where = await widget(wire);
      const old = at((await wire.get(where)).body, "metadata.resourceVersion");
      must(await wire.patch(where, "merge", { spec: { size: 2 } }), 200);
      const late = await wire.patch(where, "merge", {
        metadata: { resourceVersion: old },
        spec: { size: 3 },
      });
      refused(late, 409, "Conflict", /the object has been modified/);
    },
  },
  {
    name: "a merge patch with another uid is refused",
    run: async (wire) => {
      const where = await widget(wire);
      const uid = "00000000-0000-4000-8000-000000000000";
      const answer = await wire.patch(where, "merge", { metadata: { uid }, spec: { size: 3 } });
      refused(answer, 422, "Invalid", /metadata\.uid: Invalid value: ".*": field is immutable/);
      assert.equal(at((await wire.get(where)).body, "spec.size"), 1);
    },
  },
  {
    name: "an empty merge patch changes nothing",
    run: async (wire) => {
      const where = await widget(wire);
      const before = await wire.get(where);
      const after = must(await wire.patch(where, "merge", {}), 200);
      assert.equal(at(after.body, "metadata.resourceVersion"), at(before.body, "metadata.resourceVersion"));
    },
  },
  {
    name: "a patch of something that is not there is NotFound",
    run: async (wire) => {
      const ns = await wire.namespace();
      refused(await wire.patch(`${widgets(ns)}/a`, "merge", { spec: {} }), 404, "NotFound", /"a" not found/);
    },
  },
  {
    name: "a dry run of a patch stores nothing",
    run: async (wire) => {
      const where = await widget(wire);
      const answer = must(await wire.patch(`${where}?dryRun=All`, "merge", { spec: { size: 8 } }), 200);
      assert.equal(at(answer.body, "spec.size"), 8);
      assert.equal(at((await wire.get(where)).body, "spec.size"), 1);
    },
  },
  {
    name: "a JSON patch adds, replaces, copies, moves and removes",
    run: async (wire) => {
      const where = await widget(wire, { words: ["a", "b"], code: "abc" });
      const operations = [
        { op: "test", path: "/spec/size", value: 1 },
        { op: "replace", path: "/spec/size", value: 7 },
        { op: "add", path: "/spec/words/1", value: "x" },
        { op: "add", path: "/spec/words/-", value: "z" },
        { op: "remove", path: "/spec/code" },
        { op: "add", path: "/metadata/annotations", value: { "example.com/a": "1" } },
        { op: "copy", from: "/metadata/annotations/example.com~1a", path: "/metadata/annotations/b" },
      ];
      const { body } = must(await wire.patch(where, "json", operations), 200);
      assert.deepEqual(at(body, "spec"), { size: 7, words: ["a", "x", "b", "z"], color: "red" });
      assert.equal(at(body, "metadata.annotations.b"), "1");
    },
  },
  {
    name: "a JSON patch whose test fails is refused",
    run: async (wire) => {
      const where = await widget(wire);
      const answer = await wire.patch(where, "json", [{ op: "test", path: "/spec/size", value: 2 }]);
      refused(answer, 422, "Invalid", /^the server rejected our request due to an error in our request$/);
    },
  },
  {
    name: "a JSON patch cannot take away what is not there",
    run: async (wire) => {
      const where = await widget(wire);
      must(await wire.patch(where, "json", [{ op: "add", path: "/spec/no/thing", value: 2 }]), 422);
      must(await wire.patch(where, "json", [{ op: "remove", path: "/spec/nothing" }]), 422);
    },
  },
  {
    name: "a defined kind knows no strategic merge patch",
    run: async (wire) => {
      const where = await widget(wire);
      const answer = await wire.patch(where, "strategic", { spec: { size: 2 } });
      refused(answer, 415, "UnsupportedMediaType", /application\/merge-patch\+json/);
    },
  },
  {
    name: "a strategic merge patch merges containers and their variables by name",
    run: async (wire) => {
      const where = await deployment(wire);
      const containers = [
        { name: "one", env: [{ name: "B", value: "2" }] },
        { name: "two", image: "two:1" },
      ];
      const { body } = must(
        await wire.patch(where, "strategic", { spec: { template: { spec: { containers } } } }),
        200,
      );
      const after = list(body, "spec.template.spec.containers");
      assert.deepEqual(after.map((one) => one["name"]).toSorted(byText), ["one", "two"]);
      const one = after.find((container) => container["name"] === "one");
      assert.equal(one?.["image"], "one:1");
      assert.deepEqual(
        list(one, "env")
          .map((variable) => variable["name"])
          .toSorted(byText),
        ["A", "B"],
      );
    },
  },
  {
    name: "a strategic merge patch can take one container away",
    run: async (wire) => {
      const where = await deployment(wire);
      const add = { spec: { template: { spec: { containers: [{ name: "two", image: "two:1" }] } } } };
      must(await wire.patch(where, "strategic", add), 200);
      const drop = { spec: { template: { spec: { containers: [{ name: "one", $patch: "delete" }] } } } };
      const { body } = must(await wire.patch(where, "strategic", drop), 200);
      assert.deepEqual(
        list(body, "spec.template.spec.containers").map((one) => one["name"]),
        ["two"],
      );
    },
  },
  {
    name: "a strategic merge patch replaces tolerations, and taints of a node, as a whole",
    run: async (wire) => {
      const name = `wire-node-${Math.floor(process.hrtime()[1])}`;
      const taints = [{ key: "a", effect: "NoSchedule" }];
      must(await wire.post("/api/v1/nodes", { metadata: { name }, spec: { taints } }), 201);
      try {
        const patch = { spec: { taints: [{ key: "b", effect: "NoSchedule" }] } };
        const { body } = must(await wire.patch(`/api/v1/nodes/${name}`, "strategic", patch), 200);
        assert.ok(!list(body, "spec.taints").some((taint) => taint["key"] === "a"));
        assert.ok(list(body, "spec.taints").some((taint) => taint["key"] === "b"));
      } finally {
        await wire.delete(`/api/v1/nodes/${name}`);
      }
    },
  },
  {
    name: "a strategic merge patch merges conditions by type",
    run: async (wire) => {
      const where = await deployment(wire);
      const condition = (type: string) => ({
        status: { conditions: [{ type, status: "True", reason: "X", message: "" }] },
      });
      must(await wire.patch(`${where}/status`, "strategic", condition("WireOne")), 200);
      const { body } = must(await wire.patch(`${where}/status`, "strategic", condition("WireTwo")), 200);
      const types = list(body, "status.conditions").map((one) => one["type"]);
      assert.ok(types.includes("WireOne") && types.includes("WireTwo"), JSON.stringify(types));
    },
  },
];

/** `query` is the manager, and options after it. */
function apply(wire: Wire, where: string, query: string, spec: Json) {
  const body = { apiVersion: "wire.poolkeeper.dev/v1", kind: "Widget", metadata: { name: "a" }, spec };
  return wire.patch(`${where}?fieldManager=${query}`, "apply", body);
}

function managersOf(body: Json): readonly string[] {
  return list(body, "metadata.managedFields").map(
    (one) => `${String(one["manager"])}/${String(one["operation"])}`,
  );
}

const applied: readonly Behaviour[] = [
  {
    name: "apply creates what is not there, and changes what is",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2 }), 201);
      const { body } = must(await apply(wire, where, "one", { size: 3 }), 200);
      assert.equal(at(body, "spec.size"), 3);
      assert.deepEqual(managersOf(body), ["one/Apply"]);
      assert.deepEqual(at(body, "metadata.managedFields.0.fieldsV1"), { "f:spec": { "f:size": {} } });
    },
  },
  {
    name: "applying the same again changes nothing",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      const first = must(await apply(wire, where, "one", { size: 2 }), 201);
      const again = must(await apply(wire, where, "one", { size: 2 }), 200);
      assert.equal(at(again.body, "metadata.resourceVersion"), at(first.body, "metadata.resourceVersion"));
    },
  },
  {
    name: "apply without a field manager is refused",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      const body = {
        apiVersion: "wire.poolkeeper.dev/v1",
        kind: "Widget",
        metadata: { name: "a" },
        spec: { size: 1 },
      };
      refused(
        await wire.patch(where, "apply", body),
        422,
        "Invalid",
        /fieldManager: Required value: is required for apply patch/,
      );
    },
  },
  {
    name: "apply of a field that another manager set to another value is a conflict that names both",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2 }), 201);
      const answer = await apply(wire, where, "two", { size: 3 });
      refused(answer, 409, "Conflict", /^Apply failed with 1 conflict: conflict with "one": \.spec\.size$/);
      assert.deepEqual(at(answer.body, "details.causes.0"), {
        reason: "FieldManagerConflict",
        message: 'conflict with "one"',
        field: ".spec.size",
      });
    },
  },
  {
    name: "several conflicts are listed by manager",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, code: "a" }), 201);
      const answer = await apply(wire, where, "two", { size: 3, code: "b" });
      refused(
        answer,
        409,
        "Conflict",
        /^Apply failed with 2 conflicts: conflicts with "one":\n- \.spec\.code\n- \.spec\.size$/,
      );
    },
  },
  {
    name: "a conflict with a plain write tells with which API version it was made",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2 }), 201);
      must(await wire.patch(`${where}?fieldManager=hand`, "merge", { spec: { size: 4 } }), 200);
      const answer = await apply(wire, where, "one", { size: 2 });
      refused(
        answer,
        409,
        "Conflict",
        /conflict with "hand" using wire\.poolkeeper\.dev\/v1( at .*)?: \.spec\.size$/,
      );
    },
  },
  {
    name: "force takes a field over",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, code: "a" }), 201);
      const { body } = must(await apply(wire, where, "two&force=true", { size: 3 }), 200);
      assert.equal(at(body, "spec.size"), 3);
      const one = list(body, "metadata.managedFields").find((entry) => entry["manager"] === "one");
      assert.deepEqual(at(one, "fieldsV1"), { "f:spec": { "f:code": {} } });
    },
  },
  {
    name: "the same value makes two managers share a field",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, code: "a" }), 201);
      must(await apply(wire, where, "two", { size: 2, code: "a" }), 200);
      const { body } = must(await apply(wire, where, "one", { size: 2 }), 200);
      assert.equal(at(body, "spec.code"), "a");
    },
  },
  {
    name: "a field that its only manager no longer applies is taken away",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, code: "a", labels: { x: "1", y: "2" } }), 201);
      const { body } = must(await apply(wire, where, "one", { size: 2, labels: { x: "1" } }), 200);
      assert.deepEqual(at(body, "spec"), { size: 2, color: "red", labels: { x: "1" } });
    },
  },
  {
    name: "a default comes back when the manager lets the field go",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, color: "green" }), 201);
      const { body } = must(await apply(wire, where, "one", { size: 2 }), 200);
      assert.equal(at(body, "spec.color"), "red");
    },
  },
  {
    name: "two managers keep their own items of a list-map",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, parts: [{ name: "a", count: 3 }] }), 201);
      const both = must(await apply(wire, where, "two", { parts: [{ name: "b" }] }), 200);
      assert.deepEqual(
        list(both.body, "spec.parts").map((part) => part["name"]),
        ["a", "b"],
      );
      const { body } = must(await apply(wire, where, "one", { size: 2 }), 200);
      assert.deepEqual(list(body, "spec.parts"), [{ name: "b", count: 1 }]);
    },
  },
  {
    name: "a conflict in a list-map names the item by its key",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, parts: [{ name: "a", count: 3 }] }), 201);
      const answer = await apply(wire, where, "two", { parts: [{ name: "a", count: 4 }] });
      refused(answer, 409, "Conflict", /conflict with "one": \.spec\.parts\[name="a"\]\.count$/);
    },
  },
  {
    name: "two managers keep their own members of a set",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, tags: ["a", "b"] }), 201);
      must(await apply(wire, where, "two", { tags: ["b", "c"] }), 200);
      const { body } = must(await apply(wire, where, "one", { size: 2 }), 200);
      assert.deepEqual(at(body, "spec.tags"), ["b", "c"]);
    },
  },
  {
    name: "a list without a type belongs to one manager as a whole",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2, words: ["a"] }), 201);
      refused(await apply(wire, where, "two", { words: ["b"] }), 409, "Conflict", /\.spec\.words$/);
    },
  },
  {
    name: "the status is applied by itself, and told apart",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      must(await apply(wire, where, "one", { size: 2 }), 201);
      const body = {
        apiVersion: "wire.poolkeeper.dev/v1",
        kind: "Widget",
        metadata: { name: "a" },
        status: { size: 2 },
      };
      const answer = must(await wire.patch(`${where}/status?fieldManager=one`, "apply", body), 200);
      assert.equal(at(answer.body, "status.size"), 2);
      const entries = list(answer.body, "metadata.managedFields").map((one) => one["subresource"]);
      assert.deepEqual(entries.toSorted(byText), ["status", undefined]);
      assert.equal(at(answer.body, "spec.size"), 2);
    },
  },
  {
    name: "apply to the status of something that is not there is NotFound",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      const body = {
        apiVersion: "wire.poolkeeper.dev/v1",
        kind: "Widget",
        metadata: { name: "a" },
        status: { size: 2 },
      };
      must(await wire.patch(`${where}/status?fieldManager=one`, "apply", body), 404);
    },
  },
  {
    name: "apply refuses managedFields in the configuration",
    run: async (wire) => {
      const where = `${widgets(await wire.namespace())}/a`;
      const metadata = { name: "a", managedFields: [{ manager: "x" }] };
      const body = { apiVersion: "wire.poolkeeper.dev/v1", kind: "Widget", metadata, spec: { size: 1 } };
      refused(
        await wire.patch(`${where}?fieldManager=one`, "apply", body),
        400,
        "BadRequest",
        /managedFields must be nil/,
      );
    },
  },
  {
    name: "a plain create and a plain patch are recorded under their manager",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(`${inNamespace(ns, "configmaps")}?fieldManager=maker`, aConfigMap("a")), 201);
      const patch = { data: { b: "2" } };
      const { body } = must(
        await wire.patch(`${inNamespace(ns, "configmaps")}/a?fieldManager=changer`, "merge", patch),
        200,
      );
      assert.deepEqual(managersOf(body).toSorted(byText), ["changer/Update", "maker/Update"]);
    },
  },
  {
    name: "without a name the manager is the client's",
    run: async (wire) => {
      const ns = await wire.namespace();
      const { body } = must(await wire.post(inNamespace(ns, "configmaps"), aConfigMap("a")), 201);
      assert.deepEqual(managersOf(body), ["conformance/Update"]);
    },
  },
  {
    name: "containers of a Deployment are applied by name",
    run: async (wire) => {
      const where = await deployment(wire);
      const body = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "d" },
        spec: {
          template: {
            spec: { containers: [{ name: "side", image: "side:1", ports: [{ containerPort: 80 }] }] },
          },
        },
      };
      const after = must(await wire.patch(`${where}?fieldManager=side`, "apply", body), 200);
      assert.deepEqual(
        list(after.body, "spec.template.spec.containers").map((one) => one["name"]),
        ["one", "side"],
      );
      const fields = list(after.body, "metadata.managedFields").find((one) => one["manager"] === "side");
      assert.match(JSON.stringify(fields), /k:\{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"\}/);
    },
  },
];

export const patchBehaviours: readonly Behaviour[] = [...plainPatches, ...applied];
