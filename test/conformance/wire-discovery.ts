/** What the server says about itself: version, health, groups, kinds, schemas, permissions and methods. */
import assert from "node:assert/strict";
import { type Behaviour, aConfigMap, at, core, eventually, inNamespace, list, must } from "./wire-world.ts";

export const discoveryBehaviours: readonly Behaviour[] = [
  {
    name: "a collection cannot be replaced",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.put(inNamespace(ns, "configmaps"), aConfigMap("a")), 405);
    },
  },
  {
    name: "one object cannot be posted to",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.post(`${inNamespace(ns, "configmaps")}/a`, aConfigMap("a")), 405);
    },
  },
  {
    name: "the server says which version it is and that it is well",
    run: async (wire) => {
      assert.equal(at(must(await wire.get("/version"), 200).body, "major"), "1");
      for (const where of ["/healthz", "/livez", "/readyz"])
        assert.equal(must(await wire.get(where), 200).text, "ok");
    },
  },
  {
    name: "discovery names the kinds, their short names, scope and subresources",
    run: async (wire) => {
      const got = must(await wire.get("/apis/wire.poolkeeper.dev/v1"), 200);
      const resources = at(got.body, "resources") as readonly Record<string, unknown>[];
      const widget = resources.find((one) => one["name"] === "widgets");
      assert.equal(widget?.["kind"], "Widget");
      assert.equal(widget?.["namespaced"], true);
      assert.deepEqual(widget?.["shortNames"], ["wg"]);
      assert.ok(resources.some((one) => one["name"] === "widgets/status"));
      assert.ok(resources.some((one) => one["name"] === "widgets/scale" && one["kind"] === "Scale"));
    },
  },
  {
    name: "the core group offers evictions of the policy group",
    run: async (wire) => {
      const got = must(await wire.get(core), 200);
      const resources = at(got.body, "resources") as readonly Record<string, unknown>[];
      const eviction = resources.find((one) => one["name"] === "pods/eviction");
      assert.equal(eviction?.["group"], "policy");
      assert.equal(eviction?.["kind"], "Eviction");
    },
  },
  {
    name: "discovery comes aggregated when asked for",
    run: async (wire) => {
      const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
      const ours = await eventually(async () => {
        const got = must(await wire.get("/apis", { accept }), 200);
        assert.equal(at(got.body, "kind"), "APIGroupDiscoveryList");
        return list(got.body, "items").find((one) => at(one, "metadata.name") === "wire.poolkeeper.dev");
      });
      assert.equal(at(ours, "versions.0.resources.0.responseKind.kind"), "Widget");
    },
  },
  {
    name: "OpenAPI documents carry the schema of a defined kind",
    run: async (wire) => {
      // A real server publishes a new kind here a little later than it serves it.
      const document = await eventually(async () => {
        const index = must(await wire.get("/openapi/v3"), 200);
        const paths = at(index.body, "paths") as Readonly<Record<string, Readonly<Record<string, string>>>>;
        const where = paths["apis/wire.poolkeeper.dev/v1"]?.["serverRelativeURL"];
        return where === undefined ? undefined : must(await wire.get(where), 200);
      });
      assert.match(document.text, /"size"/);
      assert.match(document.text, /fieldValidation/);
    },
  },
  {
    name: "one may do what one asks about",
    run: async (wire) => {
      const review = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { verb: "list", resource: "pods" } },
      };
      const answer = must(
        await wire.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review),
        201,
      );
      assert.equal(at(answer.body, "status.allowed"), true);
    },
  },
];
