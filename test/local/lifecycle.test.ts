/** The port on real QEMU processes without a guest: states, disks, tokens, what survives us, and what stays behind. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { isPortError } from "../../src/ports/errors.ts";
import {
  aHost,
  aLocalBootstrap,
  aLocalRequest,
  anImage,
  aPlace,
  aReplacement,
  clusterUid,
  noQemu,
  openIn,
  qemusIn,
  untilSo,
} from "./testing.ts";

test("an instance comes up as it was asked for, with an address and a place of its own", {
  skip: noQemu,
}, async (t) => {
  const { place, provider, only, until } = await aHost(t);
  const request = aLocalRequest();
  const made = await provider.create("token-1", request, aLocalBootstrap());
  await until("Running");
  const { state, addresses, systemDiskId, dataDiskIds, createdAt, ...rest } = await only();
  assert.deepEqual(rest, {
    id: made.id,
    isBusy: false,
    zone: "lab-a",
    instanceType: "local.small",
    chargeType: "PayAsYouGo",
    tags: request.tags,
    providerId: `poolkeeper-local://here/${made.id}`,
    hostEvent: null,
  });
  assert.match(made.id, /^i-[0-9a-f]{12}$/);
  assert.match(addresses.join(), /^127\.\d+\.\d+\.1$/);
  assert.equal(qemusIn(place).length, 1);
  const files = readdirSync(path.join(place.root, made.id)).filter((name) => name.endsWith(".qcow2"));
  assert.deepEqual(files.toSorted(), [`${systemDiskId}.qcow2`, `${dataDiskIds[0]}.qcow2`].toSorted());
  assert.deepEqual([state, createdAt > 0], ["Running", true]);
});

test("a token makes one instance however often it is sent, and none from another request or after a release", {
  skip: noQemu,
}, async (t) => {
  const { provider, only } = await aHost(t);
  const send = (fields = {}) => provider.create("token-1", aLocalRequest(fields), aLocalBootstrap());
  const both = await Promise.all([send(), send()]);
  assert.equal(both[0].id, both[1].id);
  assert.equal((await only()).id, both[0].id);
  await assert.rejects(send({ instanceType: "local.medium" }), /token was used before with another request/);
  await provider.release(both[0].id);
  await untilSo(async () => (await provider.list(clusterUid)).length === 0);
  await assert.rejects(send(), /was released since/);
});

test("an upgrade can be followed in the list; the system disk is another, the data disk the same file", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  anImage(place, { version: "2", kubernetesVersion: "v1.36.3" });
  const { provider, only, until } = await openIn(place);
  const { id, systemDiskId, dataDiskIds } = await provider.create("t", aLocalRequest(), aLocalBootstrap());
  await until("Running");
  const seen: string[] = [];
  provider.onChange(() => {
    void only().then(({ state, isBusy, systemDiskId: disk }) => {
      const text = `${state}${isBusy ? " busy" : ""} ${disk === systemDiskId ? "old" : "new"}`;
      if (seen.at(-1) !== text) seen.push(text);
    });
  });
  const folder = path.join(place.root, id);
  const dataDisk = path.join(folder, `${dataDiskIds[0]}.qcow2`);
  await provider.stop(id);
  await until("Stopped");
  execFileSync("qemu-io", ["-f", "qcow2", "-c", "write -P 0x77 0 64k", dataDisk]);
  await provider.replaceSystemDisk(id, aReplacement("disk-1"));
  await provider.replaceSystemDisk(id, aReplacement("disk-1"));
  await provider.start(id);
  await until("Running");
  await provider.replaceSystemDisk(id, aReplacement("disk-1"));
  assert.deepEqual(seen, [
    "Stopping old",
    "Stopped old",
    "Stopped busy old",
    "Stopped new",
    "Starting new",
    "Running new",
  ]);
  const { systemDiskId: now } = await only();
  assert.notEqual(now, systemDiskId);
  const files = readdirSync(folder).filter((name) => name.endsWith(".qcow2"));
  assert.deepEqual(files.toSorted(), [`${now}.qcow2`, `${dataDiskIds[0]}.qcow2`].toSorted());
  const read = execFileSync("qemu-io", ["-r", "-U", "-f", "qcow2", "-c", "read -P 0x77 0 64k", dataDisk], {
    encoding: "utf8",
  });
  assert.match(read, /read 65536\/65536/);
  const images = readdirSync(path.join(place.root, "images"));
  assert.equal(images.length, 1);
  assert.match(images[0] ?? "", /^Empty-2-/);
});

test("release leaves no process and no file, but a data disk that is to be kept", {
  skip: noQemu,
}, async (t) => {
  const { place, provider, until } = await aHost(t);
  const dataDisks = [
    { name: "kept", sizeGiB: 1, onRelease: "Keep" } as const,
    { name: "scratch", sizeGiB: 1, onRelease: "Delete" } as const,
  ];
  const made = await provider.create("token-1", aLocalRequest({ dataDisks }), aLocalBootstrap());
  await until("Running");
  await provider.release(made.id);
  await untilSo(async () => (await provider.list(clusterUid)).length === 0);
  await untilSo(() => !existsSync(path.join(place.root, made.id)));
  assert.deepEqual(qemusIn(place), []);
  await untilSo(() => readdirSync(path.join(place.root, "images")).length === 0);
  const kept = path.join(place.root, "kept-disks");
  assert.deepEqual(readdirSync(kept).toSorted(), [
    `${made.dataDiskIds[0]}.json`,
    `${made.dataDiskIds[0]}.qcow2`,
  ]);
  const story: unknown = JSON.parse(readFileSync(path.join(kept, `${made.dataDiskIds[0]}.json`), "utf8"));
  assert.partialDeepStrictEqual(story, { name: "kept", instanceId: made.id, poolName: "web" });
});

test("a running instance outlives Poolkeeper and is found again, the very same process", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  const first = await openIn(place);
  await first.provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await first.until("Running");
  const before = qemusIn(place);
  await first.provider.close();
  const second = await openIn(place);
  assert.equal((await second.only()).state, "Running");
  await second.provider.stop((await second.only()).id);
  await second.until("Stopped");
  assert.deepEqual([before.length, qemusIn(place).length], [1, 0]);
});

test("a process that was killed is told of, explained, and the instance starts again with its disks", {
  skip: noQemu,
}, async (t) => {
  const { place, provider, only, until, log } = await aHost(t);
  const { id, systemDiskId } = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await until("Running");
  const told = new Promise<void>((resolve) => {
    provider.onChange(resolve);
  });
  process.kill(qemusIn(place)[0] ?? 0, "SIGKILL");
  await told;
  assert.equal((await only()).state, "Stopped");
  await untilSo(() => log.includes(`${id}: its QEMU has ended unasked; the instance is stopped`));
  assert.match((await provider.diagnosis(id)) ?? "", new RegExp(`^no QEMU process runs ${id}`));
  await provider.start(id);
  assert.deepEqual([(await only()).state, (await only()).systemDiskId], ["Running", systemDiskId]);
});

test("a process that was killed while nobody looked is Stopped at the next start of Poolkeeper", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  const first = await openIn(place);
  await first.provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await first.until("Running");
  await first.provider.close();
  process.kill(qemusIn(place)[0] ?? 0, "SIGKILL");
  await untilSo(() => qemusIn(place).length === 0);
  const second = await openIn(place);
  assert.equal((await second.only()).state, "Stopped");
});

test("what ran when the host went down is started again, and what was stopped is not", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  const first = await openIn(place);
  const { id } = await first.provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await first.until("Running");
  await first.provider.close();
  const file = path.join(place.root, id, "instance.json");
  const hostGoesDown = async (): Promise<void> => {
    for (const pid of qemusIn(place)) process.kill(pid, "SIGKILL");
    await untilSo(() => qemusIn(place).length === 0);
    const record = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...record, hostBoot: "another boot" }));
  };
  await hostGoesDown();
  const second = await openIn(place);
  await second.until("Running");
  assert.equal(qemusIn(place).length, 1);
  await second.provider.stop((await second.only()).id);
  await second.until("Stopped");
  await second.provider.close();
  await hostGoesDown();
  const third = await openIn(place);
  assert.equal((await third.only()).state, "Stopped");
});

test("calls that do not fit are refused with the state in the way, and change nothing", {
  skip: noQemu,
}, async (t) => {
  const { provider, until, only } = await aHost(t);
  await assert.rejects(provider.start("i-000000000000"), (error) => isPortError(error, "NotFound"));
  const { id } = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await until("Running");
  await assert.rejects(
    provider.replaceSystemDisk(id, aReplacement("d")),
    /it is Running and must be Stopped/,
  );
  await assert.rejects(provider.restartService(id, "sshd"), /no service sshd; services are kubelet and/);
  await provider.start(id);
  await provider.stop(id);
  await assert.rejects(provider.reboot(id), (error) => isPortError(error, "Conflict"));
  await until("Stopped");
  await provider.stop(id);
  await assert.rejects(
    provider.replaceSystemDisk(id, aReplacement("d")),
    /image Empty 2 is not on this host/,
  );
  assert.equal((await only()).state, "Stopped");
});

test("tags are set and taken off while the instance works, and leaving takes ours", {
  skip: noQemu,
}, async (t) => {
  const { provider, until, only } = await aHost(t);
  const { id } = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await provider.tag(id, { team: "shop", old: "x" }, []);
  await provider.tag(id, {}, ["old"]);
  await until("Running");
  const { tags } = await only();
  assert.deepEqual([tags["team"], tags["old"]], ["shop", undefined]);
  await provider.stop(id);
  await until("Stopped");
  await provider.leave(id);
  assert.deepEqual(await provider.list(clusterUid), []);
});

test("once the node has joined, no secret is left in the seed or the record, and a restart keeps it so", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  const first = await openIn(place);
  const bootstrap = aLocalBootstrap();
  const { id } = await first.provider.create("token-1", aLocalRequest(), bootstrap);
  const folder = path.join(place.root, id);
  const token = Buffer.from(bootstrap.join?.token ?? "");
  const isSaid = (): boolean =>
    ["seed.img", "instance.json"].some((name) => {
      const content = readFileSync(path.join(folder, name));
      return content.includes(token) || content.includes("cidata");
    });
  assert.equal(isSaid(), true);
  await first.until("Running");
  await first.provider.joined(id);
  await first.provider.joined(id);
  assert.equal(isSaid(), false);
  await first.provider.close();
  const second = await openIn(place);
  assert.equal(isSaid(), false);
  assert.equal((await second.only()).state, "Running");
});
