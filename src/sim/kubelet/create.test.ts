/** Nodes as kubelets make them: registration, life signs, faults and what heals them. */
import assert from "node:assert/strict";
import test from "node:test";
import { instantOf } from "../../core/time.ts";
import { isPortError } from "../../ports/errors.ts";
import type { NodeObject } from "../../schema/kubernetes.ts";
import { aBootstrap, aRequest } from "../cloud/testing.ts";
import { aWorld, conditionOf } from "./testing.ts";

test("an instance joins as a ready node under its region and id", async () => {
  const { join, node, cloud, lines } = aWorld();
  const { id, name } = await join({
    nodeLabels: { team: "shop" },
    taints: [{ key: "dedicated", value: "shop", effect: "NoSchedule" }],
    unschedulable: true,
  });
  const { metadata, spec, status } = await node(name);
  assert.deepEqual(metadata.labels, {
    team: "shop",
    "poolkeeper.dev/pool": "web",
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "node.kubernetes.io/instance-type": "ecs.g7.large",
    "topology.kubernetes.io/zone": "cn-hangzhou-h",
    "topology.kubernetes.io/region": "cn-hangzhou",
  });
  assert.equal(spec?.providerID, `simulator://cn-hangzhou/${id}`);
  assert.equal(spec.unschedulable, true);
  assert.ok(spec.taints?.some(({ key, value }) => key === "dedicated" && value === "shop"));
  assert.equal(status?.capacity?.["pods"], "110");
  assert.equal(status.addresses?.[0]?.address, cloud.get(id)?.address);
  assert.deepEqual(lines, []);
});

test("a node tells its versions, its boot and its conditions", async () => {
  const { join, node, cloud } = aWorld();
  const { id, name } = await join();
  const found = await node(name);
  const { bootID, kubeletVersion, osImage } = found.status?.nodeInfo ?? {};
  assert.equal(kubeletVersion, "v1.35.2");
  assert.equal(osImage, "AlibabaCloudLinux 3.2104.11");
  assert.equal(bootID, cloud.get(id)?.guest.bootId);
  assert.equal(conditionOf(found, "Ready"), "True");
  for (const type of ["MemoryPressure", "DiskPressure", "PIDPressure"]) {
    assert.equal(conditionOf(found, type), "False", type);
  }
});

test("instances of other systems and architectures say so", async () => {
  const { join, node } = aWorld();
  const image = { family: "Windows", version: "2022" };
  const windows = await node((await join({}, { image })).name);
  assert.equal(windows.metadata.labels?.["kubernetes.io/os"], "windows");
  const arm = await node((await join({}, { instanceType: "ecs.g8y.large" })).name);
  assert.equal(arm.status?.nodeInfo?.architecture, "arm64");
});

test("the lease is renewed in time, belongs to the node, and a dead kubelet renews no more", async () => {
  const { clock, kube, cloud, join, node } = aWorld();
  const { id, name } = await join();
  const lease = () => kube.get("Lease", { namespace: "kube-node-lease", name });
  const ageMs = async () => clock.now() - instantOf((await lease()).spec?.renewTime);
  assert.equal((await lease()).metadata.ownerReferences?.[0]?.uid, (await node(name)).metadata.uid);
  for (let round = 0; round < 30; round++) {
    await clock.advance(7_000);
    assert.ok((await ageMs()) <= 10_500, `${await ageMs()} ms old`);
  }
  cloud.inject({ kind: "GuestFault", instanceId: id, fault: { kind: "KubeletStopped", healsOn: "Restart" } });
  await clock.advance(60_000);
  assert.ok((await ageMs()) >= 50_000);
});

test("the status is posted at least every six minutes, and keeps what others put there", async () => {
  const { clock, kube, join, node } = aWorld();
  const { name } = await join();
  const before = await node(name);
  const network = { type: "NetworkUnavailable", status: "False", reason: "RouteCreated" } as const;
  const conditions = [...(before.status?.conditions ?? []), network];
  await kube.patch(
    "Node",
    { name },
    { type: "merge", subresource: "status", body: { status: { conditions } } },
  );
  const readyOf = ({ status }: NodeObject) => status?.conditions?.find(({ type }) => type === "Ready");
  for (let round = 0; round < 5; round++) {
    await clock.advance(360_000);
    const ageMs = clock.now() - instantOf(readyOf(await node(name))?.lastHeartbeatTime);
    assert.ok(ageMs < 360_000, `${ageMs} ms old in round ${round}`);
  }
  const after = await node(name);
  assert.equal(readyOf(after)?.lastTransitionTime, readyOf(before)?.lastTransitionTime);
  assert.equal(conditionOf(after, "NetworkUnavailable"), "False");
});

