/** The simulated cloud as its callers see it: calls, refusals, lists that lag, and what survives what. */
import assert from "node:assert/strict";
import test from "node:test";
import { isPortError, type PortErrorKind } from "../../ports/errors.ts";
import { ownershipTags } from "../../ports/provider.ts";
import type { SimulatorSettings } from "../../schema/provider.ts";
import { createVirtualClock } from "../clock.ts";
import { type CloudOptions, createCloud } from "./create.ts";
import { aBootstrap, aReplacement, aRequest } from "./testing.ts";

const steady: SimulatorSettings = { jitterPercent: 0 };

function aCloud(fields: Partial<CloudOptions> = {}) {
  const clock = createVirtualClock(Date.parse("2026-03-02T10:00:00Z"));
  const base = { clock, region: "cn-hangzhou", settings: steady, seed: 1, traits: { visibilityMs: 0 } };
  const cloud = createCloud({ ...base, ...fields });
  const states = () => cloud.instances().map((record) => record.state);
  const create = (token = "token-1", request = aRequest()) =>
    cloud.calls.create(token, request, aBootstrap());
  const running = async (token = "token-1", request = aRequest()) => {
    const { id } = await create(token, request);
    await clock.advance(20_000);
    return id;
  };
  const stopped = async () => {
    const id = await running();
    await cloud.calls.stop(id);
    await clock.advance(5_000);
    return id;
  };
  const get = (id: string) => {
    const record = cloud.get(id);
    assert.ok(record !== undefined, `${id} is gone`);
    return record;
  };
  return { clock, cloud, states, create, running, stopped, get };
}

const refusal = (kind: PortErrorKind, words: RegExp) => (error: unknown) => {
  assert.ok(isPortError(error, kind), `${String(error)} is not ${kind}`);
  assert.match(error.message, words);
  return true;
};

test("an instance is pending, starts, runs, and has an id like the cloud's", async () => {
  const { clock, states, create } = aCloud();
  const { id } = await create();
  assert.match(id, /^i-[0-9a-z]{10}$/);
  assert.deepEqual(states(), ["Pending"]);
  await clock.advance(2_000);
  assert.deepEqual(states(), ["Starting"]);
  await clock.advance(18_000);
  assert.deepEqual(states(), ["Running"]);
});

test("two clouds of one seed do the same, and of another seed something else", async () => {
  assert.deepEqual(await twoIds(7), await twoIds(7));
  assert.notDeepEqual(await twoIds(7), await twoIds(8));
});

async function twoIds(seed: number) {
  const { create } = aCloud({ seed });
  return [(await create("a")).id, (await create("b")).id];
}

test("times are spread around their medians by the jitter", async () => {
  const { clock, cloud, create } = aCloud({ settings: { bootSeconds: 100, jitterPercent: 20 } });
  for (let index = 0; index < 50; index++) await create(`token-${index}`);
  await clock.advance(79_000);
  assert.equal(cloud.instances().filter((record) => record.state === "Running").length, 0);
  await clock.advance(21_000);
  const half = cloud.instances().filter((record) => record.state === "Running").length;
  assert.ok(half > 10 && half < 40, `${half} of 50 after the median`);
  await clock.advance(21_000);
  assert.equal(cloud.instances().filter((record) => record.state === "Running").length, 50);
});

test("the same client token makes one instance, also when the fields come in another order", async () => {
  const { cloud, create } = aCloud();
  const first = await create();
  const request = Object.fromEntries(Object.entries(aRequest()).toReversed()) as ReturnType<typeof aRequest>;
  assert.equal((await create("token-1", request)).id, first.id);
  assert.equal(cloud.instances().length, 1);
});

test("the same client token with another request is refused", async () => {
  const { create } = aCloud();
  await create();
  const other = aRequest({ zone: "cn-hangzhou-i" });
  await assert.rejects(create("token-1", other), refusal("Invalid", /IdempotentParameterMismatch/));
});

