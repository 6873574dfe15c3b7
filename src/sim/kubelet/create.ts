/**
 * Simulated kubelets, one for each running instance of a simulated cloud: they register nodes, keep them alive, run the
 * pods bound to them and fail on request, against any Kubernetes API. Which pod goes where is the scheduler's.
 */
import type { Clock } from "../../ports/clock.ts";
import type { Change, Kube, KubeCache } from "../../ports/kube.ts";
import type { PodObject } from "../../schema/kubernetes.ts";
import type { Cloud } from "../cloud/create.ts";
import type { InstanceRecord } from "../cloud/model.ts";
import { createStream } from "../stream.ts";
import { createTimers } from "../timers.ts";
import type { Fleet } from "./context.ts";
import { createFaultDesk } from "./fault.ts";
import { nodeNameOf } from "./node.ts";
import { createRun, type Run, runKeyOf } from "./run.ts";

export interface Kubelets {
  start(): void;
  /** Resolves when no kubelet sends anything more. */
  stop(): Promise<void>;
}

interface KubeletOptions {
  readonly kube: Kube;
  /** Watches nodes and pods, with the index `node`. */
  readonly cache: KubeCache;
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly seed: number;
  /** How often each lease is renewed. Real kubelets take 10; the API's patience ends at 40. */
  readonly leaseSeconds?: number;
  /** Told in one line what happened to a node that a person may want to know. */
  readonly log?: (line: string) => void;
}

export function createKubelets(options: KubeletOptions): Kubelets {
  const { kube, cache, cloud, clock } = options;
  const fleet: Fleet = {
    kube,
    cache,
    cloud,
    clock,
    chance: createStream(options.seed, `${cloud.region}/kubelets`),
    leaseMs: (options.leaseSeconds ?? 10) * 1000,
    log: options.log ?? (() => {}),
    underWay: new Set(),
  };
  const timers = createTimers(clock);
  const runs = createRuns(fleet);
  const onNode = createFaultDesk(fleet, timers);
  const onChange = (change: Change): void => {
    if (change.kind === "Pod") runs.passOn(change);
    if (change.kind !== "Node") return;
    const run = runs.on(change.key);
    if (change.after === undefined) {
      run?.loseNode(change.before?.metadata.uid);
      return;
    }
    onNode(change.after);
    run?.refresh();
  };
  const unsubscribe: (() => void)[] = [];

  return {
    start: () => {
      unsubscribe.push(cloud.onChange(runs.sync), cache.onChange(onChange));
      for (const record of cloud.instances()) runs.sync(record);
      for (const node of cache.list("Node")) onNode(node);
    },
    stop: async () => {
      for (const stopListening of unsubscribe) stopListening();
      timers.end();
      runs.end();
      await Promise.all(fleet.underWay);
    },
  };
}

/** The kubelets that live, by node name. */
function createRuns(fleet: Fleet) {
  const runs = new Map<string, Run>();
  const on = (nodeName: string | undefined): Run | undefined => runs.get(nodeName ?? "");
  return {
    on,
    sync: (record: InstanceRecord): void => {
      const name = nodeNameOf(fleet.cloud.region, record.id);
      const run = on(name);
      const key = runKeyOf(record);
      if (run !== undefined && run.key === key) {
        run.refresh();
        return;
      }
      run?.end();
      runs.delete(name);
      if (key !== null) runs.set(name, createRun(fleet, record.id, key));
    },
    passOn: ({ before, after }: Change): void => {
      const old: PodObject | undefined = before;
      const pod: PodObject | undefined = after;
      if (old !== undefined && old.metadata.uid !== pod?.metadata.uid) on(old.spec?.nodeName)?.forget(old);
      if (pod !== undefined) on(pod.spec?.nodeName)?.see(pod);
    },
    end: (): void => {
      for (const run of runs.values()) run.end();
      runs.clear();
    },
  };
}
