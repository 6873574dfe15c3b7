/** Faults that were asked for and wait for their moment. It hands them out; what they do is done elsewhere. */
import type { Clock } from "../../ports/clock.ts";
import type { PortErrorKind } from "../../ports/errors.ts";
import type { DiskFailure, GuestFault, SystemDisk, Work } from "./model.ts";
import type { Call } from "./traits.ts";

/** A fault of the cloud itself. `times` counts the occasions it strikes. */
export type PlannedFault =
  | {
      readonly kind: "FailCalls";
      readonly call: Call;
      readonly times: number;
      readonly error: PortErrorKind;
      /** Whether what was asked happens all the same. */
      readonly effect: "Happens" | "DoesNotHappen";
    }
  | { readonly kind: "DelayCalls"; readonly call: Call; readonly times: number; readonly delayMs: number }
  | { readonly kind: "ApiDown"; readonly forMs: number }
  | { readonly kind: "OutOfStock"; readonly zone: string; readonly instanceType?: string }
  | {
      readonly kind: "SlowWork";
      readonly work: Work["kind"];
      readonly times: number;
      readonly factor: number;
    }
  | {
      readonly kind: "FailDiskReplacement";
      /** Absent: whichever comes next. */
      readonly instanceId?: string;
      readonly times: number;
      readonly leaves: DiskFailure;
    }
  /** The next disks that are written, for new instances or old ones, carry a fault. */
  | {
      readonly kind: "FaultyDisks";
      /** Absent: disks of every image. */
      readonly imageVersion?: string;
      readonly times: number;
      readonly fault: GuestFault;
    };

type Kind = PlannedFault["kind"];
type Planned<K extends Kind> = Extract<PlannedFault, { kind: K }>;

export interface FaultPlan {
  /** The result takes back what has not struck yet. */
  add(fault: PlannedFault): () => void;
  isApiDown(): boolean;
  takeCallFault(call: Call): Planned<"FailCalls"> | null;
  takeDelayMs(call: Call): number;
  isOutOfStock(zone: string, instanceType: string): boolean;
  takeSlowness(work: Work["kind"]): number;
  takeReplacementFailure(instanceId: string): DiskFailure | null;
  takeDiskFaults(disk: SystemDisk): readonly GuestFault[];
}

interface Entry {
  readonly fault: PlannedFault;
  readonly since: number;
  left: number;
}

export function createFaultPlan(clock: Clock): FaultPlan {
  const entries = new Set<Entry>();

  const pending = <K extends Kind>(kind: K, isMeant: (fault: Planned<K>) => boolean) =>
    [...entries].find(
      (entry): entry is Entry & { readonly fault: Planned<K> } =>
        entry.fault.kind === kind && isMeant(entry.fault as Planned<K>),
    );
  const take = <K extends Kind>(kind: K, isMeant: (fault: Planned<K>) => boolean): Planned<K> | null => {
    const entry = pending(kind, isMeant);
    if (entry === undefined) return null;
    entry.left -= 1;
    if (entry.left <= 0) entries.delete(entry);
    return entry.fault;
  };

  return {
    add: (fault) => {
      const entry = { fault, since: clock.monotonic(), left: "times" in fault ? fault.times : Infinity };
      entries.add(entry);
      return () => entries.delete(entry);
    },
    isApiDown: () =>
      [...entries].some(
        ({ fault, since }) => fault.kind === "ApiDown" && clock.monotonic() < since + fault.forMs,
      ),
    takeCallFault: (call) => take("FailCalls", (fault) => fault.call === call),
    takeDelayMs: (call) => take("DelayCalls", (fault) => fault.call === call)?.delayMs ?? 0,
    isOutOfStock: (zone, instanceType) =>
      pending(
        "OutOfStock",
        (fault) => fault.zone === zone && (fault.instanceType ?? instanceType) === instanceType,
      ) !== undefined,
    takeSlowness: (work) => take("SlowWork", (fault) => fault.work === work)?.factor ?? 1,
    takeReplacementFailure: (instanceId) =>
      take("FailDiskReplacement", (fault) => (fault.instanceId ?? instanceId) === instanceId)?.leaves ?? null,
    takeDiskFaults: (disk) => {
      const planned = take(
        "FaultyDisks",
        (fault) => (fault.imageVersion ?? disk.image.version) === disk.image.version,
      );
      return planned === null ? [] : [planned.fault];
    },
  };
}
