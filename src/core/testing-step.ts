/** One machine in the middle of an operation, for the tests of its steps. Not for the product. */
import type { MachineStatus, OperationInHand } from "../schema/machine.ts";
import { finish } from "./finish.ts";
import type { Instance, Instant, Node, Outcome, Pod, Snapshot } from "./model.ts";
import { type Brief, brief } from "./testing-brief.ts";
import {
  aDisk,
  aMachine,
  anOperation,
  aSnapshot,
  type MachineWishes,
  noon,
  type SnapshotWishes,
} from "./testing.ts";
import { minuteMs, timeOf } from "./time.ts";

const cause = { name: "web-upgrade-1", uid: "uid-web-upgrade-1" };
export const target = aDisk("3.1");

export interface Scene {
  readonly operation?: Partial<OperationInHand>;
  readonly instance?: Partial<Instance> | null;
  readonly node?: Partial<Node> | null;
  readonly pods?: readonly Pod[];
  readonly chargeType?: "Subscription";
  readonly status?: MachineWishes["status"];
  readonly spec?: MachineWishes["spec"];
  readonly outcome?: Partial<Outcome>;
  readonly at?: Instant;
  readonly around?: Partial<SnapshotWishes>;
}

/** web-1 in the middle of an upgrade by web-upgrade-1, cordoned by us. */
export function scene({ operation, outcome, around, at: _at, node, instance, ...machine }: Scene): Snapshot {
  const ours = { isUnschedulable: true, annotations: { "poolkeeper.dev/cordoned-by": "web-1:1" } };
  const found = aMachine({
    ...machine,
    ...(instance === undefined ? {} : { instance }),
    node: node === null ? null : { ...ours, ...node },
    operation: {
      operation: cause,
      target,
      prior: { systemDiskId: "d-i-web-1", bootId: "boot-before" },
      drainDeadline: timeOf(noon + 30 * minuteMs),
      ...operation,
    },
  });
  const last: Outcome = { action: "", error: null, at: noon, epoch: 1, failures: 0, ...outcome };
  return aSnapshot({
    machines: [found],
    operations: [anOperation({ targets: [{ machine: "web-1", uid: "uid-web-1" }] })],
    ...(outcome === undefined ? {} : { outcomes: { "web-1": last } }),
    ...around,
  });
}

export const stopped = { state: "Stopped" } as const;
export const create = { kind: "Create", plan: "Create" } as const;
/** The provider was asked for the instance by this very record. */
export const ours: Pick<Scene, "status"> = {
  status: { creation: { attempt: 1, clientToken: "uid-web-1-1" } as NonNullable<MachineStatus["creation"]> },
};
export const release = { kind: "Remove", plan: "Release", options: { drain: true, release: true } } as const;
export const restart = { kind: "Repair", plan: "RestartService" } as const;
export const reboot = { kind: "Repair", plan: "Reboot" } as const;

export function act(wishes: Scene): Brief {
  return brief(finish(scene(wishes), wishes.at ?? noon));
}

/** When the step in hand began. */
export function since(ms: number): Pick<OperationInHand, "stepSince"> {
  return { stepSince: timeOf(noon - ms) };
}
