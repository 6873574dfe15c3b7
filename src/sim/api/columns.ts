/** The columns of `kubectl get` for the built-in kinds, and how each row reads. */
import { ageOf, sinceText } from "./age.ts";
import { lastSeen } from "./event-view.ts";
import {
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  objectsAt,
  type Stored,
  stringAt,
  textOf,
} from "./json.ts";
import { podCells } from "./pod-row.ts";
import type { Column } from "./resources.ts";
import { selectorText } from "./selector.ts";

export interface Printer {
  readonly columns: readonly Column[];
  readonly cells: (object: Stored, nowMs: number) => readonly Json[];
}

/** `~` marks a column of wide tables only, `#` a number. */
function columns(text: string): readonly Column[] {
  return text.split(",").map((marked) => {
    const name = marked.replace(/^[~#]/, "");
    return {
      name,
      type: marked.startsWith("#") ? "integer" : "string",
      format: name === "Name" && !marked.startsWith("~") ? "name" : "",
      description: "",
      priority: marked.startsWith("~") ? 1 : 0,
      jsonPath: "",
    };
  });
}

export const plainPrinter: Printer = {
  columns: columns("Name,Age"),
  cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
};

const nodes: Printer = {
  columns: columns(
    "Name,Status,Roles,Age,Version,~Internal-IP,~External-IP,~OS-Image,~Kernel-Version,~Container-Runtime",
  ),
  cells: (node, nowMs) => {
    const info = objectAt(node, "status", "nodeInfo");
    const arch = stringAt(info, "architecture");
    const kernel = stringAt(info, "kernelVersion") ?? "<unknown>";
    return [
      node.metadata.name,
      nodeStatus(node),
      nodeRoles(node),
      ageOf(node, nowMs),
      stringAt(info, "kubeletVersion") ?? "",
      nodeAddress(node, "InternalIP"),
      nodeAddress(node, "ExternalIP"),
      stringAt(info, "osImage") ?? "<unknown>",
      arch === undefined ? kernel : `${kernel} (${arch})`,
      stringAt(info, "containerRuntimeVersion") ?? "<unknown>",
    ];
  },
};

function nodeStatus(node: Stored): string {
  const ready = objectsAt(node, "status", "conditions").find((one) => one["type"] === "Ready");
  const word = ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady";
  return objectAt(node, "spec")["unschedulable"] === true ? `${word},SchedulingDisabled` : word;
}

const rolePrefix = "node-role.kubernetes.io/";

function nodeRoles(node: Stored): string {
  const labels = node.metadata.labels ?? {};
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return roles.length === 0 ? "<none>" : [...new Set(roles)].toSorted().join(",");
}

function nodeAddress(node: Stored, type: string): string {
  const found = objectsAt(node, "status", "addresses").find((one) => one["type"] === type);
  return (found === undefined ? undefined : stringAt(found, "address")) ?? "<none>";
}

const pods: Printer = {
  columns: columns("Name,Ready,Status,Restarts,Age,~IP,~Node,~Nominated Node,~Readiness Gates"),
  cells: podCells,
};

function workloadDetails(object: Stored): readonly Json[] {
  const containers = objectsAt(object, "spec", "template", "spec", "containers");
  const names = containers.map((one) => stringAt(one, "name") ?? "").join(",");
  const images = containers.map((one) => stringAt(one, "image") ?? "").join(",");
  return [names, images, selectorText(object.spec?.["selector"])];
}

const deployments: Printer = {
  columns: columns("Name,Ready,Up-to-date,Available,Age,~Containers,~Images,~Selector"),
  cells: (object, nowMs) => {
    const count = (name: string) => numberAt(object, "status", name) ?? 0;
    return [
      object.metadata.name,
      `${count("readyReplicas")}/${numberAt(object, "spec", "replicas") ?? 0}`,
      count("updatedReplicas"),
      count("availableReplicas"),
      ageOf(object, nowMs),
      ...workloadDetails(object),
    ];
  },
};

const replicaSets: Printer = {
  columns: columns("Name,#Desired,#Current,#Ready,Age,~Containers,~Images,~Selector"),
  cells: (object, nowMs) => [
    object.metadata.name,
    numberAt(object, "spec", "replicas") ?? 0,
    numberAt(object, "status", "replicas") ?? 0,
    numberAt(object, "status", "readyReplicas") ?? 0,
    ageOf(object, nowMs),
    ...workloadDetails(object),
  ],
};

const namespaces: Printer = {
  columns: columns("Name,Status,Age"),
  cells: (object, nowMs) => [
    object.metadata.name,
    stringAt(object, "status", "phase") ?? "",
    ageOf(object, nowMs),
  ],
};

const budgets: Printer = {
  columns: columns("Name,Min Available,Max Unavailable,#Allowed Disruptions,Age"),
  cells: (object, nowMs) => {
    const count = (name: string) => {
      const value = objectAt(object, "spec")[name];
      return value === undefined ? "N/A" : textOf(value);
    };
    return [
      object.metadata.name,
      count("minAvailable"),
      count("maxUnavailable"),
      numberAt(object, "status", "disruptionsAllowed") ?? 0,
      ageOf(object, nowMs),
    ];
  },
};

const leases: Printer = {
  columns: columns("Name,Holder,Age"),
  cells: (object, nowMs) => [
    object.metadata.name,
    stringAt(object, "spec", "holderIdentity") ?? "",
    ageOf(object, nowMs),
  ],
};

const events: Printer = {
  columns: columns("Last Seen,Type,Reason,Object,~Subobject,~Source,Message,~First Seen,~Count,~Name"),
  cells: eventCells,
};

function eventCells(event: Stored, nowMs: number): readonly Json[] {
  const last = lastSeen(event);
  const first = stringAt(event, "firstTimestamp") ?? stringAt(event, "eventTime") ?? last;
  const object = objectAt(event, "involvedObject");
  const kind = (stringAt(object, "kind") ?? "").toLowerCase();
  const source = objectAt(event, "source");
  const component = stringAt(source, "component") ?? stringAt(event, "reportingComponent") ?? "";
  const host = stringAt(source, "host");
  return [
    sinceText(last, nowMs),
    stringAt(event, "type") ?? "",
    stringAt(event, "reason") ?? "",
    `${kind}/${stringAt(object, "name") ?? ""}`,
    stringAt(object, "fieldPath") ?? "",
    host === undefined ? component : `${component}, ${host}`,
    (stringAt(event, "message") ?? "").trim(),
    sinceText(first, nowMs),
    String(numberAt(event, "series", "count") ?? numberAt(event, "count") ?? 1),
    event.metadata.name,
  ];
}

function dataPrinter(text: string, cells: (object: Stored) => readonly Json[]): Printer {
  return {
    columns: columns(text),
    cells: (object, nowMs) => [object.metadata.name, ...cells(object), ageOf(object, nowMs)],
  };
}

function sizeOf(object: JsonObject, field: string): number {
  return Object.keys(objectAt(object, field)).length;
}

const services: Printer = {
  columns: columns("Name,Type,Cluster-IP,External-IP,Port(s),Age,~Selector"),
  cells: (object, nowMs) => [
    object.metadata.name,
    stringAt(object, "spec", "type") ?? "",
    stringAt(object, "spec", "clusterIP") ?? "<none>",
    "<none>",
    objectsAt(object, "spec", "ports")
      .map((port) => `${textOf(port["port"])}/${textOf(port["protocol"])}`)
      .join(",") || "<none>",
    ageOf(object, nowMs),
    Object.entries(objectAt(object, "spec", "selector"))
      .map(([key, value]) => `${key}=${textOf(value)}`)
      .join(",") || "<none>",
  ],
};

const definitions: Printer = {
  columns: columns("Name,Created At"),
  cells: (object) => [object.metadata.name, object.metadata.creationTimestamp],
};

export const printers: { readonly [store: string]: Printer } = {
  nodes,
  pods,
  namespaces,
  services,
  events,
  "deployments.apps": deployments,
  "replicasets.apps": replicaSets,
  "poddisruptionbudgets.policy": budgets,
  "leases.coordination.k8s.io": leases,
  "customresourcedefinitions.apiextensions.k8s.io": definitions,
  configmaps: dataPrinter("Name,#Data,Age", (object) => [
    sizeOf(object, "data") + sizeOf(object, "binaryData"),
  ]),
  secrets: dataPrinter("Name,Type,#Data,Age", (object) => [
    textOf(object["type"] ?? ""),
    sizeOf(object, "data"),
  ]),
  serviceaccounts: dataPrinter("Name,#Secrets,Age", (object) => [listAt(object, "secrets").length]),
};
