/** The settings of a pool by the names people use: as flags of create and clone, and as keys of set. One table for both. */
import { secondMs } from "../core/time.ts";
import { usageError } from "./failure.ts";
import { parseDuration } from "./options.ts";

export interface Field {
  /** The key of `set`, and the flag without its dashes. */
  readonly key: string;
  /** Other keys that mean the same. */
  readonly aliases: readonly string[];
  readonly path: readonly string[];
  readonly read: (text: string) => unknown;
  /** How the value is written, for help. */
  readonly value: string;
  readonly about: string;
}

/** One change to a spec; undefined takes the field away. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
}

const text = (value: string): unknown => value;
const words = (value: string): unknown => value.split(",").filter((part) => part !== "");
const seconds = (value: string): unknown => parseDuration(value) / secondMs;
const reference = (value: string): unknown =>
  value === "none" || value === "" ? undefined : { name: value };

function count(value: string): unknown {
  if (!/^[+-]?\d+$/.test(value)) throw usageError(`"${value}" is no whole number.`);
  return Number(value);
}

function flag(value: string): unknown {
  if (["true", "yes", "on"].includes(value)) return true;
  if (["false", "no", "off"].includes(value)) return false;
  throw usageError(`"${value}" is neither true nor false.`);
}

function choice(...codes: readonly string[]): (value: string) => unknown {
  return (value) =>
    codes.find((code) => code.toLowerCase() === value.toLowerCase().replaceAll("-", "")) ?? value;
}

/** FAMILY, or FAMILY:VERSION. */
function image(value: string): unknown {
  const [family, version] = value.split(":");
  return version === undefined ? { family } : { family, version };
}

/** KEY=VALUE:EFFECT or KEY:EFFECT. */
function taint(value: string): unknown {
  const match = /^([^=:]+)(?:=([^:]*))?(?::(\w+))?$/.exec(value);
  if (match === null) throw usageError(`"${value}" is no taint: write KEY=VALUE:NoSchedule.`);
  const [, key, own, effect] = match;
  return { key, ...(own === undefined ? {} : { value: own }), ...(effect === undefined ? {} : { effect }) };
}

/** GIB, or GIB:CATEGORY. */
function systemDisk(value: string): unknown {
  const [size = "", category] = value.split(":");
  return { sizeGiB: count(size), ...(category === undefined ? {} : { category }) };
}

/** NAME:GIB, then in any order a category, and keep or delete. */
function dataDisk(value: string): unknown {
  const [name = "", size = "", ...rest] = value.split(":");
  const onRelease = { keep: "Keep", delete: "Delete" };
  const fate = rest.find((part) => part === "keep" || part === "delete");
  const category = rest.find((part) => part !== fate);
  return {
    name,
    sizeGiB: count(size),
    ...(category === undefined ? {} : { category }),
    ...(fate === "keep" || fate === "delete" ? { onRelease: onRelease[fate] } : {}),
  };
}

const listOf =
  (read: (part: string) => unknown) =>
  (value: string): unknown =>
    value
      .split(",")
      .filter((part) => part !== "")
      .map(read);

type Words = readonly [value: string, about: string];

function field(key: string, path: string, [value, about]: Words, read: Field["read"] = text): Field {
  return { key, aliases: [], path: path.split("."), read, value, about };
}

