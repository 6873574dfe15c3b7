/** Log files of the control plane's programs: one older generation is kept, and the lines that tell why one ended. */
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from "node:fs";
import * as z from "zod";

export function rotateLog(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

const lineLimit = 6;
const widthLimit = 400;
const endLimit = 262_144;

/** Errors before everything else: they stand among many other lines, and a crash buries them under its stack. */
export function tellingLines(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  const lines = endOf(file)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => isError.test(line));
  const telling = errors.length > 0 ? errors : lines;
  return telling.slice(-lineLimit).map((line) => withoutJson(line).slice(0, widthLimit));
}

/** A program that ran for weeks may have written more than fits into memory. */
function endOf(file: string): string {
  const opened = openSync(file, "r");
  try {
    const { size } = fstatSync(opened);
    const buffer = Buffer.alloc(Math.min(size, endLimit));
    readSync(opened, buffer, { position: size - buffer.length });
    return buffer.toString("utf8");
  } finally {
    closeSync(opened);
  }
}

/** klog, zap and the Go runtime each mark theirs in their own way. */
const isError =
  /^[EF]\d{4} |^\{"level":"(error|fatal|panic)"|^(panic|fatal error): |^unexpected fault|^(Error|error): /;

const zapSchema = z.object({ level: z.string(), msg: z.string(), error: z.string().optional() });

/** etcd writes JSON, most of it a stack. */
function withoutJson(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { level, msg, error } = zapSchema.parse(JSON.parse(line));
    return error === undefined ? `${level}: ${msg}` : `${level}: ${msg}: ${error}`;
  } catch {
    return line;
  }
}
