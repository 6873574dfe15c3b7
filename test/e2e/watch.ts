/** Onlookers that miss nothing: kubectl watches that keep every status word of pools and every state of a workload. */
import type { Rig } from "./rig.ts";
import { namespace } from "./rig.ts";

export interface Words {
  /** The status words of a pool in their order, each as long as it lasted. */
  of(pool: string): readonly string[];
}

export async function watchWords(rig: Rig): Promise<Words> {
  const words = new Map<string, string[]>();
  const columns = '{.metadata.name}{" "}{.status.summary}{"\\n"}';
  await rig.watch(["get", "mnp", "-n", namespace, "-w", "-o", `jsonpath=${columns}`], (line) => {
    const [, pool = "", word = ""] = /^(\S+) (.+)$/.exec(line) ?? [];
    const seen = words.get(pool) ?? [];
    words.set(pool, seen);
    if (word !== "" && seen.at(-1) !== word) seen.push(word);
  });
  return { of: (pool) => words.get(pool) ?? [] };
}

export interface Health {
  /** The fewest pods that were ready at once, and not on their way out, since `begin`. */
  fewestReady(): number;
  /** States of the budget in which fewer pods were healthy than it demands. */
  readonly violations: readonly string[];
  /** Waits until so many pods are ready. From then on it counts. */
  begin(pods: number): Promise<void>;
  end(): void;
  /** How many states were seen; a watch that sees nothing proves nothing. */
  seen(): number;
}

/** Follows the pods and the budget of one application, both labelled and named `app`. */
export async function watchHealth(rig: Rig, app: string): Promise<Health> {
  const ready = new Set<string>();
  const violations: string[] = [];
  let isOn = false;
  let fewest = Number.POSITIVE_INFINITY;
  let seen = 0;
  const pod =
    '{.type}{" "}{.object.metadata.name}{" "}{.object.metadata.deletionTimestamp}{" "}' +
    '{.object.status.conditions[?(@.type=="Ready")].status}{"\\n"}';
  const pods = ["get", "pods", "-l", `app=${app}`, "-w", "--output-watch-events", "-o", `jsonpath=${pod}`];
  await rig.watch(pods, (line) => {
    const [type, name = "", deletedAt, condition] = line.split(" ");
    if (type !== "DELETED" && deletedAt === "" && condition === "True") ready.add(name);
    else ready.delete(name);
    if (!isOn) return;
    fewest = Math.min(fewest, ready.size);
    seen += 1;
  });
  const counts = '{.status.currentHealthy}{" "}{.status.desiredHealthy}{"\\n"}';
  await rig.watch(["get", "pdb", app, "-w", "-o", `jsonpath=${counts}`], (line) => {
    const [healthy, desired] = line.split(" ");
    if (isOn && !(Number(healthy) >= Number(desired)))
      violations.push(`${line} at ${new Date().toISOString()}`);
  });
  return {
    fewestReady: () => fewest,
    violations,
    begin: async (pods) => {
      await rig.eventually(`${pods} pods of ${app} are ready`, async () => ready.size === pods);
      fewest = Math.min(fewest, ready.size);
      isOn = true;
    },
    end: () => {
      isOn = false;
    },
    seen: () => seen,
  };
}
