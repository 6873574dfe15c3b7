/** The other controllers of a cluster, as one thing that runs on the clock: what kube-controller-manager and kube-scheduler do. */
import type { Clock } from "../../ports/clock.ts";
import type { ApiServer } from "../api/server.ts";
import type { Commit } from "../api/store.ts";
import { createBudgets } from "./budgets.ts";
import { createDeployments } from "./deployments.ts";
import { createGarbage } from "./garbage.ts";
import { createHand, type Neighbour } from "./hand.ts";
import { createNamespaces } from "./namespaces.ts";
import { createNodeHealth } from "./node-health.ts";
import { createOrphanRemoval, createTaintEviction } from "./pod-removal.ts";
import { createReplicaSets } from "./replica-sets.ts";
import { createScheduler } from "./scheduler.ts";
import { createView } from "./view.ts";

export interface Neighbours {
  /** Looks at all that exists, and from then on at each change, a little later. */
  start(): void;
  stop(): void;
}

/** How long after a change its neighbours see it. */
const latencyMs = 20;

export function createNeighbours(server: ApiServer, clock: Clock): Neighbours {
  let stops: readonly (() => void)[] = [];
  return {
    start: () => {
      if (stops.length > 0) return;
      const view = createView(server);
      const hand = (name: string) => createHand(server, name);
      const desks = [
        createGarbage(hand("garbage-collector"), view),
        createNamespaces(hand("namespace-controller")),
        createDeployments(hand("deployment-controller"), view),
        createReplicaSets(hand("replicaset-controller"), view),
        createNodeHealth(hand("node-controller"), view),
        createTaintEviction(hand("taint-eviction-controller"), view),
        createOrphanRemoval(hand("pod-garbage-collector"), view),
        createScheduler(hand("kube-scheduler"), view),
        createBudgets(hand("disruption-controller")),
      ].map((neighbour) => createDesk(neighbour, clock));
      for (const commit of everything(server)) for (const desk of desks) desk.take(commit);
      const stopStore = server.store.subscribe((commit) => {
        for (const desk of desks) desk.take(commit);
      });
      stops = [stopStore, view.stop, ...desks.map((desk) => desk.stop)];
    },
    stop: () => {
      for (const stop of stops) stop();
      stops = [];
    },
  };
}

/** What exists, as if it had been made just now. */
function everything(server: ApiServer): readonly Commit[] {
  const timeMs = server.clock.now();
  return server.store.names().flatMap((store) =>
    server.store.list(store).map((object) => ({
      revision: Number(object.metadata.resourceVersion),
      timeMs,
      store,
      type: "ADDED" as const,
      object,
      before: undefined,
    })),
  );
}

interface Desk {
  readonly take: (commit: Commit) => void;
  readonly stop: () => void;
}

/** One neighbour's work list: each key once, and each looked at again when it asked for that. */
function createDesk(neighbour: Neighbour, clock: Clock): Desk {
  const due = new Set<string>();
  const later = new Map<string, () => void>();
  let stopPass: (() => void) | null = null;

  const pass = () => {
    stopPass = null;
    const keys = [...due];
    due.clear();
    for (const key of keys) look(key);
  };
  const mark = (key: string) => {
    due.add(key);
    stopPass ??= clock.after(latencyMs, pass);
  };
  const look = (key: string) => {
    later.get(key)?.();
    later.delete(key);
    const waitMs = neighbour.sync(key);
    if (waitMs === null) return;
    const stop = clock.after(waitMs, () => {
      later.delete(key);
      mark(key);
    });
    later.set(key, stop);
  };
  return {
    take: (commit) => {
      for (const key of neighbour.wants(commit)) mark(key);
    },
    stop: () => {
      stopPass?.();
      for (const stop of later.values()) stop();
      later.clear();
      due.clear();
    },
  };
}
