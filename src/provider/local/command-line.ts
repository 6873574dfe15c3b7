/** How QEMU is called for one instance. Pure: the same record gives the same words. */
import type { Architecture, ImageManifest } from "../../image/manifest.ts";
import { diskFile, names } from "./layout.ts";
import { hostCardAddress, kubeletPort, type Network, segmentCardAddress } from "./network.ts";
import type { InstanceRecord } from "./record.ts";

export interface Platform {
  readonly program: string;
  /** Debian's package of the program. */
  readonly debianPackage: string;
  readonly machine: string;
  readonly console: string;
}

export const platforms: Readonly<Record<Architecture, Platform>> = {
  amd64: {
    program: "qemu-system-x86_64",
    debianPackage: "qemu-system-x86",
    machine: "q35",
    console: "ttyS0",
  },
  arm64: {
    program: "qemu-system-aarch64",
    debianPackage: "qemu-system-arm",
    machine: "virt",
    console: "ttyAMA0",
  },
};

export type Accelerator = "kvm" | "tcg";

/** Translated code of the guest is kept up to this size; QEMU's own limit would be a gibibyte for each instance. */
const translatedMiB = 256;
/** What QEMU takes besides the memory of its guest. */
export const overheadMiB: number = translatedMiB + 64;

/** Software emulation is slow, but works everywhere; it uses a host thread for each CPU of the guest. */
export const acceleration: Readonly<Record<Accelerator, readonly string[]>> = {
  kvm: ["-accel", "kvm", "-cpu", "host"],
  tcg: ["-accel", `tcg,thread=multi,tb-size=${translatedMiB}`, "-cpu", "max"],
};

export interface Hardware {
  readonly accelerator: Accelerator;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly network: Network;
  readonly manifest: ImageManifest;
  /** From the folder of the instance, where QEMU runs. */
  readonly imageFolder: string;
}

type Words = readonly string[];

export function commandLine(record: InstanceRecord, hardware: Hardware): Words {
  const { machine } = platforms[hardware.manifest.architecture];
  return [
    ["-name", record.id, "-no-user-config", "-nodefaults", "-display", "none"],
    ["-machine", machine, "-smp", String(hardware.cpus), "-m", String(hardware.memoryMiB)],
    acceleration[hardware.accelerator],
    ["-rtc", "base=utc", "-pidfile", names.pidFile],
    kernel(hardware),
    disks(record),
    cards(record, hardware.network),
    channels,
    ["-device", "virtio-rng-pci"],
    // Memory that the guest gives up goes back to the host.
    ["-device", "virtio-balloon-pci,free-page-reporting=on"],
  ].flat();
}

/** Our images bring their kernel as a file; a user's image boots by its own loader. */
function kernel({ manifest, imageFolder }: Hardware): Words {
  if (manifest.kernel === null) return [];
  const { console } = platforms[manifest.architecture];
  return [
    ["-kernel", `${imageFolder}/${manifest.kernel}`],
    manifest.initrd === null ? [] : ["-initrd", `${imageFolder}/${manifest.initrd}`],
    ["-append", `${manifest.kernelArgs} console=${console}`.trim()],
  ].flat();
}

/** In this order the guest sees vda, vdb, vdc and so on. */
function disks({ systemDisk, dataDisks }: InstanceRecord): Words {
  const seed = `driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename=${names.seed}`;
  return [
    volume("system", systemDisk.id, ",bootindex=1"),
    ["-blockdev", seed, "-device", "virtio-blk-pci,drive=seed,serial=seed"],
    ...dataDisks.map(({ id }, index) => volume(`data${index}`, id)),
  ].flat();
}

function volume(node: string, id: string, extra = ""): Words {
  const file = `file.driver=file,file.filename=${diskFile(id)},file.discard=unmap`;
  const device = `virtio-blk-pci,drive=${node},serial=${id}${extra}`;
  return ["-blockdev", `driver=qcow2,node-name=${node},discard=unmap,${file}`, "-device", device];
}

function cards({ id, number, address }: InstanceRecord, { segment }: Network): Words {
  const forward = `hostfwd=tcp:${address}:${kubeletPort}-:${kubeletPort}`;
  return [
    ["-netdev", `user,id=host,${forward}`],
    ["-device", `virtio-net-pci,netdev=host,mac=${hostCardAddress(id)},romfile=`],
    ["-netdev", `socket,id=segment,mcast=${segment},localaddr=127.0.0.1`],
    ["-device", `virtio-net-pci,netdev=segment,mac=${segmentCardAddress(number)},romfile=`],
  ].flat();
}

const channels: Words = [
  ["-chardev", `socket,id=monitor,path=${names.monitor},server=on,wait=off`],
  ["-mon", "chardev=monitor,mode=control"],
  ["-chardev", `socket,id=agent,path=${names.agent},server=on,wait=off`],
  ["-device", "virtio-serial-pci"],
  ["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"],
  ["-chardev", `file,id=console,path=${names.console}`, "-serial", "chardev:console"],
].flat();
