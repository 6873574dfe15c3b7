/** The product's name in the API and its version. */
import { readFileSync } from "node:fs";

export const version: string = readVersion();

export const systemNamespace = "poolkeeper-system";

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const value: unknown = Reflect.get(Object(JSON.parse(text)), "version");
  return typeof value === "string" ? value : "unknown";
}
