import assert from "node:assert/strict";
import test from "node:test";
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import type { PoolSpec } from "../../schema/pool.ts";
import type { RefusalReason } from "../reason.ts";
import { aPool } from "../testing.ts";
import type { Answer } from "./answer.ts";
import type { Surroundings } from "./check.ts";
import { clonedSpec, clonePool, createPool } from "./create.ts";

const provider: InfrastructureProviderObject = {
  apiVersion: "poolkeeper.dev/v1alpha1",
  kind: "InfrastructureProvider",
  metadata: { name: "simulator" },
  spec: { type: "simulator", region: "cn-hangzhou" },
  status: {
    catalogue: {
      zones: ["zone-a", "zone-b"],
      images: [
        { family: "Linux", version: "1", kubernetesVersions: ["v1.34.1"], operatingSystem: "linux" },
        {
          family: "Linux",
          version: "2",
          kubernetesVersions: ["v1.35.2", "v1.36.3"],
          operatingSystem: "linux",
        },
        { family: "Windows", version: "2022", kubernetesVersions: ["v1.36.3"], operatingSystem: "windows" },
      ],
      instanceTypes: [{ name: "large", cpu: 2, memoryMiB: 8192, architecture: "amd64" }],
    },
  },
};

const around: Surroundings = {
  providers: [provider, { ...provider, metadata: { name: "blank" }, status: {} }],
  windows: ["nights"],
  pools: ["web"],
  serverVersion: "v1.36.3",
};

function create(name: string, wishes: Parameters<typeof aPool>[0] = {}): Answer {
  return createPool({ name, namespace: "poolkeeper-system", spec: aPool(wishes).spec }, around);
}

const refused: readonly (readonly [what: string, answer: Answer, RefusalReason, says: string])[] = [
  ["a name that is taken", create("web"), "NameTaken", "Pool web"],
  ["capital letters in a name", create("Web"), "InvalidName", "Web"],
  ["a name of 41 characters", create("a".repeat(41)), "InvalidName", "a".repeat(41)],
  ["no name at all", create(""), "InvalidName", "The empty name"],
  [
    "an unknown provider",
    create("x", { providerRef: { name: "cloud" } }),
    "UnknownProvider",
    "simulator, blank",
  ],
  [
    "more than 2000 nodes",
    create("x", { replicas: 2001 }),
    "CountOutOfRange",
    "a whole number from 0 to 2000",
  ],
  ["a negative count", create("x", { replicas: -1 }), "CountOutOfRange", "a whole number from 0 to 2000"],
  [
    "an unknown zone",
    create("x", { template: { zones: ["zone-a", "zone-z"] } }),
    "UnknownZone",
    "zone-a, zone-b",
  ],
  ["an unknown type", create("x", { template: { instanceTypes: ["tiny"] } }), "UnknownInstanceType", "large"],
  [
    "an unknown family",
    create("x", { template: { image: { family: "Plan9" } } }),
    "UnknownImage",
    "Linux, Windows",
  ],
  [
    "an unknown version of a family",
    create("x", { template: { image: { family: "Linux", version: "3" } } }),
    "UnknownImage",
    "Linux 1, Linux 2",
  ],
  [
    "a kubelet newer than the API server",
    create("x", { template: { kubernetesVersion: "v1.37.0" } }),
    "VersionSkewTooNew",
    "v1.35.2, v1.36.3",
  ],
  [
    "a kubelet more than three minors older",
    create("x", { template: { kubernetesVersion: "v1.32.9" } }),
    "VersionSkewTooOld",
    "v1.35.2, v1.36.3",
  ],
  [
    "a kubelet that the image does not run",
    create("x", { template: { image: { family: "Linux", version: "1" }, kubernetesVersion: "v1.36.3" } }),
    "InvalidValue",
    "the image Linux 1 runs v1.34.1",
  ],
  [
    "an unknown window",
    create("x", { management: { maintenanceWindowRef: { name: "noon" } } }),
    "WindowUnknown",
    "nights",
  ],
];

for (const [what, answer, reason, says] of refused) {
  test(`A new pool with ${what} is refused, saying: ${says}`, () => {
    assert.ok(!answer.ok);
    assert.equal(answer.refusal.reason, reason);
    const facts = Object.values(answer.refusal.facts);
    assert.ok(facts.includes(says), JSON.stringify(answer.refusal.facts));
  });
}

test("A kubelet exactly three minors older than the API server is allowed", () => {
  const late: Surroundings = { ...around, serverVersion: "v1.38.0" };
  const spec: PoolSpec = aPool({ template: { kubernetesVersion: "v1.35.2" } }).spec;
  assert.ok(createPool({ name: "x", namespace: "n", spec }, late).ok);
});

test("A new pool is one object to create, without a question", () => {
  const answer = create("shop", { replicas: 3, management: { maintenanceWindowRef: { name: "nights" } } });
  assert.ok(answer.ok);
  assert.deepEqual(answer.friction, { kind: "None" });
  const [change, more] = answer.changes;
  assert.equal(more, undefined);
  assert.ok(change?.kind === "Create");
  assert.equal(change.object.metadata.name, "shop");
  assert.deepEqual(answer.effects[0], {
    kind: "CreatesPool",
    facts: { pool: "shop", provider: "simulator", count: 3 },
  });
});

test("A provider without a catalogue is trusted, and the preview says so", () => {
  const answer = create("shop", { providerRef: { name: "blank" }, template: { zones: ["anywhere"] } });
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.effects.map(({ kind }) => kind),
    ["CreatesPool", "CatalogueUnknown"],
  );
});

test("A local provider has no subscriptions", () => {
  const local = { ...provider, spec: { ...provider.spec, type: "local" as const } };
  const spec = aPool({ template: { chargeType: "Subscription" } }).spec;
  const answer = createPool({ name: "x", namespace: "n", spec }, { ...around, providers: [local] });
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "ChargeTypeUnsupported");
});

test("A clone has the spec of the other pool, and the preview names what differs", () => {
  const source = aPool({ replicas: 5, template: { nodeLabels: { team: "web" } } });
  const spec = { ...clonedSpec(source), replicas: 2 };
  const answer = clonePool(source, { name: "copy", namespace: "n", spec }, around);
  assert.ok(answer.ok);
  assert.deepEqual(answer.effects, [
    { kind: "ClonesPool", facts: { pool: "copy", object: "web", count: 2 } },
    { kind: "ChangesField", facts: { field: "replicas", have: 5, wanted: 2 } },
  ]);
});

test("A clone of a paused pool is not paused", () => {
  assert.equal(clonedSpec(aPool({ paused: true })).paused, false);
});

test("A clone carries no annotation along, such as a confirmed deletion", () => {
  const source = aPool({ metadata: { annotations: { "poolkeeper.dev/confirm-deletion": "web:5" } } });
  const answer = clonePool(source, { name: "copy", namespace: "n", spec: clonedSpec(source) }, around);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Create");
  assert.equal(change.object.metadata.annotations, undefined);
});
