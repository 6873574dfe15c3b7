/**
 * What a node image is made of, as data: equal recipes make equal images of equal packages. It does not build them, and
 * says nothing about which versions of its packages Debian has today.
 */
import { createHash } from "node:crypto";
import { containerSource } from "./containers.ts";
import type { Architecture } from "./manifest.ts";
import { treeFiles } from "./tree.ts";

export const family = "Debian";
export const debianVersion = "12";
export const suite = "bookworm";
/** A test holds it to `tools/node/go.mod`. */
export const containerdVersion = "v2.3.7";
/** The age of whatever is made here, and of what says its own age in an image: 2026-01-01. */
export const epochSeconds = 1_767_225_600;
/** As small as the tree allows with air for a first boot; the guest grows it to its disk. */
export const minDiskGiB = 3;
/** The console gets what fails, and what our own units say. Self-tests of ciphers take a tenth of an emulated boot. */
export const kernelArgs =
  "root=/dev/vda rw loglevel=4 systemd.show_status=error SYSTEMD_COLORS=0 cryptomgr.notests";
export const fileSystemUuid = "6f0c3c1e-8f0e-4c52-9d52-1f0a2f5d0a12";
export const hashSeed = "b1a4d2f7-3c65-4d0b-8a6e-5b9f0e7c2d34";

export interface BaseChoice {
  readonly architecture: Architecture;
  /** Packages beyond those that every image has. */
  readonly extra: readonly string[];
}

export function packagesFor({ architecture, extra }: BaseChoice): readonly string[] {
  return [
    ...extra,
    ...wordsIn("systemd-sysv systemd-resolved dbus udev kmod procps e2fsprogs"),
    ...wordsIn("iproute2 iptables nftables conntrack socat ca-certificates"),
    ...wordsIn("runc containernetworking-plugins busybox-static qemu-guest-agent"),
    // Its initrd holds one small program and the drivers named below: nothing of it is seen in the time of a boot.
    `linux-image-cloud-${architecture}`,
    "tiny-initramfs",
    // Instead of usrmerge, which needs all of Perl.
    "usr-is-merged",
  ];
}

export const initrdModules = ["virtio_pci", "virtio_blk"];

/** Of no use on a node: manuals, other languages, and names of hardware that no virtual machine has. */
export const excludedPaths = [
  "/usr/share/man/*",
  "/usr/share/locale/*",
  "/usr/share/doc/*",
  "/usr/lib/udev/hwdb.d/*",
  "/lib/udev/hwdb.d/*",
];

const units = "/usr/lib/systemd/system";

const enabled = wordsIn(`
  systemd-networkd.service containerd.service poolkeeper-images.service kubelet.service poolkeeper-joined.path
`);

/** Nobody logs in, disks are thrown away rather than looked after, and what needs a module of the kernel loads it. */
const masked = wordsIn(`
  apt-daily-upgrade.timer apt-daily.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service getty.target
  proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount sys-kernel-config.mount
  systemd-ask-password-console.path systemd-ask-password-wall.path systemd-binfmt.service systemd-firstboot.service
  systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-networkd-wait-online.service
  systemd-pstore.service systemd-sysusers.service systemd-update-done.service systemd-update-utmp-runlevel.service
  systemd-update-utmp.service systemd-user-sessions.service
  modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service
  modprobe@fuse.service modprobe@loop.service
`);

/** Links by their place. */
export const links: Readonly<Record<string, string>> = {
  "/etc/resolv.conf": "/run/systemd/resolve/resolv.conf",
  // Where most documents look for the plugins.
  "/opt/cni/bin": "/usr/lib/cni",
  "/etc/systemd/system/default.target": `${units}/multi-user.target`,
  "/etc/systemd/system/sysinit.target.wants/poolkeeper-seed.service": `${units}/poolkeeper-seed.service`,
  ...Object.fromEntries(
    enabled.map((unit) => [`/etc/systemd/system/multi-user.target.wants/${unit}`, `${units}/${unit}`]),
  ),
  ...Object.fromEntries(masked.map((unit) => [`/etc/systemd/system/${unit}`, "/dev/null"])),
};

export interface RecipeChoice {
  readonly kubernetesVersion: string;
  readonly architecture: Architecture;
}

/** To be raised when debian.ts or disk.ts make something else of the same recipe. */
const method = 1;

/** SHA-256 over all of it. */
export function recipeOf(choice: RecipeChoice): string {
  const files = [...treeFiles("root"), ...treeFiles("containerd-1")];
  const own = { method, files, links, kernelArgs, fileSystemUuid, hashSeed, minDiskGiB };
  return hashOf([choice, baseOf({ ...choice, extra: [] }), containerdVersion, containerSource, own]);
}

/** What the Debian below depends on; images of several kubelets share it. */
export function baseOf(choice: BaseChoice): string {
  return hashOf([suite, epochSeconds, packagesFor(choice), initrdModules, excludedPaths]);
}

function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function wordsIn(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
