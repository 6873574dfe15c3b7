/** Create, read, replace and delete, as the API server does them. */
import assert from "node:assert/strict";
import {
  type Behaviour,
  aConfigMap,
  aPool,
  aWidget,
  at,
  inNamespace,
  must,
  pools,
  refused,
  widgets,
} from "./wire-world.ts";

const missingUid = "00000000-0000-4000-8000-000000000000";

const creating: readonly Behaviour[] = [
  {
    name: "a new object gets uid, version, time and namespace",
    run: async (wire) => {
      const ns = await wire.namespace();
      const { body } = must(await wire.post(inNamespace(ns, "configmaps"), aConfigMap("a")), 201);
      assert.match(
        String(at(body, "metadata.uid")),
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assert.match(String(at(body, "metadata.resourceVersion")), /^[0-9]+$/);
      assert.match(String(at(body, "metadata.creationTimestamp")), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(at(body, "metadata.namespace"), ns);
      assert.equal(at(body, "metadata.generation"), undefined);
    },
  },
  {
    name: "a name can be used once only",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(inNamespace(ns, "configmaps"), aConfigMap("a")), 201);
      const again = await wire.post(inNamespace(ns, "configmaps"), aConfigMap("a"));
      refused(again, 409, "AlreadyExists", /^configmaps "a" already exists$/);
      assert.deepEqual(at(again.body, "details"), { name: "a", kind: "configmaps" });
    },
  },
  {
    name: "a defined kind's refusals name the resource with its group",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(widgets(ns), aWidget("a")), 201);
      const again = await wire.post(widgets(ns), aWidget("a"));
      refused(again, 409, "AlreadyExists", /^widgets\.wire\.poolkeeper\.dev "a" already exists$/);
      assert.deepEqual(at(again.body, "details"), {
        name: "a",
        group: "wire.poolkeeper.dev",
        kind: "widgets",
      });
    },
  },
  {
    name: "generateName gets five more letters",
    run: async (wire) => {
      const ns = await wire.namespace();
      const body = { ...aConfigMap("x"), metadata: { generateName: "made-" } };
      const made = must(await wire.post(inNamespace(ns, "configmaps"), body), 201);
      assert.match(String(at(made.body, "metadata.name")), /^made-[a-z0-9]{5}$/);
      assert.equal(at(made.body, "metadata.generateName"), "made-");
    },
  },
  {
    name: "an object without a name is refused",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.post(inNamespace(ns, "configmaps"), { ...aConfigMap("x"), metadata: {} });
      refused(answer, 422, "Invalid", /name or generateName is required/);
    },
  },
  {
    name: "a name that is no DNS name is refused",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.post(inNamespace(ns, "configmaps"), aConfigMap("Not_Good"));
      refused(
        answer,
        422,
        "Invalid",
        /metadata\.name: Invalid value: "Not_Good": a lowercase RFC 1123 subdomain/,
      );
      assert.equal(at(answer.body, "details.causes.0.field"), "metadata.name");
      assert.equal(at(answer.body, "details.causes.0.reason"), "FieldValueInvalid");
    },
  },
  {
    name: "a label value that breaks the rules is refused",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.post(
        inNamespace(ns, "configmaps"),
        aConfigMap("a", { labels: { a: "b c" } }),
      );
      refused(answer, 422, "Invalid", /metadata\.labels: Invalid value: "b c": a valid label must be/);
    },
  },
  {
    name: "a namespace that is not there is NotFound",
    run: async (wire) => {
      const answer = await wire.post(inNamespace("wire-nowhere", "configmaps"), aConfigMap("a"));
      refused(answer, 404, "NotFound", /^namespaces "wire-nowhere" not found$/);
    },
  },
  {
    name: "the body's namespace must be that of the request",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.post(
        inNamespace(ns, "configmaps"),
        aConfigMap("a", { namespace: "default" }),
      );
      refused(
        answer,
        400,
        "BadRequest",
        /the namespace of the provided object does not match the namespace sent on the request/,
      );
    },
  },
  {
    name: "a new object must not have a resourceVersion",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.post(
        inNamespace(ns, "configmaps"),
        aConfigMap("a", { resourceVersion: "1" }),
      );
      refused(answer, 500, "", /resourceVersion should not be set on objects to be created/);
    },
  },
  {
    name: "the body must be of the resource's kind",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.post(inNamespace(ns, "configmaps"), { ...aConfigMap("a"), kind: "Secret" });
      must(answer, 400);
      assert.equal(at(answer.body, "reason"), "BadRequest");
    },
  },
  {
    name: "a body that is no JSON is refused",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(widgets(ns), "no object"), 400);
    },
  },
  {
    name: "a dry run answers as if, and stores nothing",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(`${inNamespace(ns, "configmaps")}?dryRun=All`, aConfigMap("a")), 201);
      assert.equal(at(made.body, "metadata.resourceVersion"), undefined);
      assert.ok(at(made.body, "metadata.uid"));
      must(await wire.get(`${inNamespace(ns, "configmaps")}/a`), 404);
    },
  },
  {
    name: "a dry run is refused for the same reasons",
    run: async (wire) => {
      const ns = await wire.namespace();
      refused(
        await wire.post(`${pools(ns)}?dryRun=All`, aPool("a", { replicas: -1 })),
        422,
        "Invalid",
        /spec\.replicas/,
      );
    },
  },
  {
    name: "secrets take texts and keep them encoded",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = await wire.post(inNamespace(ns, "secrets"), {
        metadata: { name: "a" },
        stringData: { k: "v" },
      });
      must(made, 201);
      assert.deepEqual(at(made.body, "data"), { k: "dg==" });
      assert.equal(at(made.body, "type"), "Opaque");
      assert.equal(at(made.body, "stringData"), undefined);
    },
  },
  {
    name: "a status sent at creation is dropped where there is a status subresource",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(widgets(ns), { ...aWidget("a"), status: { size: 5 } }), 201);
      assert.equal(at(made.body, "status"), undefined);
      assert.equal(at(made.body, "metadata.generation"), 1);
    },
  },
];

