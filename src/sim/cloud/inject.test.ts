/** Faults on request and by themselves: what each does, and what heals it. */
import assert from "node:assert/strict";
import test from "node:test";
import { isPortError } from "../../ports/errors.ts";
import { createVirtualClock } from "../clock.ts";
import { type Cloud, type CloudOptions, createCloud } from "./create.ts";
import type { GuestFault } from "./model.ts";
import { aBootstrap, aReplacement, aRequest } from "./testing.ts";

function aCloud(fields: Partial<CloudOptions> = {}) {
  const clock = createVirtualClock(0);
  const base = { clock, region: "cn-hangzhou", settings: { jitterPercent: 0 }, seed: 1 };
  const cloud = createCloud({ ...base, traits: { visibilityMs: 0 }, ...fields });
  const create = (token = "token-1") => cloud.calls.create(token, aRequest(), aBootstrap());
  const running = async (token = "token-1") => {
    const { id } = await create(token);
    await clock.advance(20_000);
    return id;
  };
  return { clock, cloud, create, running };
}

test("a call without an answer may have had its effect or not", async () => {
  const { cloud, create } = aCloud();
  const unanswered = { kind: "FailCalls", call: "create", times: 1, error: "Unknown" } as const;
  cloud.inject({ ...unanswered, effect: "DoesNotHappen" });
  await assert.rejects(create(), (error) => isPortError(error, "Unknown"));
  assert.equal(cloud.instances().length, 0);
  cloud.inject({ ...unanswered, effect: "Happens" });
  await assert.rejects(create(), (error) => isPortError(error, "Unknown"));
  assert.equal(cloud.instances().length, 1);
  assert.equal((await create()).id, cloud.instances()[0]?.id);
});

test("a share of all calls goes unanswered when the cloud is so disposed", async () => {
  const { cloud } = aCloud({ traits: { unansweredShare: 0.5 } });
  const calls = Array.from({ length: 200 }, () => cloud.calls.list("cluster-1"));
  const answers = await Promise.allSettled(calls);
  const lost = answers.filter((answer) => answer.status === "rejected").length;
  assert.ok(lost > 60 && lost < 140, `${lost} of 200`);
});

test("nothing gets through while the API is down", async () => {
  const { clock, cloud, create } = aCloud();
  cloud.inject({ kind: "ApiDown", forMs: 60_000 });
  await assert.rejects(create(), (error) => isPortError(error, "Unreachable"));
  await clock.advance(60_000);
  await create();
});

test("a planned fault that has not struck can be taken back", async () => {
  const { cloud, create } = aCloud();
  const takeBack = cloud.inject({
    kind: "FailCalls",
    call: "create",
    times: 5,
    error: "Denied",
    effect: "DoesNotHappen",
  });
  await assert.rejects(create(), (error) => isPortError(error, "Denied"));
  takeBack();
  await create();
});

test("calls and work can be slow", async () => {
  const { clock, cloud, create, running } = aCloud();
  cloud.inject({ kind: "DelayCalls", call: "create", times: 1, delayMs: 9_000 });
  let answeredAt = 0;
  void create("slow").then(() => {
    answeredAt = clock.now();
  });
  await clock.advance(10_000);
  assert.equal(answeredAt, 9_000);

  const id = await running();
  cloud.inject({ kind: "SlowWork", work: "Stop", times: 1, factor: 10 });
  await cloud.calls.stop(id);
  await clock.advance(49_000);
  assert.equal(cloud.get(id)?.state, "Stopping");
  await clock.advance(1_000);
  assert.equal(cloud.get(id)?.state, "Stopped");
});

test("an instance stopped behind our back can be started", async () => {
  const { clock, cloud, running } = aCloud();
  const id = await running();
  cloud.inject({ kind: "Stop", instanceId: id });
  assert.equal(cloud.get(id)?.state, "Stopped");
  await cloud.calls.start(id);
  await clock.advance(18_000);
  assert.equal(cloud.get(id)?.state, "Running");
});

test("an instance that nothing but a new disk heals goes down again after each start", async () => {
  const { clock, cloud, running } = aCloud();
  const id = await running();
  cloud.inject({
    kind: "GuestFault",
    instanceId: id,
    fault: { kind: "InstanceStopped", healsOn: "Disk" },
  });
  await cloud.calls.start(id);
  await clock.advance(18_000);
  assert.equal(cloud.get(id)?.state, "Stopped");
  await cloud.calls.replaceSystemDisk(id, aReplacement());
  await clock.advance(10_000);
  await cloud.calls.start(id);
  await clock.advance(18_000);
  assert.equal(cloud.get(id)?.state, "Running");
});

test("a host event is announced, carried out, and avoided by a reboot of our own", async () => {
  const { clock, cloud, running } = aCloud();
  const id = await running();
  const bootId = () => cloud.get(id)?.guest.bootId;
  const first = bootId();
  const event = { kind: "HostEvent", instanceId: id, type: "SystemMaintenance.Reboot" } as const;
  cloud.inject({ ...event, inMs: 3_600_000 });
  assert.equal(cloud.get(id)?.hostEvent?.notBefore, clock.now() + 3_600_000);
  await clock.advance(3_620_000);
  assert.notEqual(bootId(), first);
  assert.equal(cloud.get(id)?.hostEvent, null);

  cloud.inject({ ...event, inMs: 3_600_000 });
  await cloud.calls.reboot(id);
  await clock.advance(20_000);
  const second = bootId();
  await clock.advance(7_200_000);
  assert.equal(bootId(), second);
});