test("a live kubelet puts right what somebody else says of its readiness", async () => {
  const { clock, kube, join, node, ready } = aWorld();
  const { name } = await join();
  const conditions = (await node(name)).status?.conditions?.map((condition) =>
    condition.type === "Ready" ? { ...condition, status: "Unknown", reason: "NodeStatusUnknown" } : condition,
  );
  await kube.patch(
    "Node",
    { name },
    { type: "merge", subresource: "status", body: { status: { conditions } } },
  );
  await clock.advance(2_000);
  assert.equal(await ready(name), "True");
});

test("a reboot keeps the node and gives it another boot id", async () => {
  const { clock, cloud, join, node } = aWorld();
  const { id, name } = await join();
  const before = await node(name);
  await cloud.calls.reboot(id);
  await clock.advance(21_000);
  const after = await node(name);
  assert.equal(after.metadata.uid, before.metadata.uid);
  assert.notEqual(after.status?.nodeInfo?.bootID, before.status?.nodeInfo?.bootID);
  assert.equal(after.status?.nodeInfo?.machineID, before.status?.nodeInfo?.machineID);
  assert.equal(after.status?.nodeInfo?.systemUUID, before.status?.nodeInfo?.systemUUID);
});

test("a new system disk keeps the node, its labels, taints and cordon, and brings the new versions", async () => {
  const { kube, join, node, replaceDisk } = aWorld();
  const { id, name } = await join({ taints: [{ key: "dedicated", effect: "NoSchedule" }] });
  const before = await node(name);
  const body = { metadata: { labels: { team: "other" } }, spec: { unschedulable: true, taints: null } };
  await kube.patch("Node", { name }, { type: "merge", body });
  await replaceDisk(id);
  const after = await node(name);
  assert.equal(after.metadata.uid, before.metadata.uid);
  assert.equal(after.metadata.labels?.["team"], "other");
  assert.equal(after.spec?.unschedulable, true);
  assert.equal(after.spec?.taints?.some((taint) => taint.key === "dedicated") ?? false, false);
  assert.equal(after.status?.nodeInfo?.kubeletVersion, "v1.36.3");
  assert.equal(after.status?.nodeInfo?.osImage, "AlibabaCloudLinux 3.2104.12");
  assert.notEqual(after.status?.nodeInfo?.machineID, before.status?.nodeInfo?.machineID);
  assert.equal(conditionOf(after, "Ready"), "True");
});

test("a node that was deleted comes back when its kubelet is restarted, not before", async () => {
  const { clock, kube, cloud, join, node, ready, lines } = aWorld();
  const { id, name } = await join();
  await kube.delete("Node", { name });
  await clock.advance(600_000);
  await assert.rejects(node(name), (error) => isPortError(error, "NotFound"));
  const lease = await kube.get("Lease", { namespace: "kube-node-lease", name });
  assert.ok(clock.now() - instantOf(lease.spec?.renewTime) >= 600_000, "it gives no sign of life");
  assert.match(lines.join("\n"), /was deleted while its kubelet ran/);
  await cloud.calls.restartService(id, "kubelet");
  await clock.advance(2_000);
  assert.equal(await ready(name), "True");
});

test("kubelets that are started again go on with the nodes that are there", async () => {
  const { clock, kube, cloud, join, kubelets, newKubelets, ready, node, lines } = aWorld();
  const { name } = await join();
  const late = await cloud.calls.create("late", aRequest(), aBootstrap());
  await kubelets.stop();
  await clock.advance(300_000);
  newKubelets().start();
  const uid = (await node(name)).metadata.uid;
  await clock.advance(6_000);
  const lease = await kube.get("Lease", { namespace: "kube-node-lease", name });
  assert.ok(clock.now() - instantOf(lease.spec?.renewTime) <= 6_000);
  assert.equal((await node(name)).metadata.uid, uid);
  assert.equal(await ready(`cn-hangzhou.${late.id}`), "True");
  assert.deepEqual(lines, []);
});

test("an instance that has left the cluster is a node no more", async () => {
  const { clock, kube, cloud, join, node } = aWorld();
  const { id, name } = await join();
  await cloud.calls.leave(id);
  await kube.delete("Node", { name });
  await cloud.calls.reboot(id);
  await clock.advance(120_000);
  await assert.rejects(node(name), (error) => isPortError(error, "NotFound"));
});

