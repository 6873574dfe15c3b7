/** Tells how a sample pool of real machines comes up, which takes minutes, until it is Active. It only looks. */
import type { Clock } from "../ports/clock.ts";
import type { Change, KubeCache } from "../ports/kube.ts";
import type { ManagedMachineObject } from "../schema/machine.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import { stateWord } from "../text/words.ts";
import type { Progress } from "./progress.ts";
import { samplePool } from "./sample.ts";

interface SampleWatch {
  readonly cache: KubeCache;
  readonly clock: Clock;
  readonly progress: Progress;
}

export function followSample({ cache, clock, progress }: SampleWatch): void {
  const pool = samplePool;
  progress.say("The sample pool comes up:");
  const startedAt = clock.monotonic();
  const said = new Map<string, string>();
  const say = (name: string, words: string): void => {
    if (words === "" || said.get(name) === words) return;
    said.set(name, words);
    progress.say(
      `  ${String(Math.round((clock.monotonic() - startedAt) / 1000)).padStart(4)} s  ${name}: ${words}`,
    );
  };
  const hear = ({ kind, after }: Change): void => {
    if (after === undefined) return;
    if (kind === "ManagedMachine") hearMachine(after as ManagedMachineObject);
    if (kind === "ManagedNodePool" && after.metadata.name === pool) hearPool(after as ManagedNodePoolObject);
  };
  const hearMachine = ({ metadata, spec, status }: ManagedMachineObject): void => {
    if (spec.poolName !== pool || status?.summary === undefined) return;
    const node = status.summary === "Ready" ? ` as node ${status.nodeName ?? ""}` : "";
    say(metadata.name, `${stateWord(status.summary)}${node}${withColon(status.message)}`);
  };
  const hearPool = ({ spec, status }: ManagedNodePoolObject): void => {
    const { summary, message, readyReplicas = 0 } = status ?? {};
    if (summary === undefined) return;
    const isActive = summary === "Active" && readyReplicas === spec.replicas;
    say(
      pool,
      isActive ? `Active, ${readyReplicas} nodes are ready` : `${stateWord(summary)}${withColon(message)}`,
    );
    if (!isActive) return;
    end();
    progress.say("See them: kubectl get nodes -o wide, and what runs on them: kubectl get pods -o wide");
  };
  const end = cache.onChange(hear);
  for (const machine of cache.list("ManagedMachine")) hearMachine(machine);
  for (const object of cache.list("ManagedNodePool")) if (object.metadata.name === pool) hearPool(object);
}

function withColon(message: string | undefined): string {
  return message === undefined || message === "" ? "" : `: ${message}`;
}
