/** What a kubelet does next with one pod, and how the pod's status reads then. Nothing is sent from here. */
import { instantOf } from "../../core/time.ts";
import type { Condition, PodObject } from "../../schema/kubernetes.ts";
import { hashOf } from "../stream.ts";
import { mergeConditions, secondsOf } from "./node.ts";

export interface PodStep {
  readonly kind: "Start" | "Ready" | "Finish";
  readonly delayMs: number;
}

/** The next step from what the API says of the pod; null when all is as it should be. */
export function nextPodStep(pod: PodObject, now: number, startMs: number): PodStep | null {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  if (deletionTimestamp !== undefined) {
    // No grace is left: the containers have ended, and whoever holds a finalizer has the word.
    if (deletionGracePeriodSeconds === 0) return null;
    return { kind: "Finish", delayMs: terminationMs(pod, instantOf(deletionTimestamp), now) };
  }
  if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return null;
  if (!isRunning(pod)) return { kind: "Start", delayMs: startMs };
  if (isReady(pod)) return null;
  return { kind: "Ready", delayMs: Math.max(startMs, readinessMs(pod)) };
}

function terminationMs(pod: PodObject, deletionAt: number, now: number): number {
  if (!isRunning(pod)) return 0;
  const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const neededMs = secondsIn(pod, "poolkeeper.dev/sim-termination-seconds", 2) * 1000;
  const askedAt = deletionAt - graceMs;
  return askedAt + Math.min(graceMs, neededMs) - now;
}

export function isRunning(pod: PodObject): boolean {
  return pod.status?.phase === "Running";
}

function isReady(pod: PodObject): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function readinessMs(pod: PodObject): number {
  return secondsIn(pod, "poolkeeper.dev/sim-ready-seconds", 0) * 1000;
}

function secondsIn(pod: PodObject, annotation: string, usual: number): number {
  const text = pod.metadata.annotations?.[annotation];
  const seconds = text === undefined || text === "" ? usual : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : usual;
}

/** The pod's containers run. They are ready at once unless the pod says that it takes longer. */
export function startedStatus(pod: PodObject, hostAddress: string, now: number): object {
  const isReady = readinessMs(pod) === 0;
  const uid = pod.metadata.uid ?? "";
  const containers = (pod.spec?.containers ?? []).map(
    ({ name, image = "" }): ContainerStatus => ({
      name,
      image,
      imageID: image,
      ready: isReady,
      started: true,
      restartCount: 0,
      ...run(uid, name, 0, now),
    }),
  );
  return {
    phase: "Running",
    conditions: mergePodConditions(pod, isReady, now),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    podIP: podAddress(uid),
    podIPs: [{ ip: podAddress(uid) }],
    startTime: pod.status?.startTime ?? secondsOf(now),
    containerStatuses: containers,
  };
}

/** `pod` is the whole object, not a trimmed copy. */
export function readyStatus(pod: PodObject, now: number): object {
  const containerStatuses = containersOf(pod).map((container) => ({ ...container, ready: true }));
  return { conditions: mergePodConditions(pod, true, now), containerStatuses };
}

/** The instance was booted: the containers are new, and not ready yet. `pod` is the whole object. */
export function restartedStatus(pod: PodObject, now: number): object {
  const containerStatuses = containersOf(pod).map((container) => {
    const restartCount = container.restartCount + 1;
    const current = run(pod.metadata.uid ?? "", container.name, restartCount, now);
    return { ...container, ready: false, restartCount, ...current };
  });
  return { conditions: mergePodConditions(pod, false, now), containerStatuses };
}

interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  readonly containerID: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: { readonly running: { readonly startedAt: string } };
}

function containersOf(pod: PodObject): readonly ContainerStatus[] {
  const { containerStatuses = [] } = (pod.status ?? {}) as {
    readonly containerStatuses?: readonly ContainerStatus[];
  };
  return containerStatuses;
}

function run(uid: string, name: string, restartCount: number, now: number) {
  const containerID = `containerd://${hashOf(`${uid}/${name}/${restartCount}`).toString(16)}`;
  return { containerID, state: { running: { startedAt: secondsOf(now) } } };
}

function mergePodConditions(pod: PodObject, isReady: boolean, now: number): readonly Condition[] {
  const wanted: readonly Condition[] = [
    { type: "PodReadyToStartContainers", status: "True" },
    { type: "Initialized", status: "True" },
    readiness("Ready", isReady),
    readiness("ContainersReady", isReady),
  ];
  return mergeConditions(pod.status?.conditions ?? [], wanted, now);
}

function readiness(type: string, isReady: boolean): Condition {
  if (isReady) return { type, status: "True" };
  return { type, status: "False", reason: "ContainersNotReady", message: "containers are not ready" };
}

function podAddress(uid: string): string {
  const hash = hashOf(uid);
  return `10.${64 + ((hash >>> 16) & 63)}.${(hash >>> 8) & 255}.${hash & 255}`;
}
