/** Bad luck and bad input on real QEMU: each has a clear answer, and nothing is lost. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import test from "node:test";
import { isPortError } from "../../src/ports/errors.ts";
import { type Host, realHost } from "../../src/provider/local/host.ts";
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

test("a corrupt overlay is named when it cannot start, and a new system disk heals the instance", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  anImage(place, { version: "2", kubernetesVersion: "v1.36.3" });
  const { provider, only, until } = await openIn(place);
  const { id, systemDiskId } = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await until("Running");
  await provider.stop(id);
  await until("Stopped");
  writeFileSync(path.join(place.root, id, `${systemDiskId}.qcow2`), "not a disk any more");
  await assert.rejects(provider.start(id), (error) => {
    assert.ok(isPortError(error, "Conflict"));
    assert.match(error.message, new RegExp(`^start ${id}: QEMU ended at once .*${systemDiskId}.qcow2`, "s"));
    return true;
  });
  assert.equal((await only()).state, "Stopped");
  assert.match((await provider.diagnosis(id)) ?? "", /Image is not in qcow2 format/);
  await provider.replaceSystemDisk(id, aReplacement("disk-1"));
  await provider.start(id);
  assert.equal((await only()).state, "Running");
  assert.equal((await only()).dataDiskIds.length, 1);
});

test("an image that is removed stays under the disks that lie on it, and is offered no more", {
  skip: noQemu,
}, async (t) => {
  const { place, provider, only, until } = await aHost(t);
  const { id } = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await until("Running");
  await provider.stop(id);
  await until("Stopped");
  rmSync(place.imagesDir, { recursive: true });
  await provider.start(id);
  assert.equal((await only()).state, "Running");
  const second = provider.create("token-2", aLocalRequest(), aLocalBootstrap());
  await assert.rejects(second, /image Empty 1 is not on this host; images are none: poolkeeper image list/);
});

test("a disk or an image that somebody took away is named, and nothing else is touched", {
  skip: noQemu,
}, async (t) => {
  const { place, provider, only, until } = await aHost(t);
  const { id, dataDiskIds } = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await until("Running");
  await provider.stop(id);
  await until("Stopped");
  rmSync(path.join(place.root, id, `${dataDiskIds[0]}.qcow2`));
  await assert.rejects(
    provider.start(id),
    new RegExp(`${dataDiskIds[0]}.qcow2 is missing; nothing was started`),
  );
  writeFileSync(path.join(place.root, id, `${dataDiskIds[0]}.qcow2`), "");
  rmSync(path.join(place.root, "images"), { recursive: true });
  await assert.rejects(provider.start(id), /image Empty 1, on which the system disk lies, is missing/);
  assert.equal((await only()).state, "Stopped");
});

test("no room is a definite answer with numbers, and leaves nothing behind", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  const first = await openIn(place, { settings: { memoryMiB: 2000, cpus: 64, maxInstances: 2 } });
  await first.provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  const refused = (token: string, says: RegExp) =>
    assert.rejects(first.provider.create(token, aLocalRequest(), aLocalBootstrap()), (error) => {
      assert.ok(isPortError(error, "QuotaExceeded"));
      assert.match(error.message, says);
      return true;
    });
  await refused("token-2", /needs 1280 MiB of the 2000 MiB in spec.local.memoryMiB, and 1280 MiB are taken/);
  await first.provider.close();
  const full: Host = { ...realHost, freeBytes: () => 100 * 1024 * 1024 };
  const second = await openIn(place, { host: full });
  await assert.rejects(
    second.provider.create("token-3", aLocalRequest(), aLocalBootstrap()),
    /needs 3072 MiB of disk to begin with, and .* has 100 MiB free; nothing was created/,
  );
  assert.equal((await second.provider.list(clusterUid)).length, 1);
  assert.equal(readdirSync(place.root).filter((name) => name.startsWith("i-")).length, 1);
});

test("a disk that fills up anywhere in a creation is told of, and the same token works when there is room", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  let left = Number.POSITIVE_INFINITY;
  const { provider } = await openIn(place, { host: failingHost(() => (left -= 1) === 0) });
  for (let at = 1; ; at += 1) {
    left = at;
    const token = `token-${at}`;
    const made = await provider.create(token, aLocalRequest(), aLocalBootstrap()).catch((error: unknown) => {
      assert.ok(isPortError(error, "QuotaExceeded"), String(error));
      return null;
    });
    left = Number.POSITIVE_INFINITY;
    if (made !== null) return assert.ok(at > 5, `only ${at - 1} places where the disk could be full`);
    assert.deepEqual(await provider.list(clusterUid), []);
    assert.deepEqual(
      readdirSync(place.root).filter((name) => name.startsWith("i-")),
      [],
    );
    const { id } = await provider.create(token, aLocalRequest(), aLocalBootstrap());
    await provider.release(id);
    await untilSo(async () => (await provider.list(clusterUid)).length === 0);
  }
});

test("on a full disk an instance can still be released, which makes room", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  let isFull = false;
  const { provider, until } = await openIn(place, { host: failingHost(() => isFull) });
  const { id } = await provider.create("token-1", aLocalRequest({ dataDisks: [] }), aLocalBootstrap());
  await until("Running");
  isFull = true;
  await assert.rejects(provider.tag(id, { a: "b" }, []), (error) => isPortError(error, "QuotaExceeded"));
  await provider.release(id);
  await untilSo(() => !existsSync(path.join(place.root, id, "seed.img")));
  isFull = false;
  await untilSo(async () => (await provider.list(clusterUid)).length === 0);
  assert.deepEqual(qemusIn(place), []);
});

/** The real host, whose disk is full whenever `isFull` says so. */
function failingHost(isFull: () => boolean): Host {
  const demandRoom = (): void => {
    if (isFull()) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  return {
    ...realHost,
    makeFolder: async (folder) => {
      demandRoom();
      await realHost.makeFolder(folder);
    },
    writeFile: (file, content, mode) => {
      demandRoom();
      realHost.writeFile(file, content, mode);
    },
    share: async (from, to) => {
      demandRoom();
      await realHost.share(from, to);
    },
    run: async (program, args, folder) => {
      if (args[0] === "create") demandRoom();
      return await realHost.run(program, args, folder);
    },
  };
}

test("a guest that does not listen is reset, is no hindrance to leaving, and is told of", {
  skip: noQemu,
}, async (t) => {
  const { place, provider, until, log } = await aHost(t);
  const { id } = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await until("Running");
  await provider.reboot(id);
  await until("Running");
  assert.ok(log.includes(`${id} does not restart when it is asked: reset`));
  await assert.rejects(provider.restartService(id, "kubelet"), (error) => {
    assert.ok(isPortError(error, "Conflict"));
    assert.match(error.message, /the guest agent does not answer/);
    return true;
  });
  await provider.leave(id);
  assert.deepEqual(await provider.list(clusterUid), []);
  await untilSo(() => qemusIn(place).length === 0);
  assert.equal(existsSync(path.join(place.root, id, "instance.json")), true);
});

test("two Poolkeepers on one data directory: the second is told who has it", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  await openIn(place);
  await assert.rejects(openIn(place), (error) => {
    assert.ok(isPortError(error, "Conflict"));
    assert.match(error.message, new RegExp(`another Poolkeeper \\(process ${process.pid}\\) holds`));
    return true;
  });
  await place.opened[0]?.close();
  await openIn(place);
});

