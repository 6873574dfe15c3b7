/** The name of this process as a candidate for the lead, and which other names belong to processes that have ended. */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { identifyProcess, isProcessAlive } from "./process-id.ts";

export interface Identity {
  readonly name: string;
  /** True only where this process would see the other one if it lived. */
  isGone(name: string): boolean;
}

export function createIdentity(): Identity {
  const me = identifyProcess(process.pid);
  const view = viewOfProcesses();
  if (me === null || view === null) {
    return { name: `${hostname()}_${process.pid}`, isGone: () => false };
  }
  return {
    name: `${hostname()}_${me.pid}_${me.startedAt}_${view}`,
    isGone: (name) => {
      const [, pid, startedAt, seenFrom] = /_(\d+)_(\d+)_([0-9a-f]+)$/.exec(name) ?? [];
      if (pid === undefined || startedAt === undefined || seenFrom !== view) return false;
      return !isProcessAlive({ pid: Number(pid), startedAt });
    },
  };
}

/**
 * Equal for two processes only if each sees the other by its number: one running kernel, one process namespace, and one
 * user, from whom the kernel hides nothing. Containers on one machine share its name, but not this. Null: cannot be told.
 */
function viewOfProcesses(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = readlinkSync("/proc/self/ns/pid");
    const text = `${boot} ${namespace} ${process.getuid?.() ?? ""}`;
    return createHash("sha256").update(text).digest("hex").slice(0, 12);
  } catch {
    return null;
  }
}
