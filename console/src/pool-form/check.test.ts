/** What is filled in and what the schema says of it, field by field. */
import assert from "node:assert/strict";
import test from "node:test";
import { poolSpec } from "../../../src/schema/pool.ts";
import { check } from "./check.ts";
import { formOf, type PoolForm } from "./model.ts";

const fresh = formOf("web", poolSpec.parse({ providerRef: { name: "simulator" } }));

function complaintsOf(change: Partial<PoolForm>): readonly string[] {
  const checked = check({ ...fresh, ...change }, "en");
  return checked.ok ? [] : checked.complaints.map(({ field, message }) => `${field}: ${message}`);
}

test("what was read and not changed is what is sent", () => {
  const spec = poolSpec.parse({
    replicas: 3,
    providerRef: { name: "simulator" },
    template: {
      instanceTypes: ["ecs.g7.large"],
      zones: ["cn-hangzhou-h"],
      image: { family: "AlibabaCloudLinux", version: "3.2104.12" },
      kubernetesVersion: "v1.36.3",
      systemDisk: { category: "cloud_essd", sizeGiB: 60 },
      dataDisks: [{ name: "data", sizeGiB: 100 }],
      nodeLabels: { tier: "web" },
      taints: [{ key: "dedicated", value: "web", effect: "NoSchedule" }],
      instanceTags: { team: "shop" },
      resourceGroup: "rg-1",
      userDataSecretRef: { name: "boot" },
    },
    management: { autoUpgrade: true, maintenanceWindowRef: { name: "nightly" } },
    upgrade: { maxUnavailable: "20%" },
  });
  const checked = check(formOf("web", spec), "en");
  assert.deepEqual(checked, { ok: true, name: "web", spec });
});

test("a pool of none is a pool", () => {
  assert.deepEqual(complaintsOf({ quantity: "0" }), []);
});

const cases: readonly (readonly [name: string, change: Partial<PoolForm>, complaint: RegExp])[] = [
  ["a name that no object can have", { name: "Web_1" }, /^name: 'Web_1' is no name for a pool/],
  ["no name at all", { name: " " }, /^name: must be given/],
  ["a quantity that is none", { quantity: "many" }, /^quantity: must be a number/],
  ["a quantity below zero", { quantity: "-1" }, /^quantity: must be at least 0/],
  [
    "a label that belongs to the system",
    { labels: [{ key: "kubernetes.io/role", value: "x" }] },
    /^labels: key 'kubernetes.io\/role'/,
  ],
  [
    "a label twice",
    {
      labels: [
        { key: "a", value: "1" },
        { key: "a", value: "2" },
      ],
    },
    /^labels.1.key: 'a' is in the list twice/,
  ],
  [
    "a taint without a key",
    { taints: [{ key: "", value: "", effect: "NoSchedule" }] },
    /^taints.0.key: must be a taint key/,
  ],
  [
    "a disk that is too small",
    { dataDisks: [{ name: "d", category: "", sizeGiB: "0", onRelease: "Keep" }] },
    /^dataDisks.0.sizeGiB: must be at least 1/,
  ],
  ["a system disk that is too small", { diskSize: "5" }, /^diskSize: must be at least 20/],
  [
    "auto upgrade without a window",
    { autoUpgrade: true },
    /^window: autoUpgrade is true but no maintenanceWindowRef/,
  ],
  ["surge with instances that stay", { maxSurge: "1" }, /^maxSurge: maxSurge is above 0/],
  ["a share that is none", { maxUnavailable: "half" }, /^maxUnavailable: must be 0 to 1000, or a percentage/],
  ["a version with two numbers", { kubernetesVersion: "v1.36" }, /^kubernetesVersion: must be a version/],
];
for (const [name, change, complaint] of cases) {
  test(`${name} is said beside its field`, () => assert.match(complaintsOf(change)[0] ?? "", complaint));
}
