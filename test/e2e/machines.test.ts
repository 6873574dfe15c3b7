/**
 * The life of pools on real machines, told with stock kubectl and the command line only: QEMU, real kernels, containerd and
 * kubelets. Two nodes and a workload under a budget, a third node, a clone, an upgrade in whose middle Poolkeeper is killed,
 * a QEMU that is killed, a kubelet that is stopped, a removal, and nothing left at the end. What it measures is told, not judged.
 */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { type Image, imagesDir, listImages } from "../../src/image/manifest.ts";
import { realClock } from "../../src/ports/clock.ts";
import type { NodeObject } from "../../src/schema/kubernetes.ts";
import type { ManagedMachineObject } from "../../src/schema/machine.ts";
import type { NodeOperationObject } from "../../src/schema/operation.ts";
import { kubernetesVersion } from "../../src/start/binaries.ts";
import { noQemu } from "../local/testing.ts";
import { type MachineHost, machineHostOf } from "./machine-host.ts";
import { budgetOf, isActive, machinesOf, nodesOf, operationsOf, poolNamed, readiness } from "./objects.ts";
import { createRig, namespace, type Rig, type Server } from "./rig.ts";
import { type Health, watchHealth } from "./watch.ts";

/** A file to which all commands and what they print are added, for the documentation. */
const transcript = process.env["POOLKEEPER_TRANSCRIPT"] ?? null;
const oldVersion = "v1.35.4";
/** Few: each costs an emulated node dear, and two show a budget as well as twenty do. */
const [pods, minAvailable] = [2, 1];
/** Emulated machines on a busy host: a limit that is reached means that it will never be. */
const patienceMs = 25 * 60_000;
const sure = ["--yes", "--wait"] as const;

const skip = noQemu || (await whyNoImages());

async function imageWith(kubelet: string): Promise<Image | undefined> {
  const { images } = await listImages(imagesDir(process.env));
  return images.findLast(
    ({ manifest }) => manifest.kind === "Node" && manifest.kubernetesVersion === kubelet,
  );
}

async function whyNoImages(): Promise<string | false> {
  for (const version of [oldVersion, kubernetesVersion]) {
    if ((await imageWith(version)) !== undefined) continue;
    return `there is no node image with kubelet ${version}: bin/poolkeeper image build --kubernetes-version ${version}`;
  }
  return false;
}

async function imageName(kubelet: string): Promise<string> {
  const image = await imageWith(kubelet);
  assert(image !== undefined);
  return `${image.manifest.family}:${image.manifest.version}`;
}

interface Stage {
  readonly t: TestContext;
  readonly rig: Rig;
  readonly host: MachineHost;
  readonly start: () => Server;
}

test("real machines are made, used, added to, upgraded, broken, healed, removed and gone without a trace", {
  skip,
}, async (t) => {
  const rig = await createRig(t, transcript);
  const host = machineHostOf(rig.dataDir, "local");
  t.after(host.end);
  const start = (): Server =>
    rig.start("--cluster", "local", "--provider", "local", "--data-dir", rig.dataDir, "--port", "0");
  const stage: Stage = { t, rig, host, start };
  const server = start();
  await server.ready();

  await bringsUpTwo(stage);
  const healths = [await runsWorkload(stage)];
  await growsAndIsCloned(stage);
  healths.push(await isUpgradedAndSurvivesKills(stage, server));
  await kubeletIsHealed(stage);
  await qemuWasHealed(stage);
  await isRemoved(stage);
  for (const health of healths) health.end();
  await everythingGoes(stage);

  assert.ok(
    healths.every((health) => health.seen() > 0),
    "the watches have seen pods move",
  );
  for (const health of healths) {
    assert.ok(
      health.fewestReady() >= minAvailable,
      `only ${health.fewestReady()} pods were ready at one time`,
    );
    assert.deepEqual(health.violations, []);
  }
});

async function bringsUpTwo({ t, rig, host }: Stage): Promise<void> {
  const opened = new Date(Date.now() - 3_600_000).toISOString().slice(11, 16);
  const times = `--days daily --start ${opened} --hours 24 --time-zone UTC`.split(" ");
  await rig.pk("create", "window", "daily", ...times);
  const settings = `--provider local --nodes 2 --data-disk data:1:delete --window daily --soak 5s`.split(" ");
  await rig.pk("create", "pool", "web", ...settings, "--image", await imageName(oldVersion), ...sure);
  await isActive(rig, "web");
  await rig.kubectl("get", "nodes", "-o", "wide");
  const nodes = await nodesOf(rig, "web");
  assert.equal(nodes.length, 2);
  for (const node of nodes) assertReal(node, oldVersion);
  for (const machine of await machinesOf(rig, "web")) {
    const { metadata, status } = machine;
    tell(t, `boot to Ready, ${metadata.name}`, between(metadata["creationTimestamp"], status?.joinedTime));
  }
  assert.deepEqual(await tokens(rig), [], "the secrets of the joins are gone");
  assert.equal(host.pids().size, 2);
}

