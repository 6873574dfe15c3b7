/** Whether the definitions of the five kinds are well formed. A real API server judges them in test/crd. */
import assert from "node:assert/strict";
import test from "node:test";
import { type CrdObject, customResourceDefinitions } from "./crd.ts";
import type { Structural } from "./structural.ts";

const definitions = customResourceDefinitions();

for (const definition of definitions) {
  const { kind } = definition.spec.names;

  test(`the schema of ${kind} is structural, bounded and mergeable`, () => {
    assert.deepEqual(flaws(partOf(definition, "spec"), "spec"), []);
    assert.deepEqual(flaws(partOf(definition, "status"), "status"), []);
  });

  test(`every field of the spec of ${kind} says what it is for`, () => {
    assert.deepEqual(undescribed(partOf(definition, "spec"), "spec"), []);
  });

  test(`every column of ${kind} shows a field that exists`, () => {
    for (const { name, jsonPath } of versionOf(definition).additionalPrinterColumns) {
      if (jsonPath === ".metadata.creationTimestamp") continue;
      const path = jsonPath
        .replaceAll(/\[.*?\]/g, ".[]")
        .split(".")
        .slice(1);
      assert(fieldAt(versionOf(definition).schema.openAPIV3Schema, path), `${name}: ${jsonPath}`);
    }
  });
}

test("the kinds bear the names that people type", () => {
  const names = definitions.map(({ spec }) => [spec.names.plural, spec.names.shortNames[0]]);
  assert.deepEqual(names, [
    ["managednodepools", "mnp"],
    ["managedmachines", "mm"],
    ["maintenancewindows", "mw"],
    ["nodeoperations", "nop"],
    ["infrastructureproviders", "infra"],
  ]);
  for (const { spec } of definitions) {
    assert.equal(spec.scope, "Namespaced");
    assert.deepEqual(spec.names.categories, ["poolkeeper"]);
  }
});

test("only a pool can be scaled, along fields that exist", () => {
  const scales = definitions.flatMap((definition) => versionOf(definition).subresources.scale ?? []);
  assert.deepEqual(scales, [
    {
      specReplicasPath: ".spec.replicas",
      statusReplicasPath: ".status.replicas",
      labelSelectorPath: ".status.selector",
    },
  ]);
  const pool = definitions[0];
  assert(pool !== undefined);
  for (const path of ["spec.replicas", "status.replicas", "status.selector"]) {
    assert(fieldAt(versionOf(pool).schema.openAPIV3Schema, path.split(".")), path);
  }
});

test("the checker of these tests sees each kind of flaw", () => {
  const bad: Structural = {
    type: "object",
    required: ["gone", "filled"],
    properties: {
      typeless: {},
      text: { type: "string" },
      list: { type: "array", items: { type: "integer" } },
      map: { type: "object", additionalProperties: { type: "string", maxLength: 1 } },
      bare: { type: "object" },
      filled: { type: "boolean", default: true },
      keyed: {
        type: "array",
        maxItems: 1,
        items: { type: "object", properties: { a: { type: "boolean" } } },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["a"],
      },
    },
  };
  assert.deepEqual(flaws(bad, "x"), [
    "x requires gone, which it does not have",
    "x requires filled, which has a default",
    "x.typeless has no type",
    "x.text has no maxLength",
    "x.list has no maxItems",
    "x.list has no list type",
    "x.list[] has no format",
    "x.map has no maxProperties",
    "x.bare has neither properties nor a map",
    "x.keyed is keyed by a, which may be absent",
  ]);
});

function versionOf(definition: CrdObject) {
  const version = definition.spec.versions[0];
  assert(version !== undefined);
  return version;
}

function partOf(definition: CrdObject, part: "spec" | "status"): Structural {
  const schema = versionOf(definition).schema.openAPIV3Schema.properties?.[part];
  assert(schema !== undefined);
  return schema;
}

/** What the API server would refuse, or what would make its rules or its merging weak. */
function flaws(schema: Structural, path: string): readonly string[] {
  const own = ownFlaws(schema).map((flaw) => `${path} ${flaw}`);
  const parts = Object.entries(schema.properties ?? {}).flatMap(([key, part]) =>
    flaws(part, `${path}.${key}`),
  );
  const items = [schema.items, schema.additionalProperties].flatMap((part) =>
    part === undefined ? [] : flaws(part, `${path}[]`),
  );
  return [...own, ...parts, ...items];
}

function ownFlaws(schema: Structural): readonly string[] {
  if (schema.type === undefined) {
    return schema["x-kubernetes-int-or-string"] === true ? lacks(schema, "maxLength") : ["has no type"];
  }
  switch (schema.type) {
    case "string":
      return schema.enum === undefined ? lacks(schema, "maxLength") : [];
    case "integer":
      return lacks(schema, "format");
    case "boolean":
      return [];
    case "array":
      return [...lacks(schema, "maxItems"), ...listFlaws(schema)];
    case "object":
      return [...mapFlaws(schema), ...requiredFlaws(schema)];
  }
}

function lacks(schema: Structural, keyword: keyof Structural): readonly string[] {
  return schema[keyword] === undefined ? [`has no ${keyword}`] : [];
}

function listFlaws(schema: Structural): readonly string[] {
  if (schema["x-kubernetes-list-type"] === undefined) return ["has no list type"];
  const { required = [], properties = {} } = schema.items ?? {};
  return (schema["x-kubernetes-list-map-keys"] ?? []).flatMap((key) =>
    required.includes(key) || properties[key]?.default !== undefined
      ? []
      : [`is keyed by ${key}, which may be absent`],
  );
}

function mapFlaws(schema: Structural): readonly string[] {
  if (schema.additionalProperties !== undefined) return lacks(schema, "maxProperties");
  return schema.properties === undefined ? ["has neither properties nor a map"] : [];
}

function requiredFlaws({ required = [], properties = {} }: Structural): readonly string[] {
  return required.flatMap((key) => {
    const field = properties[key];
    if (field === undefined) return [`requires ${key}, which it does not have`];
    return field.default === undefined ? [] : [`requires ${key}, which has a default`];
  });
}

function undescribed(schema: Structural, path: string): readonly string[] {
  const inList = schema.items === undefined ? [] : undescribed(schema.items, `${path}[]`);
  const inObject = Object.entries(schema.properties ?? {}).flatMap(([key, part]) => [
    ...(part.description === undefined ? [`${path}.${key}`] : []),
    ...undescribed(part, `${path}.${key}`),
  ]);
  return [...inList, ...inObject];
}

function fieldAt(schema: Structural, path: readonly string[]): Structural | undefined {
  return path.reduce<Structural | undefined>(
    (part, key) => (key === "[]" ? part?.items : part?.properties?.[key]),
    schema,
  );
}
