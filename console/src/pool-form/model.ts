/**
 * A pool as somebody fills it in: every field as text or list, whatever is typed. It becomes a spec without being judged; what
 * is wrong with it is said by the schema and by the API.
 */
import type { PoolSpec } from "../../../src/schema/pool.ts";

export interface Pair {
  readonly key: string;
  readonly value: string;
}

export interface TaintRow {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface DiskRow {
  readonly name: string;
  readonly category: string;
  readonly sizeGiB: string;
  readonly onRelease: string;
}

export interface PoolForm {
  readonly name: string;
  readonly provider: string;
  readonly resourceGroup: string;
  readonly instanceTypes: readonly string[];
  readonly zones: readonly string[];
  readonly chargeType: string;
  readonly family: string;
  readonly imageVersion: string;
  readonly kubernetesVersion: string;
  readonly diskCategory: string;
  readonly diskSize: string;
  readonly dataDisks: readonly DiskRow[];
  readonly userData: string;
  readonly quantity: string;
  readonly labels: readonly Pair[];
  readonly taints: readonly TaintRow[];
  readonly tags: readonly Pair[];
  readonly unschedulable: boolean;
  readonly autoUpgrade: boolean;
  readonly window: string;
  readonly autoRepair: boolean;
  readonly repairApproval: string;
  readonly method: string;
  readonly maxUnavailable: string;
  readonly maxSurge: string;
  readonly maxParallel: string;
  readonly soakSeconds: string;
  readonly maxFailedNodes: string;
  readonly healthGate: string;
  readonly drainTimeout: string;
  readonly onTimeout: string;
  readonly onDelete: string;
  readonly drainOnDelete: boolean;
}

export type FieldName = keyof PoolForm;

export function formOf(name: string, spec: PoolSpec): PoolForm {
  const { template, management, upgrade, drain, deletion } = spec;
  return {
    name,
    provider: spec.providerRef.name,
    quantity: String(spec.replicas),
    ...templateForm(template),
    autoUpgrade: management.autoUpgrade,
    window: management.maintenanceWindowRef?.name ?? "",
    autoRepair: management.autoRepair,
    repairApproval: management.repairApproval,
    method: upgrade.method,
    maxUnavailable: String(upgrade.maxUnavailable),
    maxSurge: String(upgrade.maxSurge),
    maxParallel: String(upgrade.maxParallel),
    soakSeconds: String(upgrade.soakSeconds),
    maxFailedNodes: String(upgrade.maxFailedNodes),
    healthGate: upgrade.healthGate,
    drainTimeout: String(drain.timeoutSeconds),
    onTimeout: drain.onTimeout,
    onDelete: deletion.instances,
    drainOnDelete: deletion.drain,
  };
}

function templateForm(template: PoolSpec["template"]) {
  const { image, systemDisk, dataDisks = [], taints = [], userDataSecretRef } = template;
  return {
    resourceGroup: template.resourceGroup ?? "",
    instanceTypes: template.instanceTypes ?? [],
    zones: template.zones ?? [],
    chargeType: template.chargeType,
    family: image?.family ?? "",
    imageVersion: image?.version ?? "",
    kubernetesVersion: template.kubernetesVersion ?? "",
    diskCategory: systemDisk.category ?? "",
    diskSize: String(systemDisk.sizeGiB),
    dataDisks: dataDisks.map(({ name, category = "", sizeGiB, onRelease }) => ({
      name,
      category,
      sizeGiB: String(sizeGiB),
      onRelease,
    })),
    userData: userDataSecretRef?.name ?? "",
    labels: pairsOf(template.nodeLabels),
    taints: taints.map(({ key, value = "", effect }) => ({ key, value, effect })),
    tags: pairsOf(template.instanceTags),
    unschedulable: template.unschedulable,
  };
}

function pairsOf(map: Readonly<Record<string, string>> = {}): Pair[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

/** To be checked: it may hold anything that can be typed. */
export function specOf(form: PoolForm): Readonly<Record<string, unknown>> {
  return {
    replicas: number(form.quantity),
    providerRef: { name: form.provider },
    template: templateOf(form),
    management: {
      autoUpgrade: form.autoUpgrade,
      autoRepair: form.autoRepair,
      ...given("maintenanceWindowRef", form.window === "" ? "" : { name: form.window }),
      repairApproval: form.repairApproval,
    },
    upgrade: {
      method: form.method,
      maxUnavailable: number(form.maxUnavailable),
      maxSurge: number(form.maxSurge),
      maxParallel: number(form.maxParallel),
      soakSeconds: number(form.soakSeconds),
      maxFailedNodes: number(form.maxFailedNodes),
      healthGate: form.healthGate,
    },
    drain: { timeoutSeconds: number(form.drainTimeout), onTimeout: form.onTimeout },
    deletion: { instances: form.onDelete, drain: form.drainOnDelete },
  };
}

function templateOf(form: PoolForm): Readonly<Record<string, unknown>> {
  const { family, imageVersion } = form;
  return {
    ...given("instanceTypes", form.instanceTypes),
    ...given("zones", form.zones),
    ...given("image", family === "" ? "" : { family, ...given("version", imageVersion) }),
    ...given("kubernetesVersion", form.kubernetesVersion),
    systemDisk: { ...given("category", form.diskCategory.trim()), sizeGiB: number(form.diskSize) },
    ...given(
      "dataDisks",
      form.dataDisks.map(({ name, category, sizeGiB, onRelease }) => ({
        name: name.trim(),
        ...given("category", category.trim()),
        sizeGiB: number(sizeGiB),
        onRelease,
      })),
    ),
    chargeType: form.chargeType,
    ...given("nodeLabels", mapOf(form.labels)),
    ...given(
      "taints",
      form.taints.map(({ key, value, effect }) => ({
        key: key.trim(),
        ...given("value", value.trim()),
        effect,
      })),
    ),
    ...given("instanceTags", mapOf(form.tags)),
    ...given("resourceGroup", form.resourceGroup.trim()),
    unschedulable: form.unschedulable,
    ...given("userDataSecretRef", form.userData.trim() === "" ? "" : { name: form.userData.trim() }),
  };
}

/** Nothing typed is nothing said. */
function given(key: string, value: unknown): Readonly<Record<string, unknown>> {
  const isNothing =
    value === "" ||
    (Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0);
  return isNothing ? {} : { [key]: value };
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A number where it is one; otherwise what was typed, for the schema to say what is wrong with it. */
function number(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const value = Number(trimmed);
  return Number.isNaN(value) ? trimmed : value;
}

function mapOf(pairs: readonly Pair[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key.trim(), value.trim()]));
}
