/** Files that are either the old or the new ones, never half of one, also after a crash in the middle. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";

export function writeWholeFile(file: string, content: string | Uint8Array, mode: number): void {
  const part = `${file}.${process.pid}.part`;
  try {
    const opened = openSync(part, "w", mode);
    try {
      writeFileSync(opened, content);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