function assertReal(node: NodeObject, kubelet: string): void {
  const info = node.status?.nodeInfo as Readonly<Record<string, string>> | undefined;
  const { kernelVersion, kubeletVersion, containerRuntimeVersion, osImage } = info ?? {};
  assert.match(kernelVersion ?? "", /^\d+\.\d+\.\d+-.*cloud/);
  assert.equal(kubeletVersion, kubelet);
  assert.match(containerRuntimeVersion ?? "", /^containerd:\/\/\d/);
  assert.match(osImage ?? "", /^Debian GNU\/Linux 12/);
  assert.equal(readiness(node), "True");
  assert.equal(node.spec?.unschedulable, undefined);
}

/** The workload that the image carries, so that nothing is pulled. It answers when it is ready. */
function shop(): readonly object[] {
  const labels = { app: "shop" };
  const spread = { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" };
  const container = {
    name: "shop",
    image: "poolkeeper.dev/workload:1",
    imagePullPolicy: "Never",
    resources: { requests: { cpu: "50m" } },
    readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 5, timeoutSeconds: 20 },
  };
  const spec = {
    dnsPolicy: "Default",
    containers: [container],
    topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: labels } }],
  };
  const selector = { matchLabels: labels };
  const template = { metadata: { labels }, spec };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop" },
      spec: { replicas: pods, selector, template },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "shop" },
      spec: { minAvailable, selector },
    },
  ];
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly nodeName: string };
  }[];
}

async function runsWorkload({ t, rig, host }: Stage): Promise<Health> {
  await rig.apply("shop.yaml", ...shop());
  await rig.kubectl("wait", "deployment/shop", "--for=condition=Available", "--timeout=8m");
  const health = await budgetIsWatched(rig);
  await rig.kubectl("get", "pods", "-o", "wide");
  const { items } = (await rig.get("pods", "-l", "app=shop")) as PodList;
  const byNode = new Map(items.map(({ metadata, spec }) => [spec.nodeName, metadata.name]));
  assert.deepEqual([...byNode.keys()].toSorted(), (await nodesOf(rig, "web")).map(nameOf).toSorted());
  for (const pod of byNode.values()) {
    assert.match(
      await rig.kubectl("logs", pod, "--tail=3"),
      new RegExp(`${pod} (serves on port|has served)`),
    );
    assert.equal(await rig.kubectl("exec", pod, "--", "hostname"), `${pod}\n`);
    const [, address] = await rig.follow(
      ["port-forward", `pod/${pod}`, ":8080"],
      /Forwarding from (127\.0\.0\.1:\d+)/,
    );
    assert.equal(await (await fetch(`http://${address}/`)).text(), `${pod}\n`);
  }
  for (const id of host.pids().keys())
    t.diagnostic(`memory of the host for ${id}: ${host.memoryMiB(id)} MiB`);
  return health;
}

/** A watch sees nothing while the API server is away, and does not come back by itself. */
async function budgetIsWatched(rig: Rig): Promise<Health> {
  const health = await watchHealth(rig, "shop");
  await rig.eventually(
    "the budget counts all pods",
    async () => (await budgetOf(rig, "shop")) === `${pods} ${minAvailable}`,
    patienceMs,
  );
  await health.begin(pods);
  return health;
}

async function growsAndIsCloned({ t, rig }: Stage): Promise<void> {
  const beganAt = realClock.monotonic();
  const [newest] = [await imageName(kubernetesVersion)];
  const taint = ["--taint", "team=api:NoSchedule"];
  await together(
    rig.pk("scale", "web", "--add", "1", ...sure),
    rig.pk("clone", "web", "api", "--nodes", "1", "--image", newest, ...taint, ...sure),
  );
  tell(t, "one more node and a clone with one, at once", since(beganAt));
  assert.equal((await nodesOf(rig, "web")).length, 3);
  const [node, ...others] = await nodesOf(rig, "api");
  assert(node !== undefined && others.length === 0);
  assertReal(node, kubernetesVersion);
  const taints = node.spec?.taints?.map(({ key, value, effect }) => `${key}=${value}:${effect}`);
  assert.ok(taints?.includes("team=api:NoSchedule"), "the node has the taint that the clone was given");
}

/**
 * Poolkeeper is killed while the first disk is replaced, and goes on after a new start. Then the one machine of the other
 * pool dies; its repair needs some minutes of evidence, in which the upgrade goes on.
 */
