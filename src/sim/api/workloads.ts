/** Deployments and ReplicaSets as the API server treats them. Who makes the pods is a neighbour's business. */
import { isEqual, isObject, type JsonObject, numberAt, objectAt, type Stored } from "./json.ts";
import { containerErrors, podSpecDefaults } from "./pods.ts";
import { selectsLabels } from "./selector.ts";
import { type FieldError, invalidValue, requiredValue } from "./status.ts";
import type { Strategy } from "./strategy.ts";

const deploymentDefaults: JsonObject = {
  replicas: 1,
  revisionHistoryLimit: 10,
  progressDeadlineSeconds: 600,
  strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
};

function withTemplate(object: Stored, defaults: JsonObject): Stored {
  const spec: JsonObject = { ...defaults, ...object.spec };
  const template = objectAt(spec, "template");
  const podSpec = objectAt(template, "spec");
  if (!isObject(template["spec"])) return { ...object, spec };
  return {
    ...object,
    spec: { ...spec, template: { metadata: {}, ...template, spec: podSpecDefaults(podSpec) } },
  };
}

function templateErrors(object: Stored): readonly FieldError[] {
  const spec = object.spec ?? {};
  const replicas = numberAt(spec, "replicas") ?? 0;
  const errors: FieldError[] = [];
  if (replicas < 0)
    errors.push(invalidValue("spec.replicas", replicas, "must be greater than or equal to 0"));
  const selector = spec["selector"];
  if (!isObject(selector)) return [...errors, requiredValue("spec.selector")];
  const labels = objectAt(spec, "template", "metadata", "labels") as { readonly [key: string]: string };
  if (!selectsLabels(selector)(labels)) {
    const why = "`selector` does not match template `labels`";
    errors.push(invalidValue("spec.template.metadata.labels", labels, why));
  }
  return [...errors, ...containerErrors(objectAt(spec, "template", "spec"), "spec.template.spec")];
}

function selectorChange(object: Stored, before: Stored): readonly FieldError[] {
  const selector = object.spec?.["selector"];
  if (isEqual(selector, before.spec?.["selector"])) return [];
  return [invalidValue("spec.selector", selector, "field is immutable")];
}

export const deploymentStrategy: Strategy = {
  defaults: (object) => withTemplate(object, deploymentDefaults),
  validate: templateErrors,
  validateUpdate: selectorChange,
};

export const replicaSetStrategy: Strategy = {
  defaults: (object) => withTemplate(object, { replicas: 1 }),
  create: (object) => ({ ...object, status: { replicas: 0 } }),
  validate: templateErrors,
  validateUpdate: selectorChange,
};
