/** What the schema says about a filled-in pool, field by field: the same words as the API server and the command line. */
import { parsePool } from "../../../src/schema/parse.ts";
import type { PoolSpec } from "../../../src/schema/pool.ts";
import { complaintText } from "../../../src/text/complaint.ts";
import type { Language } from "../../../src/text/words.ts";
import { type FieldName, type PoolForm, specOf } from "./model.ts";

export interface Complaint {
  /** Such as `labels`, or `taints.1.key`. */
  readonly field: string;
  readonly message: string;
}

export type Checked =
  | { readonly ok: true; readonly name: string; readonly spec: PoolSpec }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

export function check(form: PoolForm, language: Language): Checked {
  const name = form.name.trim();
  const doubled = [...doubledKeys(form, "labels"), ...doubledKeys(form, "tags")];
  const parsed = parsePool({
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name },
    spec: specOf(form),
  });
  if (parsed.ok && doubled.length === 0) return { ok: true, name, spec: parsed.value.spec };
  const problems = parsed.ok ? [] : parsed.problems;
  const complaints = [
    ...doubled,
    ...problems.map(({ path, message }) => ({ field: fieldOf(path), message })),
  ];
  return {
    ok: false,
    complaints: complaints.map(({ field, message }) => ({
      field,
      message: complaintText(message, language),
    })),
  };
}

/** A map cannot hold a key twice, so it would be lost before the schema sees it. */
function doubledKeys(form: PoolForm, field: "labels" | "tags"): readonly Complaint[] {
  const keys = form[field].map(({ key }) => key.trim());
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [{ field: `${field}.${index}.key`, message: `'${key}' is in the list twice` }],
  );
}

/** The longest fitting one decides. */
const fields: readonly (readonly [path: string, field: FieldName])[] = [
  ["metadata.name", "name"],
  ["spec.providerRef", "provider"],
  ["spec.replicas", "quantity"],
  ["spec.template.resourceGroup", "resourceGroup"],
  ["spec.template.instanceTypes", "instanceTypes"],
  ["spec.template.zones", "zones"],
  ["spec.template.chargeType", "chargeType"],
  ["spec.template.image.family", "family"],
  ["spec.template.image.version", "imageVersion"],
  ["spec.template.kubernetesVersion", "kubernetesVersion"],
  ["spec.template.systemDisk.category", "diskCategory"],
  ["spec.template.systemDisk", "diskSize"],
  ["spec.template.dataDisks", "dataDisks"],
  ["spec.template.userDataSecretRef", "userData"],
  ["spec.template.nodeLabels", "labels"],
  ["spec.template.taints", "taints"],
  ["spec.template.instanceTags", "tags"],
  ["spec.management.maintenanceWindowRef", "window"],
  ["spec.management.repairApproval", "repairApproval"],
  ["spec.upgrade.method", "method"],
  ["spec.upgrade.maxUnavailable", "maxUnavailable"],
  ["spec.upgrade.maxSurge", "maxSurge"],
  ["spec.upgrade.maxParallel", "maxParallel"],
  ["spec.upgrade.soakSeconds", "soakSeconds"],
  ["spec.upgrade.maxFailedNodes", "maxFailedNodes"],
  ["spec.drain.timeoutSeconds", "drainTimeout"],
];

/** `spec.template.taints[1].key` becomes `taints.1.key`. */
function fieldOf(path: string): string {
  const found = fields.find(
    ([prefix]) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`),
  );
  if (found === undefined) return "name";
  const [prefix, field] = found;
  const [, index, rest] = /^\[(\d+)\]\.?(\w*)/.exec(path.slice(prefix.length)) ?? [];
  if (index === undefined) return field;
  return rest === undefined || rest === "" ? `${field}.${index}` : `${field}.${index}.${rest}`;
}
