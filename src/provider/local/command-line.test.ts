/** The words with which QEMU is called. That QEMU understands them is tested on the real one, in test/local. */
import assert from "node:assert/strict";
import test from "node:test";
import type { ImageManifest } from "../../image/manifest.ts";
import { commandLine, type Hardware } from "./command-line.ts";
import type { InstanceRecord } from "./record.ts";

const record = {
  id: "i-0123456789ab",
  number: 7,
  address: "127.65.1.7",
  systemDisk: { id: "d-system" },
  dataDisks: [{ id: "d-one" }, { id: "d-two" }],
} as unknown as InstanceRecord;

function words(manifest: Partial<ImageManifest> = {}, hardware: Partial<Hardware> = {}): readonly string[] {
  const ours = {
    architecture: "amd64",
    kernel: "vmlinuz",
    initrd: "initrd.img",
    kernelArgs: "root=/dev/vda rw",
    ...manifest,
  } as ImageManifest;
  return commandLine(record, {
    accelerator: "tcg",
    cpus: 2,
    memoryMiB: 2048,
    network: { block: "127.65.1", segment: "239.200.1.2:20001" },
    manifest: ours,
    imageFolder: "../images/x",
    ...hardware,
  });
}

function after(list: readonly string[], flag: string): readonly string[] {
  return list.flatMap((word, index) => (list[index - 1] === flag ? [word] : []));
}

test("the guest sees its system disk first, then the seed, then its data disks in their order", () => {
  const disks = after(words(), "-device").filter((device) => device.startsWith("virtio-blk-pci"));
  assert.deepEqual(
    disks.map((device) => /serial=([^,]+)/.exec(device)?.[1]),
    ["d-system", "seed", "d-one", "d-two"],
  );
});

test("our image boots by its own kernel, a user's image by its own loader", () => {
  assert.deepEqual(after(words(), "-append"), ["root=/dev/vda rw console=ttyS0"]);
  assert.deepEqual(after(words({ architecture: "arm64" }), "-append"), ["root=/dev/vda rw console=ttyAMA0"]);
  assert.equal(words({ kernel: null, initrd: null }).includes("-kernel"), false);
});

test("the kubelet's port is open on the instance's own address, and nowhere else", () => {
  assert.deepEqual(after(words(), "-netdev"), [
    "user,id=host,hostfwd=tcp:127.65.1.7:10250-:10250",
    "socket,id=segment,mcast=239.200.1.2:20001,localaddr=127.0.0.1",
  ]);
});

test("a guest is emulated unless the processor was found to run it", () => {
  assert.deepEqual(after(words(), "-cpu"), ["max"]);
  assert.deepEqual(after(words({}, { accelerator: "kvm" }), "-cpu"), ["host"]);
});