async function isUpgradedAndSurvivesKills(stage: Stage, server: Server): Promise<Health> {
  const { t, rig, host } = stage;
  const before = await pictureOf(stage);
  const make = "mkfs.ext4 -q -L data /dev/vdc && mount /dev/vdc /mnt && echo kept > /mnt/file && umount /mnt";
  for (const { id } of before) await host.inGuest(id, `${make} && echo lost > /var/tmp/file && sync`);
  const target = await imageName(kubernetesVersion);
  await rig.pk("upgrade", "plan", "web", "--image", target);
  const beganAt = realClock.monotonic();
  const killed = await killsAtTheDisk(stage, server, ["upgrade", "start", "web", "--image", target, "--yes"]);
  const startedAt = realClock.monotonic();
  await stage.start().ready();
  tell(
    t,
    `Poolkeeper and its control plane ready again, after a kill in the middle of ${killed}`,
    since(startedAt),
  );
  const health = await budgetIsWatched(rig);
  await qemuIsKilled(stage);

  await operationsEnd(rig, "web");
  tell(t, "upgrade of three nodes with one kill of Poolkeeper", since(beganAt));
  for (const operation of await operationsOf(rig, "web")) tellSteps(t, operation);
  await isActive(rig, "web");
  await rig.kubectl("get", "nodes", "-o", "wide");
  for (const node of await nodesOf(rig, "web")) assertReal(node, kubernetesVersion);
  const after = await pictureOf(stage);
  assert.deepEqual(after.map(stays), before.map(stays), "the same nodes on the same instances");
  for (const [index, { id, disks }] of after.entries()) {
    assert.equal(
      disks.length,
      2,
      "a system disk and a data disk, and none of an attempt that was interrupted",
    );
    const kept = disks.filter((disk) => before[index]?.disks.includes(disk));
    assert.equal(kept.length, 1, "the data disk is the same, the system disk is not");
    assert.equal(await host.inGuest(id, "mount LABEL=data /mnt && cat /mnt/file && umount /mnt"), "kept");
    assert.equal(await host.inGuest(id, "test -e /var/tmp/file || echo gone"), "gone");
  }
  return health;
}

interface Seen {
  readonly id: string;
  readonly node: string;
  readonly nodeUid: string;
  readonly disks: readonly string[];
}