test("a hung runtime is told by the kubelet itself, and a restart heals it where it should", async () => {
  const { clock, cloud, join, ready } = aWorld();
  const { id, name } = await join();
  cloud.inject({ kind: "GuestFault", instanceId: id, fault: { kind: "RuntimeHung", healsOn: "Restart" } });
  await clock.advance(2_000);
  assert.equal(await ready(name), "False");
  await cloud.calls.restartService(id, "containerd");
  await clock.advance(3_000);
  assert.equal(await ready(name), "True");
});

test("a problem is a condition that is True, and False once healed", async () => {
  const { clock, cloud, join, node } = aWorld();
  const { id, name } = await join();
  const fault = { kind: "Problem", condition: "KernelDeadlock", healsOn: "Reboot" } as const;
  cloud.inject({ kind: "GuestFault", instanceId: id, fault });
  await clock.advance(2_000);
  assert.equal(conditionOf(await node(name), "KernelDeadlock"), "True");
  assert.equal(conditionOf(await node(name), "Ready"), "True");
  await cloud.calls.reboot(id);
  await clock.advance(22_000);
  assert.equal(conditionOf(await node(name), "KernelDeadlock"), "False");
});

test("a kubelet can register never, or with a wrong version", async () => {
  const { cloud, join, node } = aWorld();
  cloud.inject({ kind: "FaultyDisks", times: 1, fault: { kind: "NeverRegisters", healsOn: "Replace" } });
  const never = await join();
  await assert.rejects(node(never.name), (error) => isPortError(error, "NotFound"));
  const wrong = { kind: "WrongVersion", kubernetesVersion: "v1.34.6", healsOn: "Disk" } as const;
  cloud.inject({ kind: "FaultyDisks", times: 1, fault: wrong });
  const { name } = await join();
  assert.equal((await node(name)).status?.nodeInfo?.kubeletVersion, "v1.34.6");
});

test("a flapping node is ready and not, in turns", async () => {
  const { clock, cloud, join, ready } = aWorld();
  const { id, name } = await join();
  const fault = { kind: "Flapping", periodSeconds: 30, healsOn: "Reboot" } as const;
  cloud.inject({ kind: "GuestFault", instanceId: id, fault });
  const seen: (string | undefined)[] = [];
  for (let round = 0; round < 8; round++) {
    await clock.advance(30_000);
    seen.push(await ready(name));
  }
  assert.equal(seen.filter((status) => status === "False").length, 4, seen.join());
});

for (const [text, kind, healsOn] of [
  ["kubelet-stopped", "KubeletStopped", "Restart"],
  ["kubelet-stopped:heals-on=disk", "KubeletStopped", "Disk"],
  ["runtime-hung:heals-on=replace", "RuntimeHung", "Replace"],
  ["kernel-deadlock", "Problem", "Reboot"],
  ["instance-stopped", "InstanceStopped", "Reboot"],
] as const) {
  test(`a person breaks a node with the annotation ${text}`, async () => {
    const { clock, cloud, join, node, annotate, lines } = aWorld();
    const { id, name } = await join();
    await annotate(name, text);
    await clock.advance(1_000);
    const [fault] = cloud.get(id)?.guest.faults ?? [];
    assert.deepEqual([fault?.kind, fault?.healsOn], [kind, healsOn]);
    assert.equal((await node(name)).metadata.annotations?.["poolkeeper.dev/sim-fault"], undefined);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", new RegExp(`${name}: ${text}, as its annotation`));
    await cloud.calls.restartService(id, "kubelet").catch(() => {});
    await annotate(name, text);
    await clock.advance(1_000);
    assert.equal(lines.length, 2, "it can be broken again");
  });
}

test("a person makes an instance vanish, and its kubelet with it", async () => {
  const { clock, kube, cloud, join, node, annotate } = aWorld();
  const { id, name } = await join();
  await annotate(name, "instance-vanished");
  await clock.advance(60_000);
  assert.equal(cloud.get(id), undefined);
  assert.equal((await node(name)).metadata.annotations?.["poolkeeper.dev/sim-fault"], undefined);
  const lease = await kube.get("Lease", { namespace: "kube-node-lease", name });
  assert.ok(clock.now() - instantOf(lease.spec?.renewTime) >= 60_000);
});

test("a mistyped fault does nothing, stays, and is explained", async () => {
  const { clock, cloud, join, node, annotate, lines } = aWorld();
  const { id, name } = await join();
  await annotate(name, "kubelet-stoped");
  await clock.advance(400_000);
  assert.equal(cloud.get(id)?.guest.faults.length, 0);
  assert.equal((await node(name)).metadata.annotations?.["poolkeeper.dev/sim-fault"], "kubelet-stoped");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /kubelet-stoped is no fault; write one of kubelet-stopped, runtime-hung/);
});
