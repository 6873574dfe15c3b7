/** Pods as simulated kubelets run them: start, readiness, termination, and what boots and faults do to them. */
import assert from "node:assert/strict";
import test from "node:test";
import { isPortError } from "../../ports/errors.ts";
import type { PodObject } from "../../schema/kubernetes.ts";
import { aWorld, conditionOf } from "./testing.ts";

const at = { namespace: "default", name: "p" };
const isGone = (error: unknown) => isPortError(error, "NotFound");

function containerOf(pod: PodObject) {
  const { containerStatuses = [] } = pod.status as {
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
  return containerStatuses[0];
}

test("a bound pod runs and is ready after a moment, and looks like a running pod", async () => {
  const { clock, cloud, join, createPod, pod, lines } = aWorld();
  const { id, name } = await join();
  await createPod(name, "p");
  assert.equal((await pod("p")).status?.phase, "Pending");
  await clock.advance(2_000);
  const running = await pod("p");
  assert.equal(running.status?.phase, "Running");
  for (const type of ["Ready", "ContainersReady", "Initialized"]) {
    assert.equal(conditionOf(running, type), "True", type);
  }
  const { hostIP, podIP, startTime } = running.status as Readonly<Record<string, unknown>>;
  assert.equal(hostIP, cloud.get(id)?.address);
  assert.match(String(podIP), /^10\.\d+\.\d+\.\d+$/);
  assert.ok(startTime);
  assert.equal(containerOf(running)?.ready, true);
  assert.deepEqual(lines, []);
});

test("a pod bound before its kubelet joins is run when it joins", async () => {
  const { clock, cloud, join, createPod, pod } = aWorld();
  const { id, name } = await join();
  await cloud.calls.stop(id);
  await clock.advance(5_000);
  await createPod(name, "p");
  await clock.advance(60_000);
  assert.equal((await pod("p")).status?.phase, "Pending");
  await cloud.calls.start(id);
  await clock.advance(27_000);
  assert.equal((await pod("p")).status?.phase, "Running");
});

test("a pod that is slow to be ready runs first", async () => {
  const { clock, join, createPod, pod } = aWorld();
  const { name } = await join();
  await createPod(name, "p", { "poolkeeper.dev/sim-ready-seconds": "30" });
  await clock.advance(20_000);
  assert.equal((await pod("p")).status?.phase, "Running");
  assert.equal(conditionOf(await pod("p"), "Ready"), "False");
  await clock.advance(15_000);
  assert.equal(conditionOf(await pod("p"), "Ready"), "True");
  assert.equal(containerOf(await pod("p"))?.ready, true);
});

const terminations = [
  ["two seconds where nothing else is said", {}, 30, 2_000],
  ["as long as the pod takes", { "poolkeeper.dev/sim-termination-seconds": "10" }, 30, 10_000],
  ["its grace and no longer", { "poolkeeper.dev/sim-termination-seconds": "600" }, 30, 30_000],
  ["a shorter grace", { "poolkeeper.dev/sim-termination-seconds": "600" }, 5, 5_000],
  [
    "the usual time where the annotation is nonsense",
    { "poolkeeper.dev/sim-termination-seconds": "x" },
    30,
    2_000,
  ],
] as const;
for (const [what, annotations, gracePeriodSeconds, ms] of terminations) {
  test(`a deleted pod ends after ${what}`, async () => {
    const { clock, kube, join, createPod, pod } = aWorld();
    const { name } = await join();
    await createPod(name, "p", annotations);
    await clock.advance(5_000);
    await kube.delete("Pod", at, { gracePeriodSeconds });
    await clock.advance(ms - 1_000);
    assert.ok((await pod("p")).metadata.deletionTimestamp !== undefined);
    await clock.advance(1_100);
    await assert.rejects(pod("p"), isGone);
  });
}

test("a pod deleted before it started goes at once", async () => {
  const { clock, kube, join, createPod, pod } = aWorld();
  const { name } = await join();
  await createPod(name, "p", { "poolkeeper.dev/sim-termination-seconds": "25" });
  await kube.delete("Pod", at);
  await clock.advance(10);
  await assert.rejects(pod("p"), isGone);
});

test("a later pod of the same name is left alone", async () => {
  const { clock, kube, join, createPod, pod } = aWorld();
  const { name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  await kube.delete("Pod", at, { gracePeriodSeconds: 30 });
  await kube.delete("Pod", at, { gracePeriodSeconds: 0 });
  await createPod(name, "p");
  await clock.advance(40_000);
  assert.equal((await pod("p")).status?.phase, "Running");
});

test("a pod with a finalizer is ended once and waits for whoever holds it", async () => {
  const { clock, kube, join, createPod, pod } = aWorld();
  const { name } = await join();
  await createPod(name, "p");
  await kube.patch("Pod", at, { type: "merge", body: { metadata: { finalizers: ["example.com/hold"] } } });
  await clock.advance(5_000);
  await kube.delete("Pod", at);
  await clock.advance(60_000);
  assert.equal((await pod("p")).metadata.deletionGracePeriodSeconds, 0);
  await kube.patch("Pod", at, { type: "merge", body: { metadata: { finalizers: null } } });
  await assert.rejects(pod("p"), isGone);
});

test("pods of a stopped instance stay as they are", async () => {
  const { clock, kube, cloud, join, createPod, pod } = aWorld();
  const { id, name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  await cloud.calls.stop(id);
  await kube.delete("Pod", at);
  await clock.advance(600_000);
  assert.equal((await pod("p")).status?.phase, "Running");
  assert.ok((await pod("p")).metadata.deletionTimestamp !== undefined);
});

test("a boot restarts the pods that are to live and ends those that are not", async () => {
  const { clock, kube, cloud, join, createPod, pod } = aWorld();
  const { id, name } = await join();
  await createPod(name, "p");
  await createPod(name, "doomed", { "poolkeeper.dev/sim-termination-seconds": "3600" });
  await clock.advance(5_000);
  await kube.delete("Pod", { namespace: "default", name: "doomed" }, { gracePeriodSeconds: 3600 });
  let wasUnready = false;
  await cloud.calls.reboot(id);
  for (let second = 0; second < 30; second++) {
    await clock.advance(1_000);
    wasUnready ||= conditionOf(await pod("p"), "Ready") === "False";
  }
  assert.ok(wasUnready, "it was not ready in between");
  assert.equal(conditionOf(await pod("p"), "Ready"), "True");
  assert.equal(containerOf(await pod("p"))?.restartCount, 1);
  await assert.rejects(pod("doomed"), isGone);
});

test("pods outlive a new system disk", async () => {
  const { clock, join, createPod, pod, replaceDisk } = aWorld();
  const { id, name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  const { uid } = (await pod("p")).metadata;
  await replaceDisk(id);
  await clock.advance(5_000);
  assert.equal((await pod("p")).metadata.uid, uid);
  assert.equal(conditionOf(await pod("p"), "Ready"), "True");
});

test("a restart of the kubelet alone does not touch its pods", async () => {
  const { clock, cloud, join, createPod, pod } = aWorld();
  const { id, name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  const before = await pod("p");
  await cloud.calls.restartService(id, "kubelet");
  await clock.advance(30_000);
  assert.equal((await pod("p")).metadata.resourceVersion, before.metadata.resourceVersion);
});

test("a stopped kubelet ends nothing, and catches up when it is healed", async () => {
  const { clock, kube, cloud, join, createPod, pod } = aWorld();
  const { id, name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  cloud.inject({ kind: "GuestFault", instanceId: id, fault: { kind: "KubeletStopped", healsOn: "Restart" } });
  await createPod(name, "q");
  await kube.delete("Pod", at);
  await clock.advance(120_000);
  assert.ok(await pod("p"));
  assert.equal((await pod("q")).status?.phase, "Pending");
  await cloud.calls.restartService(id, "kubelet");
  await clock.advance(5_000);
  await assert.rejects(pod("p"), isGone);
  assert.equal((await pod("q")).status?.phase, "Running");
});

test("a hung runtime starts and ends nothing", async () => {
  const { clock, kube, cloud, join, createPod, pod } = aWorld();
  const { id, name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  await createPod(name, "q");
  await kube.delete("Pod", at);
  cloud.inject({ kind: "GuestFault", instanceId: id, fault: { kind: "RuntimeHung", healsOn: "Restart" } });
  await clock.advance(120_000);
  assert.ok(await pod("p"));
  assert.equal((await pod("q")).status?.phase, "Pending");
  await cloud.calls.restartService(id, "containerd");
  await clock.advance(5_000);
  await assert.rejects(pod("p"), isGone);
  assert.equal((await pod("q")).status?.phase, "Running");
});

test("a pod that others called unready is ready again while its kubelet lives", async () => {
  const { clock, kube, join, createPod, pod } = aWorld();
  const { name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  const conditions = (await pod("p")).status?.conditions?.map((condition) =>
    condition.type === "Ready" ? { ...condition, status: "False" } : condition,
  );
  const body = { status: { conditions } };
  await kube.patch("Pod", at, { type: "merge", subresource: "status", body });
  await clock.advance(3_000);
  assert.equal(conditionOf(await pod("p"), "Ready"), "True");
});

test("steps that were under way when the kubelets stopped are taken by the next ones", async () => {
  const { clock, kube, join, createPod, pod, kubelets, newKubelets } = aWorld();
  const { name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  await kube.delete("Pod", at);
  await createPod(name, "q");
  await kubelets.stop();
  await clock.advance(60_000);
  assert.ok(await pod("p"));
  newKubelets().start();
  await clock.advance(2_000);
  await assert.rejects(pod("p"), isGone);
  assert.equal((await pod("q")).status?.phase, "Running");
});

test("a stale view delays a kubelet and does not mislead it", async () => {
  const { clock, cache, kube, join, createPod, pod, lines } = aWorld();
  const { name } = await join();
  await createPod(name, "p");
  cache.hold();
  await clock.advance(30_000);
  await kube.delete("Pod", at, { gracePeriodSeconds: 0 });
  await createPod(name, "p");
  await clock.advance(30_000);
  cache.release();
  await clock.advance(5_000);
  assert.equal((await pod("p")).status?.phase, "Running");
  assert.deepEqual(lines, []);
});