test("the client token of a released instance makes no second one for a day", async () => {
  const { clock, cloud, create, running } = aCloud();
  const id = await running();
  await cloud.calls.release(id);
  await clock.advance(60_000);
  assert.equal((await create()).id, id);
  assert.equal(cloud.instances().length, 0);

  await clock.advance(24 * 3_600_000);
  const other = await running("token-2");
  cloud.inject({ kind: "Vanish", instanceId: other });
  assert.notEqual((await create()).id, id);
});

const badRequests: readonly (readonly [string, Parameters<typeof aRequest>[0], RegExp])[] = [
  ["zone", { zone: "cn-hangzhou-z" }, /zone cn-hangzhou-z does not exist; zones are cn-hangzhou-h/],
  ["type", { instanceType: "ecs.x1" }, /instance type ecs.x1 does not exist; types are ecs.g7.large/],
  ["image", { image: { family: "BeOS", version: "5" } }, /image BeOS 5 does not exist; images are/],
  ["kubelet", { kubernetesVersion: "v1.99.0" }, /does not run kubelet v1.99.0; it runs v1.34/],
];
for (const [what, fields, words] of badRequests) {
  test(`a request for an unknown ${what} is refused with what there is`, async () => {
    const { cloud, create } = aCloud();
    await assert.rejects(create("token-1", aRequest(fields)), refusal("Invalid", words));
    assert.equal(cloud.instances().length, 0);
  });
}

test("zones without stock refuse by type, by zone, and until restocked", async () => {
  const { cloud, create } = aCloud({
    settings: { ...steady, outOfStock: [{ zone: "cn-hangzhou-h", instanceType: "ecs.g7.large" }] },
  });
  await assert.rejects(create(), refusal("OutOfStock", /no ecs.g7.large is left in cn-hangzhou-h/));
  await create("token-2", aRequest({ instanceType: "ecs.c7.large" }));
  const elsewhere = aRequest({ zone: "cn-hangzhou-i" });
  const restock = cloud.inject({ kind: "OutOfStock", zone: "cn-hangzhou-i" });
  await assert.rejects(create("token-3", elsewhere), refusal("OutOfStock", /cn-hangzhou-i/));
  restock();
  await create("token-3", elsewhere);
});

test("the quota counts what exists", async () => {
  const { clock, cloud, create, running } = aCloud({ settings: { ...steady, quotaInstances: 1 } });
  const id = await running();
  await assert.rejects(create("token-2"), refusal("QuotaExceeded", /may have 1 instances/));
  await cloud.calls.release(id);
  await clock.advance(5_000);
  await create("token-2");
});

test("settings can change while the cloud runs", async () => {
  const { cloud, create } = aCloud({ settings: { ...steady, quotaInstances: 0 } });
  await assert.rejects(create(), refusal("QuotaExceeded", /0 instances/));
  cloud.configure(steady);
  await create();
});

test("too many calls are refused until the next minute", async () => {
  const { clock, cloud } = aCloud({ traits: { callsPerMinute: { list: 2 } } });
  await clock.advance(15_000);
  const list = () => cloud.calls.list("cluster-1");
  await list();
  await list();
  await assert.rejects(list(), (error) => {
    assert.ok(isPortError(error, "Throttled"));
    assert.equal(error.retryAfterMs, 45_000);
    return true;
  });
  await clock.advance(45_000);
  await list();
});

test("lists show only the cluster's instances, new ones late and gone ones too long", async () => {
  const { clock, cloud, create } = aCloud({ traits: { visibilityMs: 3_000 } });
  const listed = async () => (await cloud.calls.list("cluster-1")).map((record) => record.id);
  const { id, visibleAt } = await create();
  await create("token-2", aRequest({ tags: {} }));
  assert.deepEqual(await listed(), []);
  await clock.advance(visibleAt - clock.now());
  assert.deepEqual(await listed(), [id]);

  cloud.inject({ kind: "Vanish", instanceId: id });
  assert.equal(cloud.get(id), undefined);
  assert.deepEqual(await listed(), [id]);
  await clock.advance(3_000);
  assert.deepEqual(await listed(), []);
});