const reading: readonly Behaviour[] = [
  {
    name: "an object that is not there is NotFound, with its name",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.get(`${inNamespace(ns, "configmaps")}/missing`);
      refused(answer, 404, "NotFound", /^configmaps "missing" not found$/);
      assert.deepEqual(at(answer.body, "details"), { name: "missing", kind: "configmaps" });
    },
  },
  {
    name: "a kind that is not served is NotFound, without a name",
    run: async (wire) => {
      const answer = await wire.get("/api/v1/unicorns/x");
      refused(answer, 404, "NotFound", /^the server could not find the requested resource$/);
      assert.equal(at(answer.body, "details.name"), undefined);
    },
  },
  {
    name: "a group that is not served is a plain 404",
    run: async (wire) => {
      const answer = must(await wire.get("/apis/nowhere.example.com/v1/things"), 404);
      assert.match(answer.text, /404 page not found/);
    },
  },
  {
    name: "what was written is what is read",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(widgets(ns), aWidget("a", { code: "abc" })), 201);
      const got = must(await wire.get(`${widgets(ns)}/a`), 200);
      assert.deepEqual(got.body, made.body);
    },
  },
  {
    name: "metadata alone can be asked for",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(widgets(ns), aWidget("a")), 201);
      const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
      const got = must(await wire.get(`${widgets(ns)}/a`, { accept }), 200);
      assert.equal(at(got.body, "kind"), "PartialObjectMetadata");
      assert.equal(at(got.body, "spec"), undefined);
      assert.equal(at(got.body, "metadata.name"), "a");
    },
  },
];

