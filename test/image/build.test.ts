/**
 * Images as their users build them: from nothing, twice at once, killed and interrupted in the middle; and one that boots.
 * Two and a half minutes on two cores, six when they are busy, where kubelet and containerd were built before.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { workloadImage } from "../../src/image/containers.ts";
import { type Image, listImages } from "../../src/image/manifest.ts";
import { startGuest } from "./guest.ts";
import { type Home, cannotBuild, createHome, hasProgram } from "./home.ts";

const buildable = cannotBuild();
const name = "Debian-12-k1.36.3";
let home: Home;

before(() => {
  home = createHome();
});
after(() => home.remove());

async function theImage(): Promise<Image> {
  const { images, damaged } = await listImages(home.images);
  assert.deepEqual(damaged, []);
  const [image, ...others] = images;
  assert.ok(image !== undefined && others.length === 0);
  return image;
}

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Hidden ones are what builds are made of. */
function namesInImages(): readonly string[] {
  return readdirSync(home.images).toSorted();
}

let firstHash = "";

test(
  "an image is built from nothing, small and without a trace of where it was built",
  buildable,
  async () => {
    const build = home.poolkeeper("image", "build");
    const { code, out } = await build.ended;
    assert.equal(code, 0, build.said());
    assert.equal(out, join(home.images, name));
    const { dir, manifest } = await theImage();
    assert.ok(manifest.rootDiskBytes < 400 * 2 ** 20, `${manifest.rootDiskBytes} bytes`);
    assert.match(readFileSync(join(dir, "packages.txt"), "utf8"), /^systemd \d/m);
    execFileSync("qemu-img", ["check", "-q", join(dir, "root.qcow2")]);
    firstHash = hashOf(join(dir, "root.qcow2"));
    const plain = join(home.dir, "plain");
    execFileSync("qemu-img", ["convert", "-O", "raw", join(dir, "root.qcow2"), plain]);
    const inImage = (command: string): string =>
      execFileSync(
        "sh",
        ["-c", `PATH="$PATH:/usr/sbin:/sbin" debugfs -R '${command}' '${plain}' 2>/dev/null`],
        {
          encoding: "utf8",
        },
      );
    assert.equal(inImage("cat /etc/machine-id"), "");
    assert.equal(inImage("cat /etc/hostname"), "localhost\n");
    assert.doesNotMatch(inImage("ls -p /var/log"), /\.log\//);
    assert.match(inImage("stat /usr/bin/kubelet"), /Mode:\s+0755[^]*User:\s+0[^]*ctime: 0x6955b900/);
    rmSync(plain);
  },
);

test("an image that is there is taken at once", buildable, async () => {
  const again = home.poolkeeper("image", "build");
  assert.deepEqual(await again.ended, { code: 0, out: join(home.images, name) });
  assert.equal(again.said().trim(), join(home.images, name));
});

test(
  "a build that is killed leaves nothing that counts as an image, and the next one makes the same bytes",
  buildable,
  async () => {
    assert.equal((await home.poolkeeper("image", "remove", name).ended).code, 0);
    const killed = home.poolkeeper("image", "build");
    await killed.until("Writing the disk");
    killed.process.kill("SIGKILL");
    await killed.ended;
    assert.ok(namesInImages().some((each) => each.startsWith(".build-")));
    const listed = home.poolkeeper("image", "list");
    assert.equal((await listed.ended).out, "");
    assert.match(listed.said(), /There are no images in .*poolkeeper image build/);

    const next = home.poolkeeper("image", "build");
    assert.equal((await next.ended).code, 0, next.said());
    assert.match(next.said(), /Debian's packages are those of the last build/);
    assert.equal(hashOf(join((await theImage()).dir, "root.qcow2")), firstHash);
    assert.deepEqual(
      namesInImages().filter((each) => !each.startsWith(".debian-")),
      [name],
    );
  },
);

test("two at once build it once, and Ctrl-C leaves only what is complete", buildable, async () => {
  assert.equal((await home.poolkeeper("image", "remove", name).ended).code, 0);
  const interrupted = home.poolkeeper("image", "build");
  await interrupted.until("Putting the files together");
  interrupted.process.kill("SIGINT");
  assert.equal((await interrupted.ended).code, 130);
  assert.match(interrupted.said(), /Interrupted\. Images that were there are untouched/);
  assert.deepEqual(
    namesInImages().filter((each) => !each.startsWith(".debian-")),
    [],
  );

  const both = [home.poolkeeper("image", "build"), home.poolkeeper("image", "build")];
  for (const each of both) assert.deepEqual(await each.ended, { code: 0, out: join(home.images, name) });
  const said = both.map((each) => each.said()).join("\n");
  assert.equal(said.match(/Writing the disk: done/g)?.length, 1);
  assert.match(said, new RegExp(`Waiting for process (${both.map((each) => each.process.pid).join("|")}),`));
});

/** A disk of its own, as small as may be, of the host's memory. */
function mountSmall(dir: string): string | null {
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2500m", "tmpfs", dir], { encoding: "utf8" });
  return mount.status === 0 ? null : `a small disk cannot be mounted here: ${mount.stderr ?? mount.error}`;
}

test(
  "a disk that fills up in the middle of a build loses nothing, and says what to do",
  buildable,
  async (t) => {
    const small = createHome();
    const why = mountSmall(small.images);
    t.after(() => {
      if (why === null) execFileSync("umount", [small.images]);
      small.remove();
    });
    if (why !== null) return t.skip(why);
    const [packages = ""] = namesInImages().filter((each) => each.startsWith(".debian-"));
    copyFileSync(join(home.images, packages), join(small.images, packages));
    const filler = join(small.images, "filler");

    const build = small.poolkeeper("image", "build");
    await build.until("Putting the files together");
    // What is left is less than the tree and its file system take, and more than is taken by now.
    execFileSync("fallocate", ["--length", "1300MiB", filler]);
    assert.equal((await build.ended).code, 1, build.said());
    assert.match(
      build.said(),
      /Building an image .* ran out of room in \S+: it needs 2\.0 GiB there, and \d+ MiB are free now/,
    );
    assert.match(build.said(), /Make room .* and run the same command again/);
    assert.deepEqual(readdirSync(small.images).toSorted(), [packages, "filler"]);

    const refused = small.poolkeeper("image", "build");
    assert.equal((await refused.ended).code, 1);
    assert.match(refused.said(), /needs 2\.0 GiB in \S+, and \d+ MiB are free\. Nothing was begun/);

    rmSync(filler);
    const again = small.poolkeeper("image", "build");
    assert.equal((await again.ended).code, 0, again.said());
    assert.match(again.said(), /Debian's packages are those of the last build/);
  },
);

const bootable =
  buildable.skip === undefined && process.arch === "x64" && hasProgram("qemu-system-x86_64")
    ? {}
    : { skip: buildable.skip ?? "needs qemu-system-x86_64" };

/** As a provider writes it, without a cluster: the kubelet runs one pod of its own. */
function aSeed(): string {
  const files = {
    "etc/hostname": "i-0123456789ab\n",
    "etc/kubernetes/bootstrap-kubelet.conf": "a secret\n",
    "etc/poolkeeper/kubelet.args": "KUBELET_ARGS=--config=/var/lib/kubelet/config.yaml\n",
    "var/lib/kubelet/config.yaml": JSON.stringify({
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      cgroupDriver: "systemd",
      containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
      authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
      authorization: { mode: "AlwaysAllow" },
      staticPodPath: "/etc/poolkeeper/pods",
    }),
    "etc/poolkeeper/pods/pod.yaml": JSON.stringify({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "workload", namespace: "default" },
      spec: {
        hostNetwork: true,
        containers: [{ name: "workload", image: workloadImage, imagePullPolicy: "Never" }],
      },
    }),
  };
  const tree = join(home.dir, "seed");
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(tree, file, ".."), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  const seed = join(home.dir, "seed.tar");
  execFileSync("tar", ["--create", `--file=${seed}`, `--directory=${tree}`, ...Object.keys(files)]);
  return seed;
}

test(
  "it boots, unpacks its seed, runs a pod without pulling anything, and forgets the secret once it has joined",
  bootable,
  async (t) => {
    const guest = startGuest(await theImage(), aSeed(), home.dir);
    t.after(() => guest.kill());
    await guest.until("poolkeeper: the seed is unpacked");
    await guest.until("poolkeeper: the container images are there");
    await guest.until("poolkeeper: the kubelet runs");
    assert.equal(
      await guest.shell("hostname; systemctl is-active containerd kubelet; systemctl --failed --quiet"),
      "i-0123456789ab\nactive\nactive\n",
    );
    const page = await guest.shell(
      "for n in $(seq 300); do busybox wget -qO- http://127.0.0.1:8080 && break; sleep 1; done",
    );
    assert.equal(page, "i-0123456789ab\n");

    const secret = "/etc/kubernetes/bootstrap-kubelet.conf";
    assert.equal(await guest.shell(`cat ${secret}`), "a secret\n");
    const joined = "mkdir -p /var/lib/kubelet/pki; touch /var/lib/kubelet/pki/kubelet-client-current.pem";
    assert.equal(
      await guest.shell(`${joined}; while [ -e ${secret} ]; do sleep 1; done; echo gone`),
      "gone\n",
    );
    assert.equal(guest.console().includes("failed"), false, guest.console());
    await guest.powerDown();
  },
);
