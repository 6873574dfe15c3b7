/** How much memory this host has, has free, and what a process holds of it. */
import { readFileSync } from "node:fs";
import { freemem, totalmem } from "node:os";

const mebibyte = 1024 * 1024;

export function totalMiB(): number {
  return Math.floor(totalmem() / mebibyte);
}

/** Without swapping anything out: caches count as free. */
export function availableMiB(): number {
  const kibibytes = field("/proc/meminfo", "MemAvailable");
  return kibibytes === null ? Math.floor(freemem() / mebibyte) : Math.floor(kibibytes / 1024);
}

/** 0 where it cannot be told: then all that was promised to the process counts. */
export function residentMiB(pid: number): number {
  return Math.floor((field(`/proc/${pid}/status`, "VmRSS") ?? 0) / 1024);
}

function field(file: string, name: string): number | null {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync(file, "utf8"));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
