/** Where everything of one local provider lies in the data directory. Paths only; nothing is read or written here. */
import { join, resolve } from "node:path";

export interface Layout {
  readonly root: string;
  readonly lock: string;
  readonly accelerator: string;
  /** Client tokens of released instances, so that none of them makes a second one. */
  readonly released: string;
  /** Images in use: they stay whole while any disk lies on them, whatever becomes of the folder they came from. */
  readonly images: string;
  /** Data disks that outlived their instance. */
  readonly keptDisks: string;
  instance(id: string): InstanceLayout;
}

export interface InstanceLayout {
  readonly folder: string;
  readonly record: string;
  readonly seed: string;
  readonly console: string;
  readonly consoleBefore: string;
  /** What QEMU itself says. */
  readonly qemuLog: string;
  readonly pidFile: string;
  disk(id: string): string;
}

/** Names inside an instance's folder, where QEMU runs: sockets are bound by these short ones. */
export const names = {
  record: "instance.json",
  seed: "seed.img",
  console: "console.log",
  pidFile: "qemu.pid",
  monitor: "monitor.sock",
  agent: "agent.sock",
} as const;

export function layoutOf(dataDir: string, provider: string): Layout {
  // Absolute, since QEMU runs in other folders than we do.
  const root = resolve(dataDir, "local", provider);
  return {
    root,
    lock: join(root, "lock"),
    accelerator: join(root, "accelerator.json"),
    released: join(root, "released.json"),
    images: join(root, "images"),
    keptDisks: join(root, "kept-disks"),
    instance: (id) => {
      const folder = join(root, id);
      const inside = (name: string): string => join(folder, name);
      return {
        folder,
        record: inside(names.record),
        seed: inside(names.seed),
        console: inside(names.console),
        consoleBefore: inside("console.previous.log"),
        qemuLog: inside("qemu.log"),
        pidFile: inside(names.pidFile),
        disk: (diskId) => inside(diskFile(diskId)),
      };
    },
  };
}

export function diskFile(diskId: string): string {
  return `${diskId}.qcow2`;
}

export function isInstanceFolder(name: string): boolean {
  return /^i-[0-9a-f]{12}$/.test(name);
}
