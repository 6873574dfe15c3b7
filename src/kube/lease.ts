/**
 * Leader election on a Lease, so that of several replicas one works at a time. It spares double work; nothing may rely
 * on there being one leader only, since a paused process does not know that its time is over.
 */
import type { Clock } from "../ports/clock.ts";
import { isPortError } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import type { LeaseObject } from "../schema/kubernetes.ts";
import { microTime } from "./micro-time.ts";

export interface ElectionOptions {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, such as host name and a random part. */
  readonly identity: string;
  /**
   * True only when the holder of this name is known to have ended, so that its lease need not run out first. A process
   * that merely hangs has not ended: it may wake up and believe that it still leads.
   */
  readonly isGone?: (identity: string) => boolean;
  readonly onStarted: () => void;
  readonly onStopped: () => void;
  /** Who leads now, each time that changes. Empty when nobody does. */
  readonly onLeader?: (identity: string) => void;
  readonly onError?: (error: unknown) => void;
}

export interface Election {
  start(): void;
  /** Ends the lead and gives the lease back, so that the next one need not wait for it to run out. */
  stop(): Promise<void>;
  isLeader(): boolean;
}

const leaseDurationMs = 15_000;
/** Less than the lease: we stop before anybody else can start, if the clocks run equally fast. */
const renewDeadlineMs = 10_000;
const retryPeriodMs = 2_000;
const jitterFactor = 1.2;

/** What this process knows of the lease. Others' times are never compared with ours: only our own clock counts. */
interface Candidate {
  readonly options: ElectionOptions;
  observed: LeaseObject | null;
  observedAt: number;
  /** The last write failed, so what is known may be out of date. */
  mustRead: boolean;
  leader: string | null;
  isLeading: boolean;
  renewedAt: number;
  isStopping: boolean;
  /** Ends the pause between two attempts. */
  wake: () => void;
}

export function createElection(options: ElectionOptions): Election {
  const candidate: Candidate = {
    options,
    observed: null,
    observedAt: 0,
    mustRead: true,
    leader: null,
    isLeading: false,
    renewedAt: 0,
    isStopping: false,
    wake: () => {},
  };
  let running: Promise<void> | null = null;
  return {
    start: () => {
      running ??= run(candidate);
    },
    stop: async () => {
      candidate.isStopping = true;
      candidate.wake();
      await running;
      await stepDown(candidate);
    },
    isLeader: () => candidate.isLeading && leftMs(candidate) > 0,
  };
}

async function run(candidate: Candidate): Promise<void> {
  const { clock, random = Math.random, onStarted } = candidate.options;
  while (!candidate.isStopping) {
    const sentAt = clock.monotonic();
    if (await attempt(candidate)) {
      candidate.renewedAt = sentAt;
      if (!candidate.isLeading) {
        candidate.isLeading = true;
        onStarted();
      }
    }
    if (candidate.isLeading && (leftMs(candidate) <= 0 || hasOtherHolder(candidate))) endLead(candidate);
    const factor = candidate.isLeading ? 1 : 1 + random() * jitterFactor;
    await pause(candidate, retryPeriodMs * factor);
  }
}

/** One try, given up when the lead runs out: a hanging request must not keep us in it. */
async function attempt(candidate: Candidate): Promise<boolean> {
  const { clock, onError } = candidate.options;
  const limit = Promise.withResolvers<boolean>();
  const limitMs = candidate.isLeading ? Math.max(0, leftMs(candidate)) : renewDeadlineMs;
  const cancel = clock.after(limitMs, () => limit.resolve(false));
  try {
    return await Promise.race([acquireOrRenew(candidate), limit.promise]);
  } catch (error) {
    candidate.mustRead = true;
    // Somebody else was faster: that is the election at work.
    const isBeaten = isPortError(error, "Conflict") || isPortError(error, "AlreadyExists");
    if (!isBeaten) onError?.(error);
    return false;
  } finally {
    cancel();
  }
}

