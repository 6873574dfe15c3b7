/** The scale subresource of defined and of built-in kinds. */
import assert from "node:assert/strict";
import { type Behaviour, aWidget, at, must, refused, widgets } from "./wire-world.ts";

export const scaleBehaviours: readonly Behaviour[] = [
  {
    name: "scale shows the number, its status and its selector",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a", { size: 3 })), 201);
      must(await wire.patch(`${where}/a/status`, "merge", { status: { size: 2, selector: "a=b" } }), 200);
      const { body } = must(await wire.get(`${where}/a/scale`), 200);
      assert.equal(at(body, "kind"), "Scale");
      assert.equal(at(body, "apiVersion"), "autoscaling/v1");
      assert.deepEqual(at(body, "spec"), { replicas: 3 });
      assert.deepEqual(at(body, "status"), { replicas: 2, selector: "a=b" });
    },
  },
  {
    name: "scale changes the number, and the object's generation with it",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a", { size: 3 })), 201);
      const scale = must(await wire.get(`${where}/a/scale`), 200).body;
      const put = must(await wire.put(`${where}/a/scale`, { ...scale, spec: { replicas: 5 } }), 200);
      assert.deepEqual(at(put.body, "spec"), { replicas: 5 });
      const { body } = await wire.get(`${where}/a`);
      assert.equal(at(body, "spec.size"), 5);
      assert.equal(at(body, "metadata.generation"), 2);
      must(await wire.put(`${where}/a/scale`, { ...scale, spec: { replicas: 6 } }), 409);
    },
  },
  {
    name: "a number set through scale is owned as such",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a", { size: 3 })), 201);
      must(await wire.patch(`${where}/a/scale?fieldManager=scaler`, "merge", { spec: { replicas: 4 } }), 200);
      const answer = await wire.patch(`${where}/a?fieldManager=x`, "apply", aWidget("a", { size: 5 }));
      refused(
        answer,
        409,
        "Conflict",
        /conflict with "scaler" with subresource "scale" using wire.poolkeeper.dev.v1/,
      );
    },
  },
  {
    name: "scale is bounded by the object's own rules",
    run: async (wire) => {
      const where = widgets(await wire.namespace());
      must(await wire.post(where, aWidget("a", { size: 3 })), 201);
      const answer = await wire.patch(`${where}/a/scale`, "merge", { spec: { replicas: 1000 } });
      refused(
        answer,
        422,
        "Invalid",
        /spec\.size: Invalid value: 1000: spec\.size in body should be less than or equal to 100/,
      );
      const negative = await wire.patch(`${where}/a/scale`, "merge", { spec: { replicas: -1 } });
      refused(negative, 422, "Invalid", /should be a non-negative integer/);
    },
  },
  {
    name: "a kind without scale has none",
    run: async (wire) => {
      const ns = await wire.namespace();
      must(await wire.get(`/apis/poolkeeper.dev/v1alpha1/namespaces/${ns}/maintenancewindows/a/scale`), 404);
    },
  },
  {
    name: "a Deployment's scale carries its selector as text",
    run: async (wire) => {
      const ns = await wire.namespace();
      const where = `/apis/apps/v1/namespaces/${ns}/deployments`;
      const template = {
        metadata: { labels: { app: "d" } },
        spec: { containers: [{ name: "c", image: "c:1" }] },
      };
      const spec = { replicas: 0, selector: { matchLabels: { app: "d" } }, template };
      must(await wire.post(where, { metadata: { name: "d" }, spec }), 201);
      const { body } = must(await wire.get(`${where}/d/scale`), 200);
      assert.equal(at(body, "status.selector"), "app=d");
      refused(
        await wire.patch(`${where}/d/scale`, "merge", { spec: { replicas: -1 } }),
        422,
        "Invalid",
        /spec\.replicas: Invalid value: -1/,
      );
    },
  },
];