test("whoever listens is told of every change a list may show", async () => {
  const { clock, cloud, create } = aCloud({ traits: { visibilityMs: 3_000 } });
  let told = 0;
  cloud.onListChange(() => {
    told += 1;
  });
  const toldBy = async (change: () => Promise<unknown>) => {
    told = 0;
    await change();
    return told > 0;
  };
  const { id, visibleAt } = await create();
  assert.ok(await toldBy(() => clock.advance(visibleAt - clock.now())), "visible");
  assert.ok(await toldBy(() => clock.advance(20_000)), "running");
  assert.ok(await toldBy(() => cloud.calls.tag(id, { a: "b" }, [])), "tagged");
  assert.ok(await toldBy(() => cloud.calls.stop(id)), "stopping");
  assert.ok(!(await toldBy(() => cloud.calls.stop(id))), "nothing new");
  cloud.inject({ kind: "Vanish", instanceId: id });
  assert.ok(await toldBy(() => clock.advance(3_000)), "listed no more");
});

test("stop, start and reboot do what they say, and may be repeated", async () => {
  const { clock, cloud, running, get } = aCloud();
  const id = await running();
  const boot = get(id).guest.bootId;
  const step = async (call: () => Promise<void>, during: string, after: string, ms: number) => {
    await call();
    await call();
    assert.equal(get(id).state, during);
    await clock.advance(ms);
    assert.equal(get(id).state, after);
    await call();
  };
  await cloud.calls.reboot(id);
  await cloud.calls.reboot(id);
  assert.equal(get(id).state, "Starting");
  await clock.advance(15_000);
  assert.equal(get(id).state, "Running");
  assert.notEqual(get(id).guest.bootId, boot);
  await step(() => cloud.calls.stop(id), "Stopping", "Stopped", 5_000);
  assert.equal(get(id).state, "Stopped");
  await step(() => cloud.calls.start(id), "Starting", "Running", 18_000);
});

test("what does not fit the state is refused as a conflict that passes", async () => {
  const { clock, cloud, create, get } = aCloud();
  const { id } = await create();
  await assert.rejects(cloud.calls.stop(id), refusal("Conflict", /it is Pending, not Running/));
  await clock.advance(20_000);
  await cloud.calls.stop(id);
  await assert.rejects(cloud.calls.start(id), refusal("Conflict", /it is Stopping, not Stopped/));
  await clock.advance(5_000);
  await assert.rejects(cloud.calls.reboot(id), refusal("Conflict", /it is Stopped, not Running/));
  await assert.rejects(cloud.calls.restartService(id, "kubelet"), refusal("Conflict", /it is Stopped/));
  assert.equal(get(id).state, "Stopped");
  await assert.rejects(cloud.calls.stop("i-none"), refusal("NotFound", /no such instance/));
});

test("replacing the system disk loses its content and keeps the rest", async () => {
  const { clock, cloud, stopped, get } = aCloud();
  const id = await stopped();
  const before = get(id);
  cloud.writeDisk(before.systemDisk.id, "old system");
  cloud.writeDisk(before.dataDisks[0]?.id ?? "", "precious");
  await cloud.calls.replaceSystemDisk(id, aReplacement());
  assert.equal(get(id).work?.kind, "ReplaceDisk");
  await assert.rejects(cloud.calls.start(id), refusal("Conflict", /being replaced/));
  const another = cloud.calls.replaceSystemDisk(id, aReplacement("disk-2"));
  await assert.rejects(another, refusal("Conflict", /being replaced/));
  await assert.rejects(cloud.calls.release(id), refusal("Conflict", /being replaced/));
  await clock.advance(10_000);

  const after = get(id);
  assert.equal(after.work, null);
  assert.equal(after.state, "Stopped");
  assert.notEqual(after.systemDisk.id, before.systemDisk.id);
  assert.equal(after.systemDisk.kubernetesVersion, "v1.36.3");
  assert.equal(cloud.readDisk(before.systemDisk.id), undefined);
  assert.equal(cloud.readDisk(after.systemDisk.id), "");
  assert.equal(cloud.readDisk(after.dataDisks[0]?.id ?? ""), "precious");
  assert.equal(after.address, before.address);
  assert.notEqual(after.guest.machineId, before.guest.machineId);
});

