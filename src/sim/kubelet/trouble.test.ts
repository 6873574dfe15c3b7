/** Kubelets when the API is away, somebody else writes at the same time, or their view is old. */
import assert from "node:assert/strict";
import test from "node:test";
import { isPortError, PortError } from "../../ports/errors.ts";
import { aWorld, conditionOf, type Hook } from "./testing.ts";

const at = { namespace: "default", name: "p" };
const isGone = (error: unknown) => isPortError(error, "NotFound");

/** Runs `act` once, before the next request of that name. */
function once() {
  let waiting: { readonly request: string; readonly act: () => void | Promise<void> } | null = null;
  const hook: Hook = async (request) => {
    if (waiting?.request !== request) return;
    const { act } = waiting;
    waiting = null;
    await act();
  };
  return {
    hook,
    before: (request: string, act: () => void | Promise<void>) => {
      waiting = { request, act };
    },
  };
}

function anOutage() {
  let isDown = false;
  const hook: Hook = () => {
    if (isDown) throw new PortError({ kind: "Unreachable", message: "no API" });
  };
  return { hook, set: (value: boolean) => (isDown = value) };
}

test("everything that fell due while the API was away happens when it is back", async () => {
  const outage = anOutage();
  const { clock, kube, cloud, join, createPod, pod, ready, lines } = aWorld(outage.hook);
  const { id, name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  outage.set(true);
  await kube.delete("Pod", at);
  await createPod(name, "q");
  const fault = { kind: "RuntimeHung", healsOn: "Restart" } as const;
  cloud.inject({ kind: "GuestFault", instanceId: id, fault });
  const late = await join();
  await cloud.calls.restartService(id, "containerd");
  await clock.advance(60_000);
  assert.ok(await pod("p"));
  outage.set(false);
  await clock.advance(8_000);
  await assert.rejects(pod("p"), isGone);
  assert.equal((await pod("q")).status?.phase, "Running");
  assert.equal(await ready(name), "True");
  assert.equal(await ready(late.name), "True");
  assert.deepEqual(lines, []);
});

test("a refusal that will not pass is told once and tried on", async () => {
  let isDenied = true;
  const { clock, join, ready, lines } = aWorld((request) => {
    if (isDenied && request === "create Node")
      throw new PortError({ kind: "Denied", message: "nodes is forbidden" });
  });
  const { name } = await join();
  await clock.advance(60_000);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /nodes is forbidden; trying again/);
  isDenied = false;
  await clock.advance(8_000);
  assert.equal(await ready(name), "True");
});

test("a condition written at the same moment is not overwritten", async () => {
  const { hook, before } = once();
  const { clock, kube, join, node } = aWorld(hook);
  const { name } = await join();
  before("patch Node", async () => {
    const conditions = [
      ...((await node(name)).status?.conditions ?? []),
      { type: "NetworkUnavailable", status: "False" },
    ];
    await kube.patch(
      "Node",
      { name },
      { type: "merge", subresource: "status", body: { status: { conditions } } },
    );
  });
  await clock.advance(400_000);
  assert.equal(conditionOf(await node(name), "NetworkUnavailable"), "False");
});

test("a fault that strikes while a status is on its way is posted next", async () => {
  const { hook, before } = once();
  const { clock, cloud, join, ready, node } = aWorld(hook);
  const { id, name } = await join();
  const problem = { kind: "Problem", condition: "KernelDeadlock", healsOn: "Reboot" } as const;
  cloud.inject({ kind: "GuestFault", instanceId: id, fault: problem });
  before("patch Node", () => {
    const fault = { kind: "RuntimeHung", healsOn: "Restart" } as const;
    cloud.inject({ kind: "GuestFault", instanceId: id, fault });
  });
  await clock.advance(3_000);
  assert.equal(conditionOf(await node(name), "KernelDeadlock"), "True");
  assert.equal(await ready(name), "False");
});

test("a node deleted while no kubelet process ran stays deleted", async () => {
  const { clock, kube, join, node, kubelets, newKubelets } = aWorld();
  const { name } = await join();
  await kubelets.stop();
  await kube.delete("Node", { name });
  newKubelets().start();
  await clock.advance(600_000);
  await assert.rejects(node(name), isGone);
});

test("a fault written while no kubelet process ran strikes when one does", async () => {
  const { clock, cloud, join, annotate, kubelets, newKubelets } = aWorld();
  const { id, name } = await join();
  await kubelets.stop();
  await annotate(name, "kubelet-stopped");
  newKubelets().start();
  await clock.advance(1_000);
  assert.equal(cloud.get(id)?.guest.faults.length, 1);
});

test("stopping waits for the request that is under way", async () => {
  const { hook, before } = once();
  const { clock, join, createPod, pod, kubelets } = aWorld(hook);
  const { name } = await join();
  await createPod(name, "p");
  let send = (): void => {};
  before("patch Pod", () => new Promise((resolve) => (send = resolve)));
  await clock.advance(2_000);
  let hasStopped = false;
  const stopping = kubelets.stop().then(() => (hasStopped = true));
  await clock.advance(10_000);
  assert.equal(hasStopped, false);
  send();
  await stopping;
  assert.equal((await pod("p")).status?.phase, "Running");
});

test("a pod that changes all the time is started all the same", async () => {
  const { clock, kube, join, createPod, pod } = aWorld();
  const { name } = await join();
  await createPod(name, "p");
  for (let round = 0; round < 20; round++) {
    await kube.patch("Pod", at, { type: "merge", body: { metadata: { labels: { round: String(round) } } } });
    await clock.advance(100);
  }
  assert.equal((await pod("p")).status?.phase, "Running");
});

test("an old view takes no new pod for the old one of its name", async () => {
  const { clock, cache, kube, join, createPod, pod } = aWorld();
  const { name } = await join();
  await createPod(name, "p");
  await clock.advance(0);
  cache.hold("Pod");
  await kube.delete("Pod", at, { gracePeriodSeconds: 0 });
  await createPod(name, "p");
  await clock.advance(10_000);
  assert.equal((await pod("p")).status?.phase, "Pending", "not started as the old one");
  cache.release("Pod");
  await clock.advance(5_000);
  assert.equal((await pod("p")).status?.phase, "Running");

  await kube.delete("Pod", at, { gracePeriodSeconds: 30 });
  await clock.advance(0);
  cache.hold("Pod");
  await kube.delete("Pod", at, { gracePeriodSeconds: 0 });
  await createPod(name, "p");
  await clock.advance(10_000);
  assert.ok(await pod("p"), "not ended as the old one");
  cache.release("Pod");
  await clock.advance(10_000);
  assert.equal((await pod("p")).status?.phase, "Running");
});

test("a step that was tried in vain is not taken on a later pod of the same name", async () => {
  const outage = anOutage();
  const { clock, kube, join, createPod, pod } = aWorld(outage.hook);
  const { name } = await join();
  await createPod(name, "p");
  await clock.advance(5_000);
  await kube.delete("Pod", at, { gracePeriodSeconds: 30 });
  outage.set(true);
  await clock.advance(5_000);
  await kube.delete("Pod", at, { gracePeriodSeconds: 0 });
  await createPod(name, "p");
  outage.set(false);
  await clock.advance(20_000);
  assert.equal((await pod("p")).status?.phase, "Running");
});
