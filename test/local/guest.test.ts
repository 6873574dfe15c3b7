/** A real guest: its boot, its seed, its agent, a shutdown it takes part in, and a system disk that is swapped under it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { folderName, imagesDir, listImages } from "../../src/image/manifest.ts";
import { realClock } from "../../src/ports/clock.ts";
import { createAgents } from "../../src/provider/local/agents.ts";
import { realHost } from "../../src/provider/local/host.ts";
import { layoutOf } from "../../src/provider/local/layout.ts";
import type { InstanceRequest } from "../../src/schema/machine.ts";
import {
  aLocalBootstrap,
  aLocalRequest,
  anImage,
  aPlace,
  openIn,
  type Place,
  providerName,
  noQemu,
  untilSo,
} from "./testing.ts";

const { images } = await listImages(imagesDir(process.env));
const newest = images.filter(({ manifest }) => manifest.kind === "Node").at(-1);
const noImage = newest === undefined ? "there is no node image here: bin/poolkeeper image build" : false;
const skip = noQemu || noImage;

/** What a shell in the guest says. Waits until the guest is up. */
async function inGuest({ dataDir }: Place, id: string, command: string): Promise<string> {
  const layout = layoutOf(dataDir, providerName);
  const agents = createAgents({ layout, host: realHost, clock: realClock });
  const { code, output } = await agents.ask(id, 600_000, (agent) =>
    agent.run("/bin/sh", ["-c", command], 120_000),
  );
  assert.equal(code, 0, `${command}: ${output}`);
  return output;
}

/** Links, so that nobody who cleans up the images takes this one away. */
function borrowImage(place: Place): Pick<InstanceRequest, "image" | "kubernetesVersion"> {
  assert.ok(newest);
  const { family, version, kubernetesVersion } = newest.manifest;
  mkdirSync(place.imagesDir);
  execFileSync("cp", ["--archive", "--link", newest.dir, place.imagesDir]);
  return { image: { family, version }, kubernetesVersion: kubernetesVersion ?? "" };
}

test("a node's guest from its first boot to its release", { skip }, async (t) => {
  const place = aPlace(t);
  const made = borrowImage(place);
  let jumpMs = 0;
  const clock = { ...realClock, now: () => realClock.now() + jumpMs };
  const { provider, only, until, log } = await openIn(place, { clock, shutdownLimitMs: 600_000 });
  const dataDisks = [{ name: "data", sizeGiB: 1, onRelease: "Delete" } as const];
  const request = aLocalRequest({ ...made, dataDisks });
  const userData = "#!/bin/sh\necho $0 once more >> /etc/marker\n";
  const { id } = await provider.create("token-1", request, aLocalBootstrap({ userData }));
  const run = (command: string) => inGuest(place, id, command);

  await t.test("the guest comes up under its own name, with its network and its secrets", async () => {
    await until("Running");
    assert.equal(await run("hostname"), id);
    assert.match(await run("cat /etc/poolkeeper/node.env"), new RegExp(`^NODE_NAME=lab\\.${id}$`, "m"));
    assert.match(
      await run("cat /etc/kubernetes/bootstrap-kubelet.conf"),
      /"server": "https:\/\/10.0.2.2:6443"/,
    );
    await run("until ip -brief address | grep -q 10.88.0.1/16; do sleep 1; done");
  });

  await t.test("what the pool wants run has run before the kubelet, and does not stay", async () => {
    await run("until systemctl is-active kubelet; do sleep 1; done");
    assert.equal(
      await run("cat /etc/marker; ls /var/lib/poolkeeper"),
      "/var/lib/poolkeeper/user-data once more\nuser-data.done",
    );
  });

  await t.test("once it has joined, the second disk is empty for the guest as well", async () => {
    await provider.joined(id);
    const record = readFileSync(path.join(place.root, id, "instance.json"), "utf8");
    assert.doesNotMatch(record, /once more|abcdef\.0123/);
    assert.equal(await run("dd if=/dev/vdb bs=1M iflag=direct status=none | tr -d '\\000' | wc -c"), "0");
  });

  await t.test("a service is restarted through the agent", async () => {
    const started = () => run("systemctl show --property=InvocationID containerd");
    const before = await started();
    await provider.restartService(id, "containerd");
    assert.notEqual(await started(), before);
  });

  await t.test("when the host's clock jumps, the guest's follows", async () => {
    jumpMs = 7_200_000;
    await untilSo(async () => Number(await run("date +%s")) * 1000 > realClock.now() + 7_000_000);
    jumpMs = 0;
    await untilSo(async () => Number(await run("date +%s")) * 1000 < realClock.now() + 200_000);
  });

  await t.test("a restart that is asked for is the guest's own", async () => {
    const boot = () => run("cat /proc/sys/kernel/random/boot_id");
    const before = await boot();
    await run(
      "mkfs.ext4 -q -L data /dev/vdc && mount /dev/vdc /mnt && echo kept > /mnt/file && echo lost > /var/tmp/file",
    );
    await provider.reboot(id);
    await until("Running");
    assert.notEqual(await boot(), before);
    assert.equal(await run("cat /var/tmp/file"), "lost");
    assert.equal(await run("wc -l < /etc/marker"), "1", "once for each system disk");
  });

  await t.test(
    "a stop is a shutdown, and the new system disk has nothing of the old, the data disk everything",
    async () => {
      const disk = (await only()).systemDiskId;
      await provider.stop(id);
      await until("Stopped");
      assert.deepEqual(
        log.filter((line) => line.includes("power is cut") || line.includes("reset")),
        [],
      );
      const bootstrap = aLocalBootstrap({ machineName: "web-1-again" });
      const next = { ...made, hash: "h2" };
      await provider.replaceSystemDisk(id, { clientToken: "disk-1", disk: next, bootstrap });
      await provider.start(id);
      await until("Running");
      assert.notEqual((await only()).systemDiskId, disk);
      assert.equal(await run("hostname; ls /var/tmp | grep file || true"), id);
      assert.match(await run("cat /etc/poolkeeper/node.env"), /^MACHINE_NAME=web-1-again$/m);
      assert.equal(await run("test -e /etc/marker && echo there || echo none"), "none");
      assert.equal(await run("mount LABEL=data /mnt && cat /mnt/file"), "kept");
    },
  );
});

