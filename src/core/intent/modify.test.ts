import assert from "node:assert/strict";
import test from "node:test";
import type { PoolSpec } from "../../schema/pool.ts";
import type { InfrastructureProviderObject } from "../../schema/provider.ts";
import type { Snapshot } from "../model.ts";
import { aMachine, aPool, aSnapshot, noon } from "../testing.ts";
import { aProvider } from "../testing-cluster.ts";
import type { Answer, EffectKind } from "./answer.ts";
import type { Surroundings } from "./check.ts";
import type { Sight } from "./departure.ts";
import { modify, pausePool, rollback, sync } from "./modify.ts";
import type { Asker } from "./operation.ts";

const provider: InfrastructureProviderObject = {
  apiVersion: "poolkeeper.dev/v1alpha1",
  kind: "InfrastructureProvider",
  metadata: { name: "simulator" },
  spec: { type: "simulator", region: "cn-hangzhou" },
  ...(aProvider.catalogue === null ? {} : { status: { catalogue: aProvider.catalogue } }),
};
const around: Surroundings = {
  providers: [provider],
  windows: ["nights"],
  pools: ["web"],
  serverVersion: "v1.36.3",
};
const ann: Asker = { by: "ann", suffix: "x7k2p" };

function sightOf(wishes: Partial<Snapshot> = {}): Sight {
  const machines = wishes.machines ?? ["web-1", "web-2"].map((name) => aMachine({ name }));
  return { ...aSnapshot({ machines, pool: wishes.pool ?? aPool({ replicas: 2 }) }), elsewhere: null };
}

type Wishes = Parameters<typeof aPool>[0];

function changed(wishes: Wishes, by: Asker | null = null): Answer {
  const spec: PoolSpec = aPool({ replicas: 2, ...wishes }).spec;
  return modify(sightOf(), { spec, around, sync: by }, noon);
}

const reaches: readonly (readonly [what: string, wishes: Wishes, reach: EffectKind])[] = [
  ["A label", { template: { nodeLabels: { team: "web" } } }, "ReachesBySync"],
  ["A taint", { template: { taints: [{ key: "a", effect: "NoSchedule" }] } }, "ReachesBySync"],
  ["A tag", { template: { instanceTags: { cost: "1" } } }, "ReachesBySync"],
  [
    "An older image",
    { template: { image: { family: "AlibabaCloudLinux", version: "3.0" } } },
    "ReachesByUpgrade",
  ],
  ["A larger system disk", { template: { systemDisk: { sizeGiB: 80 } } }, "ReachesByUpgrade"],
  ["Another zone", { template: { zones: ["cn-hangzhou-b"] } }, "ReachesNewNodes"],
  ["Another type", { template: { instanceTypes: ["ecs.g7.large"] } }, "ReachesNewNodes"],
  ["Auto upgrade", { management: { autoUpgrade: true } }, "ReachesAtOnce"],
  ["A longer drain", { drain: { timeoutSeconds: 3600 } }, "ReachesAtOnce"],
];

for (const [what, wishes, reach] of reaches) {
  test(`${what} is felt as ${reach}`, () => {
    const answer = changed(wishes);
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.equal(answer.effects.filter(({ kind }) => kind === reach).length, 1);
    assert.equal(answer.effects.filter(({ kind }) => kind.startsWith("Reaches")).length, 1);
  });
}

test("What makes nodes outdated names them, for an upgrade", () => {
  const answer = changed({ template: { image: { family: "AlibabaCloudLinux", version: "3.0" } } });
  assert.ok(answer.ok);
  const outdated = answer.effects.find(({ kind }) => kind === "OutdatesNodes");
  assert.equal(outdated?.facts["count"], 2);
  assert.equal(outdated?.facts["image"], "AlibabaCloudLinux 3.0");
});

test("Naming the version that the nodes have already outdates none", () => {
  const answer = changed({ template: { kubernetesVersion: "v1.36.3" } });
  assert.ok(answer.ok);
  assert.equal(
    answer.effects.find(({ kind }) => kind === "OutdatesNodes"),
    undefined,
  );
});

test("Only the fields that differ are written", () => {
  const answer = changed({ template: { nodeLabels: { team: "web" } } });
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Patch");
  assert.deepEqual(change.body, { spec: { template: { nodeLabels: { team: "web" } } } });
});

