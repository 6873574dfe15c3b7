/**
 * A user's own cloud image becomes a node: `image add`, a pool with user data, a node that joins and runs a pod, a restart
 * without a seed, and a new system disk. What cloud-init makes of our seed can be seen nowhere else.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { workloadImage } from "../../src/image/containers.ts";
import { imagesDir, listImages } from "../../src/image/manifest.ts";
import type { NodeObject } from "../../src/schema/kubernetes.ts";
import { kubernetesVersion } from "../../src/start/binaries.ts";
import { buildCloudImage } from "../image/cloud-image.ts";
import { createHome } from "../image/home.ts";
import { noQemu } from "../local/testing.ts";
import { machineHostOf } from "./machine-host.ts";
import { isActive, machinesOf, nodesOf, operationsOf, readiness } from "./objects.ts";
import { createRig, namespace, type Rig } from "./rig.ts";

const { images } = await listImages(imagesDir(process.env));
const skip = noQemu || whyNot();
const patienceMs = 25 * 60_000;
const sure = ["--yes", "--wait"] as const;

function whyNot(): string | false {
  if (images.length === 0) return "there is no node image here: bin/poolkeeper image build";
  return process.getuid?.() === 0 ? false : "only root builds the image of a distribution";
}

/** Its lists stand before ours, and what it names holds; the node has its own name all the same. */
const userData = `#cloud-config
hostname: theirs
write_files:
  - path: /etc/theirs
    content: kept
runcmd:
  - "systemctl is-active kubelet > /etc/kubelet-then"
  - "echo once more >> /etc/marker"
`;

test("a cloud image of the user's own becomes a node that joins, restarts and gets a new disk", {
  skip,
}, async (t) => {
  const home = createHome();
  process.env["XDG_CACHE_HOME"] = home.dir;
  const rig = await createRig(t);
  t.after(home.remove);
  const host = machineHostOf(rig.dataDir, "local");
  t.after(host.end);
  // With the image of nodes there, none is built at the start.
  for (const { dir } of images) execFileSync("cp", ["--archive", "--link", dir, home.images]);
  const work = join(home.dir, "work");
  mkdirSync(work);
  const file = await buildCloudImage(work, kubernetesVersion);

  for (const name of ["Cloud:12.1", "Cloud:12.2"])
    await rig.pk("image", "add", file, name, "--kubernetes-version", kubernetesVersion);
  const start = ["--cluster", "local", "--provider", "local", "--data-dir", rig.dataDir, "--port", "0"];
  await rig.start(...start).ready();
  await rig.kubectl(
    "create",
    "secret",
    "generic",
    "setup",
    "-n",
    namespace,
    `--from-literal=userData=${userData}`,
  );
  const settings = "--provider local --nodes 1 --image Cloud:12.1 --user-data-secret setup".split(" ");
  await rig.pk("create", "pool", "own", ...settings, ...sure);
  await isActive(rig, "own");
  const [machine] = await machinesOf(rig, "own");
  const id = machine?.status?.instanceId ?? "";
  const inGuest = (command: string) => host.inGuest(id, command);

  await t.test("the user's part has run beside ours, before the kubelet", async () => {
    assert.equal(await inGuest("cat /etc/theirs /etc/marker /etc/kubelet-then"), "keptonce more\ninactive");
    assert.equal(await inGuest("hostname"), "theirs");
    assert.equal(await inGuest("stat -c %a /etc/kubernetes/bootstrap-kubelet.conf"), "600");
  });

  await t.test("both networks are up, and a pod runs whose log can be read", async () => {
    assert.match(await inGuest("ip -brief address"), /10\.88\.0\.1\/16/);
    assert.equal(await inGuest("ip route | grep -c 'via 10.88'"), "253");
    await rig.kubectl("run", "hello", `--image=${workloadImage}`, "--image-pull-policy=Never");
    await rig.kubectl("wait", "pod/hello", "--for=condition=Ready", "--timeout=8m");
    assert.match(await rig.kubectl("logs", "hello"), /serves on port/);
    assert.match(
      await rig.kubectl("exec", "hello", "--", "cat", "/etc/resolv.conf"),
      /nameserver 10\.0\.2\.3/,
    );
  });

  await t.test("without its seed it comes back as the same node, and nothing is run again", async () => {
    assert.equal(await inGuest("tr -d '\\000' < /dev/vdb | wc -c"), "0");
    const boot = await bootOf(rig);
    await host.inGuest(id, "systemctl reboot");
    await rig.eventually("it has started again", async () => (await bootOf(rig)) !== boot, patienceMs);
    await isReady(rig);
    assert.equal(await inGuest("cat /etc/marker"), "once more");
    assert.match(await inGuest("ip -brief address"), /10\.88\.0\.1\/16/);
  });

  await t.test("with a new system disk it is the same node, and the user's part has run again", async () => {
    const boot = await bootOf(rig);
    await inGuest("touch /etc/of-the-old-disk");
    await rig.pk("upgrade", "start", "own", "--image", "Cloud:12.2", "--now", ...sure);
    await isActive(rig, "own");
    assert.notEqual(await bootOf(rig), boot);
    assert.equal(await inGuest("cat /etc/marker; test ! -e /etc/of-the-old-disk || echo old"), "once more");
    for (const { metadata, status } of await operationsOf(rig, "own"))
      assert.equal(status?.phase, "Succeeded", metadata.name);
  });
  await rig.pk("delete", "pool", "own", ...sure);
});

async function nodeOf(rig: Rig): Promise<NodeObject> {
  const [node, ...others] = await nodesOf(rig, "own");
  assert(node !== undefined && others.length === 0);
  return node;
}

async function bootOf(rig: Rig): Promise<string> {
  const { bootID } = ((await nodeOf(rig)).status?.nodeInfo ?? {}) as Readonly<Record<string, string>>;
  return bootID ?? "";
}

async function isReady(rig: Rig): Promise<void> {
  await rig.eventually("the node is Ready", async () => readiness(await nodeOf(rig)) === "True", patienceMs);
}
