/** What is special about each built-in kind: its defaults, its checks and which part of it a client may set. */
import { requestStrategy } from "./certificates.ts";
import { definitionStrategy } from "./definition.ts";
import {
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  objectsAt,
  type Stored,
  stringAt,
  textOf,
} from "./json.ts";
import { podStrategy } from "./pods.ts";
import type { Strategy } from "./strategy.ts";
import { type FieldError, forbiddenValue, invalidValue, requiredValue, shown } from "./status.ts";
import { deploymentStrategy, replicaSetStrategy } from "./workloads.ts";

const namespaces: Strategy = {
  defaults: (object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name },
    },
  }),
  create: (object) => ({
    ...object,
    spec: { ...object.spec, finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  }),
};

const nodes: Strategy = {
  keepsStatusOnCreate: true,
  validate: (object) => taintErrors(objectsAt(object, "spec", "taints")),
  validateUpdate: (object, before) => {
    const earlier = stringAt(before, "spec", "providerID") ?? "";
    if (earlier === "" || earlier === stringAt(object, "spec", "providerID")) return [];
    return [
      forbiddenValue("spec.providerID", 'node updates may not change providerID except from "" to valid'),
    ];
  },
};

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function taintErrors(taints: readonly JsonObject[]): readonly FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, i) => {
    const path = `metadata.taints[${i}]`;
    const errors: FieldError[] = [];
    if (stringAt(taint, "key") === undefined) errors.push(requiredValue(`${path}.key`));
    const effect = stringAt(taint, "effect") ?? "";
    if (!effects.includes(effect)) {
      const list = effects.map((one) => `"${one}"`).join(", ");
      const text = `Unsupported value: ${shown(effect)}: supported values: ${list}`;
      errors.push({ type: "NotSupported", field: `${path}.effect`, text });
    }
    const id = `${textOf(taint["key"])}:${effect}`;
    if (seen.has(id))
      errors.push({ type: "Duplicate", field: path, text: `Duplicate value: ${shown(taint)}` });
    seen.add(id);
    return errors;
  });
}

const secrets: Strategy = {
  defaults: (object) => {
    const { stringData, ...rest } = object;
    const type = typeof object["type"] === "string" ? object["type"] : "Opaque";
    if (!isObject(stringData)) return { ...rest, type };
    const encoded = Object.entries(stringData).map(([key, text]) => [key, base64(textOf(text))]);
    return { ...rest, type, data: { ...objectAt(object, "data"), ...Object.fromEntries(encoded) } };
  },
  validateUpdate: (object, before) =>
    object["type"] === before["type"] ? [] : [invalidValue("type", object["type"], "field is immutable")],
};

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

const budgets: Strategy = {
  create: (object) => ({ ...object, status: { ...emptyBudget } }),
  validate: (object) => {
    const spec = object.spec ?? {};
    if (spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined) {
      return [invalidValue("spec", spec, "minAvailable and maxUnavailable cannot be both set")];
    }
    return ["minAvailable", "maxUnavailable"].flatMap((name) => countErrors(spec[name], `spec.${name}`));
  },
};

const emptyBudget = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

function countErrors(value: Json | undefined, path: string): readonly FieldError[] {
  if (typeof value === "number" && value < 0) {
    return [invalidValue(path, value, "must be greater than or equal to 0")];
  }
  if (typeof value === "string" && !/^[0-9]+%$/.test(value)) {
    const why =
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    return [invalidValue(path, value, why)];
  }
  return [];
}

const services: Strategy = {
  defaults: (object) => ({
    ...object,
    spec: {
      type: "ClusterIP",
      sessionAffinity: "None",
      clusterIP: "None",
      ...object.spec,
      ports: objectsAt(object, "spec", "ports").map((port) => ({
        protocol: "TCP",
        targetPort: port["port"] ?? 0,
        ...port,
      })),
    },
  }),
  create: (object) => ({ ...object, status: { loadBalancer: {} } }),
};

const leases: Strategy = {
  validate: (object) => {
    const seconds = objectAt(object, "spec")["leaseDurationSeconds"];
    if (typeof seconds !== "number" || seconds > 0) return [];
    return [invalidValue("spec.leaseDurationSeconds", seconds, "must be greater than 0")];
  },
};

const strategies: { readonly [store: string]: Strategy } = {
  namespaces,
  nodes,
  secrets,
  services,
  pods: podStrategy,
  "deployments.apps": deploymentStrategy,
  "replicasets.apps": replicaSetStrategy,
  "poddisruptionbudgets.policy": budgets,
  "leases.coordination.k8s.io": leases,
  "certificatesigningrequests.certificates.k8s.io": requestStrategy,
  "customresourcedefinitions.apiextensions.k8s.io": definitionStrategy,
};

const plain: Strategy = {};

export function strategyOf(store: string): Strategy {
  return strategies[store] ?? plain;
}

/** True where an object is kept by somebody's finalizer. */
export function hasFinalizers(object: Stored): boolean {
  return (
    listAt(object, "metadata", "finalizers").length > 0 || listAt(object, "spec", "finalizers").length > 0
  );
}
