/**
 * The life of a pool on a real kube-apiserver, told with stock kubectl and the command line only: made, grown, cloned,
 * changed, upgraded under a budget, broken and repaired, shrunk, deleted. Kills are in crash.test.ts.
 */
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import test from "node:test";
import type { NodeObject } from "../../src/schema/kubernetes.ts";
import type { InstanceRecord } from "../../src/sim/cloud/model.ts";
import { instancesIn } from "./cloud.ts";
import { budgetOf, isActive, nodesOf, operationsOf, poolNamed, readiness, workload } from "./objects.ts";
import { createRig, type Rig } from "./rig.ts";
import { watchHealth, watchWords } from "./watch.ts";

/** A file to which all commands and what they print are added, for the documentation. */
const transcript = process.env["POOLKEEPER_TRANSCRIPT"] ?? null;
const pods = 20;
const minAvailable = 17;

test("a pool is created, scaled, cloned, changed, upgraded, repaired, shrunk and deleted", async (t) => {
  const rig = await createRig(t, transcript);
  const { dataDir } = rig;
  const server = rig.start("--cluster", "local", "--data-dir", dataDir, "--port", "0");
  await server.ready();
  const words = await watchWords(rig);
  await rig.pk("create", "provider", "cloud", "--simulator", times);

  await rig.pk("create", "pool", "web", ...webSettings, "--yes", "--wait");
  await isActive(rig, "web");
  await rig.kubectl("get", "nodes");
  const firstFive = await nodesOf(rig, "web");
  assert.equal(firstFive.length, 5);
  for (const node of firstFive) {
    assert.match(node.metadata.name, /^cn-hangzhou\.i-[0-9a-z]+$/);
    assert.equal(readiness(node), "True");
  }

  await rig.apply("shop.yaml", ...workload("shop", { pods, minAvailable }));
  const health = await watchHealth(rig, "shop");
  await rig.kubectl("wait", "deployment/shop", "--for=condition=Available", "--timeout=5m");
  await rig.eventually(
    "the budget counts all pods",
    async () => (await budgetOf(rig, "shop")) === `${pods} ${minAvailable}`,
  );
  await health.begin(pods);

  await rig.pk("scale", "web", "--add", "3", "--yes", "--wait");
  assert.equal((await nodesOf(rig, "web")).length, 8);

  await rig.pk("clone", "web", "api", "--nodes", "2", "--taint", "team=api:NoSchedule", "--yes", "--wait");
  const [sick] = await nodesOf(rig, "api");
  assert(sick !== undefined);
  await rig.kubectl(
    "annotate",
    "node",
    sick.metadata.name,
    "poolkeeper.dev/sim-fault=kubelet-stopped:heals-on=restart",
  );

  await rig.pk("set", "web", "labels.team=shop", "tags.cost=42", "--sync", "--yes", "--wait");
  await operationsEnd(rig, "web");
  for (const node of await nodesOf(rig, "web")) assert.equal(node.metadata.labels?.["team"], "shop");
  for (const { tags } of inPool(dataDir, "web")) assert.equal(tags["cost"], "42");

  await upgradesInItsWindow(rig, dataDir);
  await removesTwo(rig, dataDir);
  await isRepaired(rig, sick);

  await rig.pk("set", "api", "taint-", "--sync", "--yes", "--wait");
  await operationsEnd(rig, "api");
  await rig.pk("delete", "pool", "web", "--yes", "--wait");
  await rig.kubectl("get", "pdb");
  assert.equal(await budgetOf(rig, "shop"), `${pods} ${minAvailable}`, "the pods live on in the other pool");
  health.end();
  await rig.kubectl("delete", "-f", "shop.yaml");
  await rig.pk("delete", "pool", "api", "--yes", "--wait");
  assert.equal(await rig.kubectl("get", "nodes"), "");
  assert.deepEqual(inPool(dataDir, ""), [], "no instance is left in the cloud");

  assert.ok(health.seen() > pods, "the watch has seen pods move");
  assert.ok(health.fewestReady() >= minAvailable, `only ${health.fewestReady()} pods were ready at one time`);
  assert.deepEqual(health.violations, []);
  assert.equal(words.of("web").join(" "), wordsOfWeb);
  assert.equal(words.of("api").join(" "), wordsOfApi);
  if (transcript === null) return;
  for (const pool of ["web", "api"]) appendFileSync(transcript, `# ${pool}: ${words.of(pool).join(", ")}\n`);
});

const times =
  "bootSeconds=3,joinSeconds=1,stopSeconds=1,replaceDiskSeconds=2,rebootSeconds=2,releaseSeconds=1,jitterPercent=10";

const oldImage = "AlibabaCloudLinux:3.2104.11";
const newImage = "AlibabaCloudLinux:3.2104.12";

const webSettings =
  `--provider cloud --nodes 5 --image ${oldImage} --data-disk data:40 --max-unavailable 2 --soak 5s`.split(
    " ",
  );