test("a damaged record makes every list and creation an error, and is left as it is", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  const first = await openIn(place);
  const { id } = await first.provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await first.until("Running");
  await first.provider.close();
  const file = path.join(place.root, id, "instance.json");
  writeFileSync(file, '{"format":1,');
  const { provider } = await openIn(place);
  await assert.rejects(provider.list(clusterUid), /instance.json is no record of an instance any more/);
  await assert.rejects(provider.create("token-2", aLocalRequest(), aLocalBootstrap()), /no record of an/);
  assert.equal(readFileSync(file, "utf8"), '{"format":1,');
  assert.equal(qemusIn(place).length, 1);
});

test("a data directory with a very long name has room for sockets", { skip: noQemu }, async (t) => {
  const place = aPlace(t, "a-folder-with-a-long-name".repeat(8));
  anImage(place);
  const { until, provider } = await openIn(place);
  await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  await until("Running");
});

test("an address that somebody else listens on is left to them", { skip: noQemu }, async (t) => {
  const { provider } = await aHost(t);
  const first = await provider.create("token-1", aLocalRequest(), aLocalBootstrap());
  const [address = ""] = first.addresses;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(10_250, address.replace(/1$/, "2"), resolve));
  t.after(() => server.close());
  const second = await provider.create("token-2", aLocalRequest(), aLocalBootstrap());
  assert.deepEqual(second.addresses, [address.replace(/1$/, "3")]);
});

test("without QEMU the package to install is named", { skip: noQemu }, async (t) => {
  const place = aPlace(t);
  const path = process.env["PATH"];
  process.env["PATH"] = place.dataDir;
  t.after(() => {
    process.env["PATH"] = path;
  });
  await assert.rejects(
    openIn(place),
    /qemu-system-\w+ is not installed. Install it: apt-get install qemu-system-/,
  );
});