const replacing: readonly Behaviour[] = [
  {
    name: "a replace with the current version lands, and raises version and generation",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(widgets(ns), aWidget("a")), 201);
      const next = { ...made.body, spec: { size: 2 } };
      const put = must(await wire.put(`${widgets(ns)}/a`, next), 200);
      assert.equal(at(put.body, "spec.size"), 2);
      assert.equal(at(put.body, "metadata.generation"), 2);
      assert.equal(at(put.body, "metadata.uid"), at(made.body, "metadata.uid"));
      assert.ok(
        Number(at(put.body, "metadata.resourceVersion")) > Number(at(made.body, "metadata.resourceVersion")),
      );
    },
  },
  {
    name: "a replace with an old version is a Conflict",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(widgets(ns), aWidget("a")), 201);
      must(await wire.put(`${widgets(ns)}/a`, { ...made.body, spec: { size: 2 } }), 200);
      const late = await wire.put(`${widgets(ns)}/a`, { ...made.body, spec: { size: 3 } });
      refused(
        late,
        409,
        "Conflict",
        /^Operation cannot be fulfilled on widgets\.wire\.poolkeeper\.dev "a": the object has been modified; please apply your changes to the latest version and try again$/,
      );
      assert.deepEqual(at(late.body, "details"), {
        name: "a",
        group: "wire.poolkeeper.dev",
        kind: "widgets",
      });
    },
  },
  {
    name: "a replace that changes nothing keeps the version",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(widgets(ns), aWidget("a")), 201);
      const put = must(await wire.put(`${widgets(ns)}/a`, made.body), 200);
      assert.equal(at(put.body, "metadata.resourceVersion"), at(made.body, "metadata.resourceVersion"));
    },
  },
  {
    name: "a label alone raises the version but not the generation",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(widgets(ns), aWidget("a")), 201);
      const patched = must(
        await wire.patch(`${widgets(ns)}/a`, "merge", { metadata: { labels: { x: "y" } } }),
        200,
      );
      assert.equal(at(patched.body, "metadata.generation"), 1);
    },
  },
  {
    name: "a defined kind cannot be replaced without a version",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(widgets(ns), aWidget("a")), 201);
      const answer = await wire.put(`${widgets(ns)}/a`, aWidget("a", { size: 2 }));
      refused(
        answer,
        422,
        "Invalid",
        /metadata\.resourceVersion: Invalid value: .*must be specified for an update/,
      );
    },
  },
  {
    name: "a config map can be replaced without a version",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(inNamespace(ns, "configmaps"), aConfigMap("a")), 201);
      const answer = await wire.put(`${inNamespace(ns, "configmaps")}/a`, {
        ...aConfigMap("a"),
        data: { b: "2" },
      });
      assert.deepEqual(at(must(answer, 200).body, "data"), { b: "2" });
    },
  },
  {
    name: "a replace of something that is not there is NotFound",
    run: async (wire) => {
      const ns = await wire.namespace();
      const answer = await wire.put(`${inNamespace(ns, "configmaps")}/a`, aConfigMap("a"));
      refused(answer, 404, "NotFound", /^configmaps "a" not found$/);
    },
  },
  {
    name: "the name in the body must be that of the URL",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(inNamespace(ns, "configmaps"), aConfigMap("a")), 201);
      const answer = await wire.put(`${inNamespace(ns, "configmaps")}/a`, aConfigMap("b"));
      refused(
        answer,
        400,
        "BadRequest",
        /the name of the object \(b\) does not match the name on the URL \(a\)/,
      );
    },
  },
  {
    name: "a replace of another uid is a Conflict",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(inNamespace(ns, "configmaps"), aConfigMap("a")), 201);
      const answer = await wire.put(
        `${inNamespace(ns, "configmaps")}/a`,
        aConfigMap("a", { uid: missingUid }),
      );
      refused(
        answer,
        409,
        "Conflict",
        /Precondition failed: UID in precondition: 00000000-0000-4000-8000-000000000000, UID in object meta: /,
      );
    },
  },
  {
    name: "the status subresource changes the status alone",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(widgets(ns), aWidget("a")), 201);
      const body = {
        ...made.body,
        spec: { size: 9 },
        status: { size: 4 },
        metadata: { ...(at(made.body, "metadata") as object), labels: { x: "y" } },
      };
      const put = must(await wire.put(`${widgets(ns)}/a/status`, body), 200);
      assert.equal(at(put.body, "spec.size"), 1);
      assert.equal(at(put.body, "status.size"), 4);
      assert.equal(at(put.body, "metadata.labels"), undefined);
      assert.equal(at(put.body, "metadata.generation"), 1);
    },
  },
  {
    name: "the main resource leaves the status alone",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(widgets(ns), aWidget("a")), 201);
      must(await wire.patch(`${widgets(ns)}/a/status`, "merge", { status: { size: 4 } }), 200);
      const patched = must(
        await wire.patch(`${widgets(ns)}/a`, "merge", { spec: { size: 2 }, status: { size: 9 } }),
        200,
      );
      assert.equal(at(patched.body, "status.size"), 4);
    },
  },
  {
    name: "a lease that lasts no time is refused",
    run: async (wire) => {
      const ns = await wire.namespace();
      const lease = `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases`;
      const answer = await wire.post(lease, { metadata: { name: "a" }, spec: { leaseDurationSeconds: 0 } });
      refused(answer, 422, "Invalid", /spec\.leaseDurationSeconds: Invalid value: 0: must be greater than 0/);
    },
  },
  {
    name: "a lease with a holder and times is stored to the microsecond",
    run: async (wire) => {
      const ns = await wire.namespace();
      const lease = `/apis/coordination.k8s.io/v1/namespaces/${ns}/leases`;
      const spec = {
        holderIdentity: "me",
        leaseDurationSeconds: 15,
        renewTime: "2026-01-02T03:04:05.123456Z",
      };
      must(await wire.post(lease, { metadata: { name: "a" }, spec }), 201);
      const got = must(await wire.get(`${lease}/a`), 200);
      assert.deepEqual(at(got.body, "spec"), spec);
    },
  },
  {
    name: "server metadata in a replace is not taken over",
    run: async (wire) => {
      const ns = await wire.namespace();
      const made = must(await wire.post(widgets(ns), aWidget("a")), 201);
      const metadata = {
        ...(at(made.body, "metadata") as object),
        generation: 77,
        creationTimestamp: "2001-01-01T00:00:00Z",
      };
      const put = must(await wire.put(`${widgets(ns)}/a`, { ...made.body, metadata }), 200);
      assert.equal(at(put.body, "metadata.generation"), 1);
      assert.equal(at(put.body, "metadata.creationTimestamp"), at(made.body, "metadata.creationTimestamp"));
    },
  },
];

export const objectBehaviours: readonly Behaviour[] = [...creating, ...reading, ...replacing];
