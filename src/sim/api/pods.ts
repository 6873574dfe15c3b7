/** Pods as the API server treats them: defaults, the few fields that may change, and the grace of their deletion. */
import { isEqual, type JsonObject, numberAt, objectAt, objectsAt, stringAt } from "./json.ts";
import { type FieldError, forbiddenValue, requiredValue } from "./status.ts";
import type { Strategy } from "./strategy.ts";

const podDefaults: JsonObject = {
  restartPolicy: "Always",
  terminationGracePeriodSeconds: 30,
  dnsPolicy: "ClusterFirst",
  securityContext: {},
  schedulerName: "default-scheduler",
  enableServiceLinks: true,
};

/** Fills in a pod's spec, or the one inside a template. */
export function podSpecDefaults(spec: JsonObject): JsonObject {
  const filled = { ...podDefaults, ...spec };
  const containers = objectsAt(spec, "containers").map(containerDefaults);
  const initial = objectsAt(spec, "initContainers").map(containerDefaults);
  return { ...filled, containers, ...(initial.length === 0 ? {} : { initContainers: initial }) };
}

function containerDefaults(container: JsonObject): JsonObject {
  const image = stringAt(container, "image") ?? "";
  const isFloating = !image.includes("@") && (!/:[^/]+$/.test(image) || image.endsWith(":latest"));
  const ports = objectsAt(container, "ports").map((port) => ({ protocol: "TCP", ...port }));
  return {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: isFloating ? "Always" : "IfNotPresent",
    ...container,
    ...(ports.length === 0 ? {} : { ports }),
  };
}

const impatience = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** Every pod bears a lost node for five minutes, unless it says otherwise. */
function withNodeTolerations(spec: JsonObject): JsonObject {
  const given = objectsAt(spec, "tolerations");
  const missing = impatience.filter((key) => !given.some((one) => toleratesNoExecute(one, key)));
  const added = missing.map((key) => ({
    key,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  return { ...spec, tolerations: [...given, ...added] };
}

function toleratesNoExecute(toleration: JsonObject, key: string): boolean {
  const isForKey = toleration["key"] === key || toleration["key"] === undefined || toleration["key"] === "";
  const effect = toleration["effect"];
  return isForKey && (effect === undefined || effect === "" || effect === "NoExecute");
}

function qualityOf(spec: JsonObject): string {
  const resources = objectsAt(spec, "containers").map((container) => objectAt(container, "resources"));
  const isBare = resources.every(
    (one) => isEqual(objectAt(one, "requests"), {}) && isEqual(objectAt(one, "limits"), {}),
  );
  if (isBare) return "BestEffort";
  const isExact = resources.every((one) => {
    const limits = objectAt(one, "limits");
    return (
      limits["cpu"] !== undefined &&
      limits["memory"] !== undefined &&
      isEqual(limits, objectAt(one, "requests"))
    );
  });
  return isExact ? "Guaranteed" : "Burstable";
}

/** What may change of a pod once it exists. */
const mutable = ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"];

function fixedPart(spec: JsonObject): JsonObject {
  const kept = Object.entries(spec).filter(([name]) => !mutable.includes(name));
  const imageless = (name: string) => objectsAt(spec, name).map((container) => ({ ...container, image: "" }));
  return {
    ...Object.fromEntries(kept),
    containers: imageless("containers"),
    initContainers: imageless("initContainers"),
  };
}

const immutableText =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

export function containerErrors(spec: JsonObject, path: string): readonly FieldError[] {
  const containers = objectsAt(spec, "containers");
  if (containers.length === 0) return [requiredValue(`${path}.containers`)];
  return containers.flatMap((container, i) =>
    ["name", "image"].flatMap((field) =>
      stringAt(container, field) === undefined ? [requiredValue(`${path}.containers[${i}].${field}`)] : [],
    ),
  );
}

export const podStrategy: Strategy = {
  defaults: (object) => ({ ...object, spec: podSpecDefaults(object.spec ?? {}) }),
  create: (object) => {
    const spec = { priority: 0, preemptionPolicy: "PreemptLowerPriority", ...object.spec };
    const filled = { serviceAccountName: "default", ...withNodeTolerations(spec) };
    return { ...object, spec: filled, status: { phase: "Pending", qosClass: qualityOf(filled) } };
  },
  validate: (object) => containerErrors(object.spec ?? {}, "spec"),
  validateUpdate: (object, before) =>
    isEqual(fixedPart(object.spec ?? {}), fixedPart(before.spec ?? {}))
      ? []
      : [forbiddenValue("spec", immutableText)],
  graceSeconds: (object, asked) => {
    const phase = stringAt(object, "status", "phase");
    if ((stringAt(object, "spec", "nodeName") ?? "") === "" || phase === "Succeeded" || phase === "Failed")
      return 0;
    const seconds = asked ?? numberAt(object, "spec", "terminationGracePeriodSeconds") ?? 0;
    return seconds < 0 ? 1 : seconds;
  },
};