test("a host event can take the instance away", async () => {
  const { clock, cloud, running } = aCloud();
  const id = await running();
  cloud.inject({ kind: "HostEvent", instanceId: id, type: "SystemFailure.Delete", inMs: 1_000 });
  await clock.advance(1_000);
  assert.equal(cloud.get(id), undefined);
});

test("lists can leave out an instance that is there", async () => {
  const { clock, cloud, running } = aCloud();
  const id = await running();
  cloud.inject({ kind: "Hide", instanceId: id, forMs: 30_000 });
  assert.equal((await cloud.calls.list("cluster-1")).length, 0);
  await clock.advance(30_000);
  assert.equal((await cloud.calls.list("cluster-1")).length, 1);
});

const remedies = ["Restart", "Reboot", "Disk"] as const;
for (const [index, healsOn] of (["Restart", "Reboot", "Disk", "Replace"] as const).entries()) {
  test(`a fault that heals on ${healsOn} heals on that and on all that is stronger`, async () => {
    const { clock, cloud, running } = aCloud();
    const id = await running();
    const fault: GuestFault = { kind: "KubeletStopped", healsOn };
    const remedy: Readonly<Record<(typeof remedies)[number], () => Promise<void>>> = {
      Restart: () => cloud.calls.restartService(id, "kubelet"),
      Reboot: () => cloud.calls.reboot(id),
      Disk: async () => {
        await cloud.calls.stop(id);
        await clock.advance(5_000);
        await cloud.calls.replaceSystemDisk(id, aReplacement());
        await clock.advance(10_000);
        await cloud.calls.start(id);
      },
    };
    for (const [strength, name] of remedies.entries()) {
      cloud.inject({ kind: "GuestFault", instanceId: id, fault });
      await remedy[name]();
      await clock.advance(20_000);
      assert.equal(cloud.get(id)?.guest.faults.length === 0, strength >= index, name);
    }
  });
}

test("the next disks carry the fault that was planned for them, in new instances and in old ones", async () => {
  const { clock, cloud, create, running } = aCloud();
  const fault: GuestFault = { kind: "NeverRegisters", healsOn: "Replace" };
  cloud.inject({ kind: "FaultyDisks", imageVersion: "3.2104.11", times: 1, fault });
  cloud.inject({ kind: "FaultyDisks", imageVersion: "3.2104.12", times: 1, fault });
  assert.deepEqual((await create("token-1")).guest.faults, [fault]);
  const id = await running("token-2");
  assert.deepEqual(cloud.get(id)?.guest.faults, []);
  await cloud.calls.stop(id);
  await clock.advance(5_000);
  await cloud.calls.replaceSystemDisk(id, aReplacement());
  await clock.advance(10_000);
  assert.deepEqual(cloud.get(id)?.guest.faults, [fault]);
});

test("faults that come by themselves come at their rate", async () => {
  const { clock, cloud, create } = aCloud({ traits: { faultsPerInstanceDay: 1 } });
  for (let index = 0; index < 100; index++) await create(`token-${index}`);
  await clock.advance(12 * 3_600_000);
  const hit = 100 - cloud.instances().filter((record) => record.guest.faults.length === 0).length;
  const stopped = cloud.instances().filter((record) => record.state === "Stopped").length;
  const gone = 100 - cloud.instances().length;
  assert.ok(hit + stopped > 15 && hit + stopped < 90, `${hit} sick or gone, ${stopped} stopped`);
  assert.ok(gone > 0, "some vanish");
});

test("another cloud goes on where an exported one stood", async () => {
  const { clock, cloud, create } = aCloud();
  const { id } = await create();
  await clock.advance(10_000);
  const copy = copyOf(cloud, clock);
  assert.equal(copy.get(id)?.state, "Starting");
  await clock.advance(10_000);
  assert.equal(copy.get(id)?.state, "Running");
});

test("another cloud tells its listeners when what was hidden shows, and gives no address twice", async () => {
  const { clock, cloud, create } = aCloud({ traits: { visibilityMs: 3_000 } });
  const { address, visibleAt } = await create();
  const copy = copyOf(cloud, clock);
  let toldAt = 0;
  copy.onListChange(() => {
    toldAt = clock.now();
  });
  await clock.advance(visibleAt);
  assert.equal(toldAt, visibleAt);
  assert.notEqual((await copy.calls.create("token-2", aRequest(), aBootstrap())).address, address);
});

function copyOf(cloud: Cloud, clock: CloudOptions["clock"]): Cloud {
  const store = { saved: cloud.export(), save: () => Promise.resolve() };
  return createCloud({ clock, region: "cn-hangzhou", settings: { jitterPercent: 0 }, seed: 1, store });
}

test("a closed cloud waits for nothing more", async () => {
  const { clock, cloud, create } = aCloud();
  const { id } = await create();
  await cloud.close();
  await clock.advance(60_000);
  assert.equal(cloud.get(id)?.state, "Pending");
});