async function pictureOf({ rig, host }: Stage): Promise<readonly Seen[]> {
  const nodes = new Map((await nodesOf(rig, "web")).map((node) => [node.metadata.name, node.metadata.uid]));
  return (await machinesOf(rig, "web"))
    .map(instanceOf)
    .map(({ id, node }) => ({ id, node, nodeUid: nodes.get(node) ?? "", disks: host.disksOf(id) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function stays({ id, node, nodeUid }: Seen): string {
  return `${id} ${node} ${nodeUid}`;
}

/** Kills in the moment in which the first disk replacement is written down; says of which machine. */
async function killsAtTheDisk({ rig }: Stage, server: Server, command: readonly string[]): Promise<string> {
  let at = "";
  const columns = '{.metadata.name}{" "}{.status.operation.step}{"\\n"}';
  await rig.watch(["get", "mm", "-n", namespace, "-w", "-o", `jsonpath=${columns}`], (line) => {
    if (at !== "" || !line.endsWith(" ReplaceDisk")) return;
    at = line;
    server.kill("SIGKILL");
  });
  await rig.pk(...command);
  await rig.eventually("the first system disk is about to be replaced", async () => at !== "", patienceMs);
  await server.exited;
  return at;
}

async function qemuIsKilled({ rig, host }: Stage): Promise<void> {
  const [machine] = await machinesOf(rig, "api");
  assert(machine !== undefined);
  const pid = host.pids().get(instanceOf(machine).id);
  assert(pid !== undefined);
  process.kill(pid, "SIGKILL");
}

async function qemuWasHealed({ t, rig, host }: Stage): Promise<void> {
  const repair = await repairOf(rig, "api", "Reboot");
  tell(
    t,
    "repair of a killed QEMU",
    between(repair.metadata["creationTimestamp"], repair.status?.finishedTime),
  );
  tellSteps(t, repair);
  await isActive(rig, "api");
  const [node] = await nodesOf(rig, "api");
  assert(node !== undefined);
  assertReal(node, kubernetesVersion);
  assert.equal(host.pids().size, 4);
}

async function kubeletIsHealed({ t, rig, host }: Stage): Promise<void> {
  const [machine] = await machinesOf(rig, "web");
  assert(machine !== undefined);
  const { id, node: name } = instanceOf(machine);
  const stoppedAt = realClock.monotonic();
  await host.inGuest(id, "systemctl stop kubelet");
  await rig.eventually("the node is not Ready", async () => readiness(await nodeNamed(rig, name)) !== "True");
  tell(t, "a stopped kubelet is seen", since(stoppedAt));
  await rig.kubectl("get", "nodes");
  await repairOf(rig, "web", "RestartService");
  tell(t, "a stopped kubelet is healed", since(stoppedAt));
  await rig.pk("repair", "list");
  assertReal(await nodeNamed(rig, name), kubernetesVersion);
  assert.equal(await host.inGuest(id, "systemctl is-active kubelet"), "active");
}

async function nodeNamed(rig: Rig, name: string): Promise<NodeObject> {
  return (await rig.get("node", name)) as NodeObject;
}

/** The one repair of the pool, once it has helped. The first rung that fits must be enough. */
async function repairOf(rig: Rig, pool: string, rung: string): Promise<NodeOperationObject> {
  const repairs = async () => (await operationsOf(rig, pool)).filter(({ spec }) => spec.kind === "Repair");
  const ended = async () =>
    (await repairs()).find(({ status }) => status?.finishedTime !== undefined) ?? null;
  const repair = await rig.eventually(`the sick node of ${pool} is repaired`, ended, patienceMs);
  assert.equal(repair.status?.phase, "Succeeded", repair.status?.message);
  assert.deepEqual(
    (await repairs()).map(({ spec }) => spec.options.rung),
    [rung],
  );
  return repair;
}

async function isRemoved({ t, rig, host }: Stage): Promise<void> {
  const [machine] = await machinesOf(rig, "web");
  assert(machine !== undefined);
  const { id, node } = instanceOf(machine);
  assert.notDeepEqual(host.filesOf(id), []);
  const beganAt = realClock.monotonic();
  await rig.pk("remove", node, "--drain", "--release", ...sure);
  tell(t, "removal with a drain and release", since(beganAt));
  assert.equal((await poolNamed(rig, "web")).spec.replicas, 2);
  assert.equal((await nodesOf(rig, "web")).length, 2);
  assert.equal(host.pids().has(id), false, "no process of the machine is left");
  assert.deepEqual(host.filesOf(id), [], "no file of the machine is left");
}

async function everythingGoes({ rig, host }: Stage): Promise<void> {
  await rig.kubectl("delete", "-f", "shop.yaml");
  await together(rig.pk("delete", "pool", "web", ...sure), rig.pk("delete", "pool", "api", ...sure));
  assert.equal(await rig.kubectl("get", "nodes"), "");
  assert.deepEqual(await machinesOf(rig, "web"), []);
  assert.deepEqual(await tokens(rig), []);
  // An image is let go a moment after the last machine that lies on it.
  await rig.eventually("nothing is left on the host", async () => {
    assert.deepEqual(host.leftovers(), []);
    return true;
  });
}

async function operationsEnd(rig: Rig, pool: string): Promise<void> {
  const ended = async () =>
    (await operationsOf(rig, pool)).every(({ status }) => status?.finishedTime !== undefined);
  await rig.eventually(`the operations of ${pool} end`, ended, patienceMs);
  for (const { metadata, status } of await operationsOf(rig, pool))
    assert.equal(status?.phase, "Succeeded", `${metadata.name}: ${status?.message}`);
}

async function tokens(rig: Rig): Promise<readonly string[]> {
  const list = await rig.get(
    "secrets",
    "-n",
    "kube-system",
    "--field-selector=type=bootstrap.kubernetes.io/token",
  );
  return (list as { readonly items: readonly NodeObject[] }).items.map(nameOf);
}

function instanceOf({ metadata, status }: ManagedMachineObject): {
  readonly id: string;
  readonly node: string;
} {
  const { instanceId: id, nodeName: node } = status ?? {};
  assert(id !== undefined && node !== undefined, `${metadata.name} has no instance or no node`);
  return { id, node };
}

function nameOf({ metadata }: NodeObject): string {
  return metadata.name;
}

/** Neither is left running when the other fails. */
async function together(...works: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === "rejected") throw result.reason;
}

function tell(t: TestContext, what: string, ms: number): void {
  t.diagnostic(`${what}: ${Math.round(ms / 1000)} s`);
}

/** How long each step of each machine took. */
function tellSteps(t: TestContext, { metadata, status }: NodeOperationObject): void {
  for (const { name, steps = [], finishedTime } of status?.machines ?? []) {
    const ends = [...steps.slice(1).map(({ since: at }) => at), finishedTime];
    const parts = steps.map(({ step, since: at }, index) => `${step} ${between(at, ends[index]) / 1000}`);
    t.diagnostic(`${metadata.name}, ${name}, seconds of each step: ${parts.join(", ")}`);
  }
}

function since(monotonic: number): number {
  return realClock.monotonic() - monotonic;
}

function between(from: string | undefined, to: string | undefined): number {
  return Date.parse(to ?? "") - Date.parse(from ?? "");
}
