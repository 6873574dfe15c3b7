/** CustomResourceDefinitions: checked when written, and turned into the kinds they define. */
import {
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  type Stored,
  stringAt,
  timestamp,
} from "./json.ts";
import type { Column, ResourceType, ScalePaths } from "./resources.ts";
import type { Schema } from "./schema.ts";
import { ruleErrors } from "./cel.ts";
import { type FieldError, invalidValue, requiredValue } from "./status.ts";
import type { Strategy } from "./strategy.ts";

export const definitionStore = "customresourcedefinitions.apiextensions.k8s.io";

export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

export const definitionStrategy: Strategy = {
  defaults: (object) => {
    const names = objectAt(object, "spec", "names");
    const kind = stringAt(names, "kind") ?? "";
    const filled = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names };
    return { ...object, spec: { conversion: { strategy: "None" }, ...object.spec, names: filled } };
  },
  // A real server needs a moment for this; nothing of ours depends on that moment.
  create: (object, nowMs) => ({
    ...object,
    metadata: { ...object.metadata, finalizers: [...(object.metadata.finalizers ?? []), cleanupFinalizer] },
    status: {
      acceptedNames: objectAt(object, "spec", "names"),
      conditions: [
        established("NamesAccepted", "NoConflicts", "no conflicts found", nowMs),
        established("Established", "InitialNamesAccepted", "the initial names have been accepted", nowMs),
      ],
      storedVersions: versionsOf(object)
        .filter((version) => version["storage"] === true)
        .flatMap((version) => stringAt(version, "name") ?? []),
    },
  }),
  validate: definitionErrors,
};

function established(type: string, reason: string, message: string, nowMs: number): JsonObject {
  return { type, status: "True", reason, message, lastTransitionTime: timestamp(nowMs) };
}

function versionsOf(definition: Stored): readonly JsonObject[] {
  return objectsAt(definition, "spec", "versions");
}

function definitionErrors(definition: Stored): readonly FieldError[] {
  const plural = stringAt(definition, "spec", "names", "plural") ?? "";
  const group = stringAt(definition, "spec", "group") ?? "";
  const errors: FieldError[] = [];
  if (definition.metadata.name !== `${plural}.${group}`) {
    errors.push(
      invalidValue("metadata.name", definition.metadata.name, `must be spec.names.plural+"."+spec.group`),
    );
  }
  const stored = versionsOf(definition).filter((version) => version["storage"] === true);
  if (stored.length !== 1) {
    const why = "must have exactly one version marked as storage version";
    errors.push(invalidValue("spec.versions", definition.spec?.["versions"], why));
  }
  return [...errors, ...versionsOf(definition).flatMap(versionErrors)];
}

function versionErrors(version: JsonObject, i: number): readonly FieldError[] {
  const path = `spec.versions[${i}].schema.openAPIV3Schema`;
  const schema = schemaOf(version);
  if (schema === null) return [requiredValue(path, "schemas are required")];
  return [...structuralErrors(schema, path), ...ruleErrors(schema, path)];
}

/** The part of the rules for structural schemas that people trip over. */
function structuralErrors(schema: Schema, path: string): readonly FieldError[] {
  const isLoose =
    schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  const errors: FieldError[] = [];
  if (schema.type === undefined && !isLoose) {
    errors.push(requiredValue(`${path}.type`, "must not be empty for specified object fields"));
  }
  if (schema.properties !== undefined && schema.additionalProperties !== undefined) {
    errors.push({
      type: "Forbidden",
      field: `${path}.additionalProperties`,
      text: "Forbidden: additionalProperties and properties are mutual exclusive",
    });
  }
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    errors.push(...structuralErrors(part, `${path}.properties[${name}]`));
  }
  if (schema.items !== undefined) errors.push(...structuralErrors(schema.items, `${path}.items`));
  const values = schema.additionalProperties;
  if (typeof values === "object") errors.push(...structuralErrors(values, `${path}.additionalProperties`));
  return errors;
}

function schemaOf(version: JsonObject): Schema | null {
  const schema = objectAt(version, "schema")["openAPIV3Schema"];
  return isObject(schema) ? schema : null;
}

/** The kinds that a definition serves: one for each served version. */
export function typesOf(definition: Stored): readonly ResourceType[] {
  return versionsOf(definition)
    .filter((version) => version["served"] === true)
    .map((version) => typeOf(definition, version));
}

function typeOf(definition: Stored, version: JsonObject): ResourceType {
  const names = objectAt(definition, "spec", "names");
  const group = stringAt(definition, "spec", "group") ?? "";
  const plural = stringAt(names, "plural") ?? "";
  const kind = stringAt(names, "kind") ?? "";
  const isNamespaced = stringAt(definition, "spec", "scope") === "Namespaced";
  const schema = schemaOf(version);
  const selectable = objectsAt(version, "selectableFields").flatMap(
    (field) => stringAt(field, "jsonPath")?.replace(/^\./, "") ?? [],
  );
  const hasStatus = isObject(objectAt(version, "subresources")["status"]);
  return {
    group,
    version: stringAt(version, "name") ?? "",
    plural,
    singular: stringAt(names, "singular") ?? kind.toLowerCase(),
    kind,
    shortNames: texts(names["shortNames"]),
    categories: texts(names["categories"]),
    isNamespaced,
    store: `${plural}.${group}`,
    hasStatus,
    hasGeneration: true,
    allowsBlindUpdate: false,
    scale: scaleOf(objectAt(version, "subresources")["scale"]),
    selectableFields: ["metadata.name", ...(isNamespaced ? ["metadata.namespace"] : []), ...selectable],
    columns: columnsOf(version),
    schema,
    isReview: false,
    toStored: null,
    fromStored: null,
  };
}

function texts(value: Json | undefined): readonly string[] {
  return listAt(value === undefined ? {} : { value }, "value").filter((one) => typeof one === "string");
}

function pathOf(jsonPath: string | undefined): readonly string[] {
  return (jsonPath ?? "").split(".").filter((part) => part !== "");
}

function scaleOf(scale: Json | undefined): ScalePaths | null {
  if (!isObject(scale)) return null;
  const selector = stringAt(scale, "labelSelectorPath");
  return {
    spec: pathOf(stringAt(scale, "specReplicasPath")),
    status: pathOf(stringAt(scale, "statusReplicasPath")),
    selector: selector === undefined ? null : pathOf(selector),
  };
}

function columnsOf(version: JsonObject): readonly Column[] | null {
  const given = objectsAt(version, "additionalPrinterColumns");
  if (given.length === 0) return null;
  return given.map((column) => ({
    name: stringAt(column, "name") ?? "",
    type: stringAt(column, "type") ?? "string",
    format: stringAt(column, "format") ?? "",
    description: stringAt(column, "description") ?? "",
    priority: numberAt(column, "priority") ?? 0,
    jsonPath: stringAt(column, "jsonPath") ?? "",
  }));
}