export const poolFields: readonly Field[] = [
  { ...field("nodes", "replicas", ["COUNT", "how many nodes"], count), aliases: ["replicas"] },
  { ...field("provider", "providerRef", ["NAME", "where the instances come from"], reference) },
  {
    ...field(
      "instance-type",
      "template.instanceTypes",
      ["TYPE,…", "instance types in order of preference"],
      words,
    ),
    aliases: ["instance-types"],
  },
  {
    ...field("zone", "template.zones", ["ZONE,…", "zones over which nodes are spread"], words),
    aliases: ["zones"],
  },
  field(
    "image",
    "template.image",
    ["FAMILY[:VERSION]", "operating system; without a version the newest"],
    image,
  ),
  field("image-version", "template.image.version", ["VERSION", "version of the image"]),
  {
    ...field("kubernetes-version", "template.kubernetesVersion", [
      "VERSION",
      "version of the kubelet, such as v1.36.3",
    ]),
    aliases: ["version"],
  },
  {
    ...field("taint", "template.taints", ["KEY=VALUE:EFFECT,…", "taints of the nodes"], listOf(taint)),
    aliases: ["taints"],
  },
  field("resource-group", "template.resourceGroup", ["ID", "resource group of the instances"]),
  field(
    "charge-type",
    "template.chargeType",
    ["PayAsYouGo|Subscription", "how instances are billed"],
    choice("PayAsYouGo", "Subscription"),
  ),
  field("system-disk", "template.systemDisk", ["GIB[:CATEGORY]", "system disk"], systemDisk),
  {
    ...field(
      "data-disk",
      "template.dataDisks",
      ["NAME:GIB[:CATEGORY][:keep|delete],…", "data disks"],
      listOf(dataDisk),
    ),
    aliases: ["data-disks"],
  },
  field(
    "user-data-secret",
    "template.userDataSecretRef",
    ["NAME", "Secret with a script for the first boot"],
    reference,
  ),
  field(
    "window",
    "management.maintenanceWindowRef",
    ["NAME|none", "maintenance window of upgrades"],
    reference,
  ),
  field(
    "repair-approval",
    "management.repairApproval",
    ["Automatic|Required", "whether a person approves repairs"],
    choice("Automatic", "Required"),
  ),
  field(
    "method",
    "upgrade.method",
    ["ReplaceSystemDisk|ReplaceInstance", "how nodes are upgraded"],
    choice("ReplaceSystemDisk", "ReplaceInstance"),
  ),
  field("max-unavailable", "upgrade.maxUnavailable", ["COUNT|PERCENT", "nodes away at once"], (value) =>
    /^\d+$/.test(value) ? Number(value) : value,
  ),
  field("max-surge", "upgrade.maxSurge", ["COUNT", "extra instances during an upgrade"], count),
  field("max-parallel", "upgrade.maxParallel", ["COUNT", "cap of the growing batches"], count),
  field("max-failed", "upgrade.maxFailedNodes", ["COUNT", "failed nodes before an upgrade stops"], count),
  field("soak", "upgrade.soakSeconds", ["DURATION", "wait after the first node"], seconds),
  field(
    "health-gate",
    "upgrade.healthGate",
    ["Enabled|Disabled", "wait for workloads"],
    choice("Enabled", "Disabled"),
  ),
  field("drain-timeout", "drain.timeoutSeconds", ["DURATION", "longest drain of one node"], seconds),
  field(
    "on-timeout",
    "drain.onTimeout",
    ["Stop|Skip|Force", "what an upgrade does when a drain takes too long"],
    choice("Stop", "Skip", "Force"),
  ),
  field(
    "on-delete",
    "deletion.instances",
    ["Release|Keep", "what becomes of instances when the pool is deleted"],
    choice("Release", "Keep"),
  ),
];

/** Fields that are true or false: flags of their own, `--no-…` included. */
export const poolSwitches: readonly Field[] = [
  field("auto-upgrade", "management.autoUpgrade", ["true|false", "upgrade by itself in the window"], flag),
  field("auto-repair", "management.autoRepair", ["true|false", "repair sick nodes by itself"], flag),
  field("unschedulable", "template.unschedulable", ["true|false", "new nodes start cordoned"], flag),
];

/** Maps, whose entries are set one by one: `labels.team=web`, `--label team=web`. */
export const poolMaps: readonly { readonly keys: readonly string[]; readonly path: readonly string[] }[] = [
  { keys: ["label", "labels", "node-label", "node-labels"], path: ["template", "nodeLabels"] },
  { keys: ["tag", "tags", "instance-tag", "instance-tags"], path: ["template", "instanceTags"] },
];

export function findField(key: string): Field | undefined {
  return [...poolFields, ...poolSwitches].find((item) => item.key === key || item.aliases.includes(key));
}
