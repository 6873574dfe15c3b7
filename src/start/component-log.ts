/** Log files of the control plane's programs: one older generation is kept, and the lines that tell why one ended. */
import { existsSync, readFileSync, renameSync } from "node:fs";

export function rotateLog(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

const lineLimit = 6;
const widthLimit = 400;

/** Errors before everything else: klog and zap write theirs among many lines, and a crash hides it under its stack. */
export function tellingLines(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  const filled = lines.filter((line) => line.trim() !== "");
  const errors = filled.filter((line) => isError.test(line));
  return (errors.length > 0 ? errors : filled).slice(-lineLimit).map((line) => line.slice(0, widthLimit));
}

const isError = /^[EF]\d{4} |"level":"(error|fatal|panic)"|^panic: |^(Error|error|run): /;
