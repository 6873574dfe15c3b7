import assert from "node:assert/strict";
import test from "node:test";
import { createBooth } from "./testing.ts";

type Json = Readonly<Record<string, unknown>>;

function visit(value: unknown, see: (value: Json) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  see({ ...value });
  for (const item of Object.values(value)) visit(item, see);
}

test("every route is in the document, under a name of its own, and every reference leads somewhere", async (t) => {
  const booth = await createBooth(t);
  const { status, body } = await booth.raw("GET", "/api/openapi.json");
  assert.deepEqual([status, body.openapi], [200, "3.1.0"]);
  const ids = new Set<string>();
  let operations = 0;
  for (const methods of Object.values<Record<string, { operationId: string }>>(body.paths)) {
    for (const { operationId } of Object.values(methods)) {
      operations += 1;
      ids.add(operationId);
    }
  }
  assert.equal(operations, booth.server.routes.length + 1, "the stream besides");
  assert.equal(ids.size, operations);
  for (const { method, path } of booth.server.routes)
    assert.ok(body.paths[`/api/v1${path}`]?.[method.toLowerCase()], `${method} ${path}`);
  visit(body, ({ $ref }) => {
    if (typeof $ref !== "string") return;
    const name = $ref.replace("#/components/schemas/", "");
    assert.ok(body.components.schemas[name], $ref);
  });
});

test("it describes what is sent, not what the API server needs of a kind", async (t) => {
  const booth = await createBooth(t);
  const { body } = await booth.raw("GET", "/api/openapi.json");
  visit(body, (value) => {
    for (const key of Object.keys(value)) assert.ok(!key.startsWith("x-"), key);
  });
  const { schema } = body.paths["/api/v1/pools"].post.requestBody.content["application/json"];
  assert.deepEqual(schema.properties.spec, { $ref: "#/components/schemas/PoolSpecInput" });
  assert.deepEqual(body.components.schemas.PoolSpecInput.required, ["providerRef"], "all else has a default");
});

test("the page shows every path of it", async (t) => {
  const booth = await createBooth(t);
  const { body: page, headers } = await booth.raw("GET", "/api/docs");
  assert.match(headers["content-type"] ?? "", /^text\/html/);
  for (const { path } of booth.server.routes) assert.ok(String(page).includes(`/api/v1${path}</code>`), path);
  assert.equal((await booth.raw("GET", "/api/docs.css")).status, 200);
});
