/** What the simulated cloud itself has on file: the truth about instances, whatever Poolkeeper and Kubernetes say. */
import path from "node:path";
import { readFileSync } from "node:fs";
import type { InstanceRecord } from "../../src/sim/cloud/model.ts";

/** Every instance that was ever made, by its id. Those that are no more are marked gone. */
export function instancesIn(dataDir: string, provider: string): ReadonlyMap<string, InstanceRecord> {
  const text = readFileSync(path.join(dataDir, "simulator", `${provider}.jsonl`), "utf8");
  const instances = new Map<string, InstanceRecord>();
  // What follows the last line break is being written just now.
  for (const line of text.split("\n").slice(1, -1)) {
    const { instance } = JSON.parse(line) as { readonly instance?: InstanceRecord };
    if (instance !== undefined) instances.set(instance.id, instance);
  }
  return instances;
}
