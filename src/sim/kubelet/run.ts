/** One kubelet from its start to its end: joins, beats, reports and runs pods. A boot or a restart begins another one. */
import type { NodeObject, PodObject } from "../../schema/kubernetes.ts";
import type { InstanceRecord } from "../cloud/model.ts";
import { createTimers, type Timers } from "../timers.ts";
import { type Fleet, persist } from "./context.ts";
import { renewLease } from "./lease.ts";
import { isFlapping, isHung, isStatusCurrent, nextFlapMs, nodeNameOf } from "./node.ts";
import { createPods, type Pods } from "./pods.ts";
import { postStatus, register } from "./registration.ts";

export interface Run {
  readonly key: string;
  /** Something about the instance or its node has changed. */
  refresh(): void;
  see(pod: PodObject): void;
  forget(pod: PodObject): void;
  /** A node of the kubelet's name is no more. */
  loseNode(uid: string | undefined): void;
  end(): void;
}

/** Names the boot and start a kubelet of this instance lives in; null when none does. */
export function runKeyOf({ state, guest, gone }: InstanceRecord): string | null {
  const isStopped = guest.faults.some(({ kind }) => kind === "KubeletStopped" || kind === "NeverRegisters");
  if (gone !== null || state !== "Running" || !guest.isEnabled || isStopped) return null;
  return `${guest.bootId}@${guest.joinAt}`;
}

export function createRun(fleet: Fleet, id: string, key: string): Run {
  const { cloud, clock } = fleet;
  const timers = createTimers(clock);
  const what = `node ${nodeNameOf(cloud.region, id)}`;
  let status: StatusLoop | null = null;
  let pods: Pods | null = null;
  let nodeUid: string | undefined;

  const join = async (): Promise<void> => {
    const record = cloud.get(id);
    if (record === undefined) return;
    const node = await register(fleet, record, key);
    if (timers.isOver()) return;
    if (node === null) return lose();
    cloud.noteRegistration(id, key);
    nodeUid = node.metadata.uid;
    status = startStatus(fleet, timers, node, { id, lose });
    startLease(fleet, timers, node, record.guest.registered === key);
    whenSynced(fleet, timers, () => {
      pods = startPods(fleet, timers, record);
    });
  };
  const lose = (): void => {
    fleet.log(`${what} was deleted while its kubelet ran; a restart of the kubelet registers it again`);
    timers.end();
  };

  timers.after((cloud.get(id)?.guest.joinAt ?? 0) - clock.now(), () => persist(fleet, timers, what, join));
  return {
    key,
    refresh: () => status?.refresh(),
    see: (pod) => pods?.see(pod),
    forget: (pod) => pods?.forget(pod),
    loseNode: (uid) => {
      // What the view tells late may be of the node before.
      if (uid === nodeUid && !timers.isOver()) lose();
    },
    end: () => timers.end(),
  };
}

/** Posts every five minutes, and soon after the API shows something else than the truth. */
function startStatus(
  fleet: Fleet,
  timers: Timers,
  node: NodeObject,
  { id, lose }: { readonly id: string; readonly lose: () => void },
): StatusLoop {
  const { name } = node.metadata;
  let cancel = (): void => {};
  let isUrgent = false;

  const go = (): void => persist(fleet, timers, `node ${name}: status`, post);
  const post = async (): Promise<void> => {
    const record = fleet.cloud.get(id);
    if (record === undefined) return;
    const posted = await postStatus(fleet, record);
    if (posted === null) return lose();
    isUrgent = false;
    wait(record);
    compare(posted);
  };
  const wait = (record: InstanceRecord): void => {
    const usualMs = fleet.chance.spread(heartbeatMs, 4);
    cancel();
    cancel = timers.after(nextFlapMs(record, fleet.clock.now()) ?? usualMs, go);
  };
  const compare = (seen: NodeObject | undefined): void => {
    const record = fleet.cloud.get(id);
    if (isUrgent || record === undefined || seen === undefined) return;
    if (isStatusCurrent(record, seen, fleet.clock.now())) {
      if (isFlapping(record)) wait(record);
      return;
    }
    isUrgent = true;
    cancel();
    cancel = timers.after(fleet.chance.spread(noticeMs, 50), go);
  };

  const record = fleet.cloud.get(id);
  if (record !== undefined) wait(record);
  compare(node);
  return { refresh: () => compare(fleet.cache.get("Node", name)) };
}

interface StatusLoop {
  refresh(): void;
}

const heartbeatMs = 300_000;
// Real kubelets look at themselves every ten seconds; ours is told.
const noticeMs = 500;

/** A kubelet that was alive before begins at a moment of its own, so that a whole fleet does not beat as one. */
function startLease(fleet: Fleet, timers: Timers, node: NodeObject, wasAlive: boolean): void {
  const beat = (): void => {
    persist(fleet, timers, `node ${node.metadata.name}: lease`, async () => {
      await renewLease(fleet.kube, node, fleet.clock.now());
      timers.after(fleet.chance.spread(fleet.leaseMs, 4), beat);
    });
  };
  timers.after(wasAlive ? fleet.chance.next() * resumeSpreadMs : 0, beat);
}

const resumeSpreadMs = 5000;

function startPods(fleet: Fleet, timers: Timers, record: InstanceRecord): Pods {
  const { guest, id, address } = record;
  const pods = createPods(fleet, timers, {
    address,
    isHung: () => {
      const current = fleet.cloud.get(id);
      return current === undefined || isHung(current);
    },
  });
  const wasBooted = guest.registered !== "" && !guest.registered.startsWith(`${guest.bootId}@`);
  for (const pod of fleet.cache.byIndex("Pod", "node", nodeNameOf(fleet.cloud.region, id))) {
    if (wasBooted) pods.restart(pod);
    else pods.see(pod);
  }
  return pods;
}

/** Conclusions from a view that is not whole yet would be wrong. */
function whenSynced(fleet: Fleet, timers: Timers, run: () => void): void {
  if (fleet.cache.isSynced()) run();
  else timers.after(syncPollMs, () => whenSynced(fleet, timers, run));
}

const syncPollMs = 200;