test("a guest that never comes up is explained by the end of its console", { skip }, async (t) => {
  assert.ok(newest);
  const place = aPlace(t);
  const { kernel, initrd, kernelArgs } = newest.manifest;
  const { family, version } = anImage(place, { kind: "Node", kernel, initrd, kernelArgs });
  const broken = path.join(place.imagesDir, folderName({ family, version }));
  for (const file of [kernel, initrd])
    copyFileSync(path.join(newest.dir, file ?? ""), path.join(broken, file ?? ""));
  const { provider } = await openIn(place);
  const request = aLocalRequest({ image: { family, version } });
  const { id } = await provider.create("token-1", request, aLocalBootstrap());
  const said = async (): Promise<string> => (await provider.diagnosis(id)) ?? "";
  await untilSo(async () => (await said()).includes("the console ends with: "));
  await untilSo(async () => /Kernel panic - not syncing: [^|]*$/.test(await said()));
  t.diagnostic(await said());
  assert.match(await said(), /Failed to mount root filesystem/, "the reason stands before the panic");
  assert.doesNotMatch(await said(), /abcdef\.0123456789abcdef/);
});

test("pods of two nodes reach each other under their own addresses", { skip }, async (t) => {
  const place = aPlace(t);
  const made = borrowImage(place);
  const { provider } = await openIn(place);
  const ids = await Promise.all(
    ["token-1", "token-2"].map(async (token) => {
      const request = aLocalRequest({ ...made, dataDisks: [] });
      return (await provider.create(token, request, aLocalBootstrap())).id;
    }),
  );
  const [one = "", other = ""] = ids;
  const containers = "ctr --namespace k8s.io";
  for (const id of ids) {
    await inGuest(place, id, "systemctl stop kubelet; systemctl start poolkeeper-images");
    await inGuest(place, id, `${containers} run --detach --cni poolkeeper.dev/workload:1 pod`);
  }
  const ask = `${containers} task exec --exec-id ask pod sh -c 'echo GET / | nc 10.244.1.2 8080'`;
  assert.match(await inGuest(place, other, ask), /^HTTP\/1\.1 /);
  const seen = await inGuest(place, one, "conntrack --dump --proto tcp --dport 8080");
  assert.match(seen, /src=10\.244\.2\.2 dst=10\.244\.1\.2 .* src=10\.244\.1\.2 dst=10\.244\.2\.2/);
});