const wordsOfWeb =
  "Initializing Active Scaling Active Updating Active Upgrading Active Removing Active Deleting";
const wordsOfApi = "Initializing Active Degraded Repairing Active Updating Active Deleting";

/** A window that has been open for an hour, whatever the time of day is. */
async function upgradesInItsWindow(rig: Rig, dataDir: string): Promise<void> {
  const opened = new Date(Date.now() - 3_600_000).toISOString().slice(11, 16);
  await rig.pk(
    "create",
    "window",
    "daily",
    "--days",
    "daily",
    "--start",
    opened,
    "--hours",
    "24",
    "--time-zone",
    "UTC",
  );
  await rig.pk("set", "web", "window=daily");
  const before = await nodesOf(rig, "web");
  const instancesBefore = byId(inPool(dataDir, "web"));
  await rig.pk("upgrade", "plan", "web", "--image", newImage);
  await rig.pk("upgrade", "start", "web", "--image", newImage, "--yes", "--wait");
  await operationsEnd(rig, "web");

  const after = await nodesOf(rig, "web");
  assert.deepEqual(after.map(identity), before.map(identity), "the nodes are the same objects");
  for (const node of after) {
    assert.equal(node.status?.nodeInfo?.osImage, "AlibabaCloudLinux 3.2104.12");
    assert.equal(node.spec?.unschedulable, undefined);
    assert.equal(readiness(node), "True");
  }
  const instances = byId(inPool(dataDir, "web"));
  assert.deepEqual([...instances.keys()], [...instancesBefore.keys()], "the instances are the same");
  const disks = new Set([...instancesBefore.values()].map(({ systemDisk }) => systemDisk.id));
  for (const [id, { systemDisk, dataDisks, address }] of instances) {
    assert.ok(!disks.has(systemDisk.id), `${id} has a new system disk`);
    assert.deepEqual(dataDisks, instancesBefore.get(id)?.dataDisks, `${id} has kept its data disk`);
    assert.equal(address, instancesBefore.get(id)?.address);
  }
}

async function removesTwo(rig: Rig, dataDir: string): Promise<void> {
  const [first, second] = await nodesOf(rig, "web");
  assert(first !== undefined && second !== undefined);
  const names = [first.metadata.name, second.metadata.name];
  await rig.pk("remove", ...names, "--drain", "--release", "--yes", "--wait");
  await rig.pk("get", "pools");
  const left = await nodesOf(rig, "web");
  assert.equal(left.length, 6);
  assert.ok(left.every(({ metadata }) => !names.includes(metadata.name)));
  assert.equal((await poolNamed(rig, "web")).spec.replicas, 6, "the expected count fell by two");
  const ids = inPool(dataDir, "web").map(({ id }) => id);
  assert.ok(
    names.every((name) => !ids.includes(name.replace("cn-hangzhou.", ""))),
    "the instances are given back",
  );
}

/** Both kinds of evidence have to last for three minutes first, so this is where the test waits longest. */
async function isRepaired(rig: Rig, sick: NodeObject): Promise<void> {
  const { name, uid } = sick.metadata;
  await rig.eventually(
    "the sick node is repaired",
    async () => {
      const repairs = (await operationsOf(rig, "api")).filter(({ spec }) => spec.kind === "Repair");
      return repairs.some(({ status }) => status?.phase === "Succeeded");
    },
    10 * 60_000,
  );
  await isActive(rig, "api");
  await rig.pk("repair", "list");
  const node = (await nodesOf(rig, "api")).find(({ metadata }) => metadata.name === name);
  assert.equal(node?.metadata.uid, uid);
  assert.equal(node === undefined ? "" : readiness(node), "True");
  const rungs = (await operationsOf(rig, "api")).map(({ spec }) => spec.options.rung);
  assert.deepEqual(rungs, ["RestartService"], "the first rung was enough");
}

async function operationsEnd(rig: Rig, pool: string): Promise<void> {
  await rig.eventually(`the operations of ${pool} end`, async () =>
    (await operationsOf(rig, pool)).every(({ status }) => status?.finishedTime !== undefined),
  );
  for (const { metadata, status } of await operationsOf(rig, pool)) {
    assert.equal(status?.phase, "Succeeded", metadata.name);
  }
}

/** Instances of a pool that exist now; with no name, of every pool. */
function inPool(dataDir: string, pool: string): readonly InstanceRecord[] {
  return [...instancesIn(dataDir, "cloud").values()]
    .filter(({ gone, guest }) => gone === null && (pool === "" || guest.bootstrap.poolName === pool))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function byId(instances: readonly InstanceRecord[]): ReadonlyMap<string, InstanceRecord> {
  return new Map(instances.map((instance) => [instance.id, instance]));
}

function identity({ metadata }: NodeObject): string {
  return `${metadata.name} ${metadata.uid}`;
}