test("A first label is named by its key, and so is where it is felt", () => {
  const answer = changed({ template: { nodeLabels: { team: "shop" } } });
  assert.ok(answer.ok);
  assert.deepEqual(
    answer.effects.map(({ kind, facts }) => [kind, facts]),
    [
      ["ChangesField", { field: "template.nodeLabels.team", have: "none", wanted: "shop" }],
      ["ReachesBySync", { field: "template.nodeLabels.team" }],
    ],
  );
});

test("A sync with the change brings it to the existing nodes, in one operation", () => {
  const answer = changed({ template: { nodeLabels: { team: "web" } } }, ann);
  assert.ok(answer.ok);
  const [patch, create] = answer.changes;
  assert.ok(patch?.kind === "Patch" && create?.kind === "Create");
  assert.equal(create.object.metadata.name, "web-syncattributes-x7k2p");
  const kinds = answer.effects.map(({ kind }) => kind);
  assert.ok(kinds.includes("SyncsNodes"));
  assert.ok(!kinds.includes("ReachesBySync"));
});

test("The same settings are nothing to do", () => {
  const answer = changed({});
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "NothingToDo");
});

test("An unknown zone is refused in a change as in a new pool", () => {
  const answer = changed({ template: { zones: ["moon"] } });
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "UnknownZone");
});

test("A lower count in the settings asks, as scaling does", () => {
  const answer = changed({ replicas: 1 });
  assert.ok(answer.ok);
  assert.deepEqual(answer.friction, { kind: "Ask" });
  assert.ok(answer.effects.some(({ kind }) => kind === "ReleasesInstances"));
});

test("A sync alone takes the machines that differ from the template", () => {
  const labels = { nodeLabels: { team: "web" } };
  const machines = [aMachine({ name: "web-1", spec: { attributes: labels } }), aMachine({ name: "web-2" })];
  const answer = sync(sightOf({ machines, pool: aPool({ replicas: 2, template: labels }) }), ann, noon);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Create" && "targets" in change.object.spec);
  assert.deepEqual(
    change.object.spec.targets.map(({ machine }) => machine),
    ["web-2"],
  );
});

test("A sync of nodes that carry everything already is nothing to do", () => {
  const answer = sync(sightOf(), ann, noon);
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.reason, "NothingToDo");
});

const template = {
  nodeLabels: { team: "old" },
  systemDisk: { sizeGiB: 40 },
  chargeType: "PayAsYouGo" as const,
};
const revisions = [
  {
    number: 1,
    hash: "a",
    recordedTime: "2026-06-01T00:00:00Z",
    template: { ...template, unschedulable: false },
  },
  { number: 2, hash: "b", recordedTime: "2026-06-02T00:00:00Z", template: {} },
];

test("A rollback writes the template of the revision, and nothing but the template", () => {
  const pool = aPool({
    replicas: 2,
    template: { nodeLabels: { team: "new" } },
    status: { revisions, revision: 2 },
  });
  const answer = rollback(sightOf({ pool }), { revision: 1, around }, noon);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Patch");
  assert.deepEqual(change.body, { spec: { template: { nodeLabels: { team: "old" } } } });
});

test("A rollback to a revision without a field takes the field away", () => {
  const pool = aPool({
    replicas: 2,
    template: { zones: ["cn-hangzhou-a"] },
    status: { revisions, revision: 2 },
  });
  const answer = rollback(sightOf({ pool }), { revision: 2, around }, noon);
  assert.ok(answer.ok);
  const [change] = answer.changes;
  assert.ok(change?.kind === "Patch");
  assert.deepEqual(change.body, { spec: { template: { zones: null } } });
});

test("A revision that is not recorded is refused, naming those that are", () => {
  const pool = aPool({ replicas: 2, status: { revisions, revision: 2 } });
  const answer = rollback(sightOf({ pool }), { revision: 9, around }, noon);
  assert.ok(!answer.ok);
  assert.deepEqual(answer.refusal, {
    reason: "RevisionUnknown",
    facts: { pool: "web", wanted: 9, valid: "1, 2" },
  });
});

test("A pool is paused and resumed by one field", () => {
  const paused = pausePool(aPool(), true);
  const again = pausePool(aPool({ paused: true }), true);
  assert.ok(paused.ok && !again.ok);
  const [change] = paused.changes;
  assert.ok(change?.kind === "Patch");
  assert.deepEqual(change.body, { spec: { paused: true } });
  assert.equal(again.refusal.reason, "NothingToDo");
});
