/** Why a guest may not come: the last words of its console and of its QEMU, short enough for a status and without secrets. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { InstanceLayout } from "./layout.ts";
import { type InstanceRecord, isRunning } from "./record.ts";

const tailBytes = 8192;
const longestLine = 160;
const consoleLines = 8;
const qemuLines = 3;

export function diagnose(layout: InstanceLayout, record: InstanceRecord): string | null {
  const { failure, work } = record;
  const parts = [
    ...(failure === null ? [] : [failure.message]),
    ...(isRunning(record) || work !== null ? [] : [`no QEMU process runs ${record.id}`]),
    ...said("QEMU says", lastLines(layout.qemuLog, qemuLines)),
    ...said("the console ends with", lastLines(layout.console, consoleLines)),
  ];
  return parts.length === 0 ? null : withoutSecrets(parts.join("; "));
}

function said(who: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${who}: ${lines.join(" | ")}`];
}

function lastLines(file: string, count: number): readonly string[] {
  const lines = stripVTControlCharacters(tail(file))
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/[^\x20-\x7e]/g, "").trim())
    .filter((line) => line !== "");
  // What a kernel prints after its panic are addresses; the reason stands before.
  const panicAt = lines.findIndex((line) => line.includes("Kernel panic - "));
  return lines
    .slice(0, panicAt < 0 ? lines.length : panicAt + 1)
    .slice(-count)
    .map((line) => line.slice(0, longestLine));
}

function tail(file: string): string {
  try {
    const opened = openSync(file, "r");
    try {
      const { size } = fstatSync(opened);
      const buffer = Buffer.alloc(Math.min(size, tailBytes));
      const length = readSync(opened, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString("utf8", 0, length);
    } finally {
      closeSync(opened);
    }
  } catch {
    return ""; // It has never run.
  }
}

/** Bootstrap tokens have this shape wherever they are printed. */
function withoutSecrets(text: string): string {
  return text.replaceAll(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, "(token)");
}
