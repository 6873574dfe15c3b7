/** Runs the pods of one kubelet: waits as long as each step takes, then tells the API. What comes next is in pod.ts. */
import { isPortError } from "../../ports/errors.ts";
import { keyOf } from "../../ports/kube.ts";
import type { PodObject } from "../../schema/kubernetes.ts";
import type { Timers } from "../timers.ts";
import { type Fleet, persist } from "./context.ts";
import { isRunning, nextPodStep, type PodStep, readyStatus, restartedStatus, startedStatus } from "./pod.ts";

export interface Pods {
  /** The pod as the cache shows it now. */
  see(pod: PodObject): void;
  forget(pod: PodObject): void;
  /** The instance was booted under the pod. */
  restart(pod: PodObject): void;
}

interface Host {
  readonly address: string;
  /** The container runtime starts and ends nothing. */
  readonly isHung: () => boolean;
}

const startMs = 1000;

export function createPods(fleet: Fleet, timers: Timers, host: Host): Pods {
  const steps = new Map<string, { readonly kind: PodStep["kind"]; readonly cancel: () => void }>();

  const plan = (pod: PodObject, { kind, delayMs }: PodStep): void => {
    const uid = uidOf(pod);
    if (steps.get(uid)?.kind === kind) return;
    steps.get(uid)?.cancel();
    const cancel = timers.after(delayMs, () => {
      persist(fleet, timers, `pod ${keyOf(pod)}`, async () => {
        if (!host.isHung()) await unlessGone(take(fleet, host, pod, kind));
        steps.delete(uid);
      });
    });
    steps.set(uid, { kind, cancel });
  };
  const forget = (pod: PodObject): void => {
    steps.get(uidOf(pod))?.cancel();
    steps.delete(uidOf(pod));
  };
  const see = (pod: PodObject): void => {
    const step = nextPodStep(pod, fleet.clock.now(), fleet.chance.spread(startMs, 50));
    if (step === null) forget(pod);
    else plan(pod, step);
  };

  return {
    see,
    forget,
    restart: (pod) => {
      if (!isRunning(pod)) see(pod);
      // Its containers ended with the boot, so that nothing is left to wait for.
      else if (pod.metadata.deletionTimestamp !== undefined) plan(pod, { kind: "Finish", delayMs: 0 });
      else persist(fleet, timers, `pod ${keyOf(pod)}`, () => unlessGone(markRestarted(fleet, pod)));
    },
  };
}

/** Takes the step, if the pod still is where it was when the step was planned. */
async function take(fleet: Fleet, host: Host, planned: PodObject, kind: PodStep["kind"]): Promise<void> {
  const now = fleet.clock.now();
  const pod = fleet.cache.get("Pod", keyOf(planned));
  if (pod === undefined || uidOf(pod) !== uidOf(planned)) return;
  if (nextPodStep(pod, now, startMs)?.kind !== kind) return;
  switch (kind) {
    case "Start":
      return post(fleet, pod, startedStatus(pod, host.address, now));
    case "Ready":
      return post(fleet, pod, readyStatus(await whole(fleet, pod), now));
    case "Finish": {
      const uid = uidOf(pod);
      return fleet.kube.delete("Pod", refOf(pod), { gracePeriodSeconds: 0, uid });
    }
  }
}

async function markRestarted(fleet: Fleet, pod: PodObject): Promise<void> {
  await post(fleet, pod, restartedStatus(await whole(fleet, pod), fleet.clock.now()));
}

/** What the cache shows is trimmed; what is sent back must not be. */
function whole(fleet: Fleet, pod: PodObject): Promise<PodObject> {
  return fleet.kube.get("Pod", refOf(pod));
}

/** With its uid, so that a later pod of the same name is left alone. */
async function post(fleet: Fleet, pod: PodObject, status: object): Promise<void> {
  const body = { metadata: { uid: uidOf(pod) }, status };
  await fleet.kube.patch("Pod", refOf(pod), { type: "merge", subresource: "status", body });
}

async function unlessGone(sent: Promise<void>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!isPortError(error, "NotFound")) throw error;
  }
}

function uidOf(pod: PodObject): string {
  return pod.metadata.uid ?? "";
}

function refOf({ metadata }: PodObject): { readonly namespace: string; readonly name: string } {
  return { namespace: metadata.namespace ?? "default", name: metadata.name };
}
