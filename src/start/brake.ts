/** The emergency brake that needs no API server: a file in the data directory, its text shown as the reason. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** `echo "why" > <data-dir>/brake` stops everything new; removing the file lets it go on. Null: no brake. */
export function brakeOf(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, "brake"), "utf8").trim() || "the file brake is there";
  } catch {
    return null;
  }
}
