/** How honest and how quick the simulated cloud is, beyond what a provider's settings say. */

export type Call =
  | "catalogue"
  | "list"
  | "create"
  | "start"
  | "stop"
  | "reboot"
  | "restartService"
  | "replaceSystemDisk"
  | "release"
  | "leave"
  | "tag";

export interface Traits {
  /** A new instance may be missing from lists, and a gone one linger in them, for up to this long. */
  readonly visibilityMs: number;
  /** How long each call takes. */
  readonly latencyMs: number;
  /** Calls of one kind in one minute; what is beyond is refused until the next minute. Absent: no limit. */
  readonly callsPerMinute: Readonly<Partial<Record<Call, number>>>;
  /** Share of calls that are never answered. Half of them had their effect. */
  readonly unansweredShare: number;
  /** Faults that come by themselves, per instance and day. */
  readonly faultsPerInstanceDay: number;
}

export const calm: Traits = {
  visibilityMs: 1500,
  latencyMs: 0,
  callsPerMinute: {},
  unansweredShare: 0,
  faultsPerInstanceDay: 0,
};