test("a replacement needs a stopped instance, and its token makes one disk only", async () => {
  const { clock, cloud, running, get } = aCloud();
  const id = await running();
  const replace = () => cloud.calls.replaceSystemDisk(id, aReplacement());
  await assert.rejects(replace(), refusal("Invalid", /it is Running and must be Stopped/));
  await cloud.calls.stop(id);
  await clock.advance(5_000);
  await replace();
  await replace();
  await clock.advance(10_000);
  const diskId = get(id).systemDisk.id;
  await cloud.calls.start(id);
  await replace();
  await clock.advance(60_000);
  assert.equal(get(id).systemDisk.id, diskId);
  assert.equal(get(id).state, "Running");
});

test("a replacement that fails midway can be tried again with the same token", async () => {
  const { clock, cloud, stopped, get } = aCloud();
  const id = await stopped();
  const diskId = get(id).systemDisk.id;
  const replace = async () => {
    await cloud.calls.replaceSystemDisk(id, aReplacement());
    await clock.advance(10_000);
  };
  cloud.inject({ kind: "FailDiskReplacement", instanceId: id, times: 1, leaves: "OldDisk" });
  await replace();
  assert.equal(get(id).systemDisk.id, diskId);
  cloud.inject({ kind: "FailDiskReplacement", times: 1, leaves: "NoDisk" });
  await replace();
  assert.equal(get(id).systemDisk.id, "");
  await assert.rejects(cloud.calls.start(id), refusal("Invalid", /no system disk/));
  await replace();
  assert.match(get(id).systemDisk.id, /^d-/);
  assert.notEqual(get(id).systemDisk.id, diskId);
});

test("a released instance takes its system disk with it and leaves the data disks that are to be kept", async () => {
  const { clock, cloud, running, get } = aCloud();
  const dataDisks = [
    { name: "keep", sizeGiB: 10, onRelease: "Keep" as const },
    { name: "drop", sizeGiB: 10, onRelease: "Delete" as const },
  ];
  const id = await running("token-1", aRequest({ dataDisks }));
  const [keep, drop] = get(id).dataDisks.map((disk) => disk.id);
  cloud.writeDisk(keep ?? "", "rows");
  await cloud.calls.release(id);
  await cloud.calls.release(id);
  assert.equal(get(id).state, "Releasing");
  await clock.advance(5_000);
  assert.equal(cloud.get(id), undefined);
  assert.equal(cloud.readDisk(keep ?? ""), "rows");
  assert.equal(cloud.readDisk(drop ?? ""), undefined);
  await assert.rejects(cloud.calls.release(id), refusal("NotFound", /no such instance/));
});

test("a subscription is not released, and may leave", async () => {
  const { cloud, running, get } = aCloud();
  const id = await running("token-1", aRequest({ chargeType: "Subscription" }));
  await assert.rejects(cloud.calls.release(id), refusal("Denied", /the instance was kept/));
  await cloud.calls.tag(id, { mine: "yes" }, []);
  await cloud.calls.leave(id);
  await cloud.calls.leave(id);
  assert.deepEqual(get(id).tags, { mine: "yes" });
  assert.equal(get(id).guest.isEnabled, false);
  assert.deepEqual(await cloud.calls.list("cluster-1"), []);
});

test("tags are set and taken off", async () => {
  const { cloud, running, get } = aCloud();
  const id = await running();
  await cloud.calls.tag(id, { a: "1", b: "2" }, []);
  await cloud.calls.tag(id, { b: "3" }, ["a"]);
  assert.equal(get(id).tags["a"], undefined);
  assert.equal(get(id).tags["b"], "3");
  assert.equal(get(id).tags[ownershipTags.cluster], "cluster-1");
});