async function pause(candidate: Candidate, delayMs: number): Promise<void> {
  if (candidate.isStopping) return;
  await new Promise<void>((resolve) => {
    const cancel = candidate.options.clock.after(delayMs, resolve);
    candidate.wake = () => {
      cancel();
      resolve();
    };
  });
}

/** True when the lease is ours for another while. */
async function acquireOrRenew(candidate: Candidate): Promise<boolean> {
  const { kube, clock, identity, namespace, name } = candidate.options;
  // As leader we know the lease already; the compare-and-swap tells us when we are wrong.
  const isKnown = candidate.isLeading && !candidate.mustRead;
  const lease = isKnown ? candidate.observed : await readLease(candidate);
  candidate.mustRead = false;
  if (lease === null) {
    observe(candidate, await kube.create("Lease", newLease(candidate)));
    return true;
  }
  observe(candidate, lease);
  const holder = holderOf(lease);
  if (holder !== "" && holder !== identity && !isFree(candidate, lease)) return false;
  const now = microTime(clock.now());
  const isRenewal = holder === identity;
  observe(
    candidate,
    await kube.replace("Lease", {
      ...lease,
      metadata: { ...lease.metadata, name, namespace },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: leaseDurationMs / 1000,
        acquireTime: isRenewal ? (lease.spec?.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions: (lease.spec?.leaseTransitions ?? 0) + (isRenewal ? 0 : 1),
      },
    }),
  );
  return true;
}

async function readLease(candidate: Candidate): Promise<LeaseObject | null> {
  const { kube, namespace, name } = candidate.options;
  try {
    return await kube.get("Lease", { namespace, name });
  } catch (error) {
    if (isPortError(error, "NotFound")) return null;
    throw error;
  }
}

function newLease(candidate: Candidate): LeaseObject {
  const { clock, identity, namespace, name } = candidate.options;
  const now = microTime(clock.now());
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: leaseDurationMs / 1000,
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    },
  };
}

function observe(candidate: Candidate, lease: LeaseObject): void {
  const { clock, onLeader } = candidate.options;
  const isChanged = candidate.observed?.metadata.resourceVersion !== lease.metadata.resourceVersion;
  if (isChanged) candidate.observedAt = clock.monotonic();
  candidate.observed = lease;
  const holder = holderOf(lease);
  if (holder === candidate.leader) return;
  candidate.leader = holder;
  onLeader?.(holder);
}

/** The write that follows is a compare-and-swap, so that of several who find it free one gets it. */
function isFree(candidate: Candidate, lease: LeaseObject): boolean {
  return hasRunOut(candidate, lease) || candidate.options.isGone?.(holderOf(lease)) === true;
}

function hasRunOut(candidate: Candidate, lease: LeaseObject): boolean {
  const durationMs = (lease.spec?.leaseDurationSeconds ?? leaseDurationMs / 1000) * 1000;
  return candidate.options.clock.monotonic() >= candidate.observedAt + durationMs;
}

function hasOtherHolder(candidate: Candidate): boolean {
  const { observed, options } = candidate;
  return observed !== null && holderOf(observed) !== options.identity;
}

function holderOf(lease: LeaseObject): string {
  return lease.spec?.holderIdentity ?? "";
}

function leftMs(candidate: Candidate): number {
  return candidate.renewedAt + renewDeadlineMs - candidate.options.clock.monotonic();
}

function endLead(candidate: Candidate): void {
  candidate.isLeading = false;
  candidate.options.onStopped();
}

async function stepDown(candidate: Candidate): Promise<void> {
  if (!candidate.isLeading) return;
  const { kube, clock, onError } = candidate.options;
  endLead(candidate);
  const lease = candidate.observed;
  if (lease === null) return;
  const now = microTime(clock.now());
  const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: now };
  try {
    await kube.replace("Lease", { ...lease, spec });
  } catch (error) {
    // The lease runs out by itself; the next leader only waits a little longer.
    onError?.(error);
  }
}
