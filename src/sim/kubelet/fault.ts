/** The annotation by which a person breaks a simulated node with stock kubectl. */
import { isPortError } from "../../ports/errors.ts";
import type { NodeObject } from "../../schema/kubernetes.ts";
import type { InstanceFault } from "../cloud/inject.ts";
import type { GuestFault, Healing } from "../cloud/model.ts";
import type { Timers } from "../timers.ts";
import { type Fleet, persist } from "./context.ts";
import { instanceIdOf } from "./node.ts";

const faultAnnotation = "poolkeeper.dev/sim-fault";

/** Looks at each version of each node. A fault strikes once for each time it is written, and its annotation goes. */
export function createFaultDesk(fleet: Fleet, timers: Timers): (node: NodeObject) => void {
  const handled = new Map<string, string>();
  return (node) => {
    const { name, annotations } = node.metadata;
    const text = annotations?.[faultAnnotation];
    if (text === undefined) {
      handled.delete(name);
      return;
    }
    const instanceId = instanceIdOf(fleet.cloud.region, node);
    // The copy at hand may be older than the removal of the annotation.
    if (instanceId === null || handled.get(name) === text) return;
    handled.set(name, text);
    if (strike(fleet, name, instanceId, text)) {
      persist(fleet, timers, `node ${name}: taking off ${faultAnnotation}`, () => takeOff(fleet, name));
    }
  };
}

/** False when the annotation stays, for its author to see. */
function strike(fleet: Fleet, nodeName: string, instanceId: string, text: string): boolean {
  const fault = parseFault(text, instanceId);
  if (fault === null) {
    fleet.log(
      `node ${nodeName}: nothing happens, for ${faultAnnotation}=${text} is no fault; write ${faultGrammar}`,
    );
    return false;
  }
  if (fleet.cloud.get(instanceId) === undefined) {
    fleet.log(`node ${nodeName}: nothing happens, for its instance is gone already`);
    return true;
  }
  fleet.cloud.inject(fault);
  fleet.log(`node ${nodeName}: ${text}, as its annotation ${faultAnnotation} asked${healingText(fault)}`);
  return true;
}

async function takeOff(fleet: Fleet, name: string): Promise<void> {
  try {
    const body = { metadata: { annotations: { [faultAnnotation]: null } } };
    await fleet.kube.patch("Node", { name }, { type: "merge", body });
  } catch (error) {
    if (!isPortError(error, "NotFound")) throw error;
  }
}

function healingText(fault: InstanceFault): string {
  if (fault.kind !== "GuestFault") return "";
  return `; ${remedies[fault.fault.healsOn]}`;
}

const remedies: Readonly<Record<Healing, string>> = {
  Restart: "a restart of the kubelet heals it",
  Reboot: "a reboot heals it",
  Disk: "only a new system disk heals it",
  Replace: "only another instance helps",
};

/** What the annotation's text asks for; null when it is none of the words below. */
function parseFault(text: string, instanceId: string): InstanceFault | null {
  const [, word = "", , healing] = /^([a-z-]+)(:heals-on=([a-z]+))?$/.exec(text) ?? [];
  if (word === "instance-vanished") return { kind: "Vanish", instanceId };
  const usual = faults[word];
  const healsOn = healing === undefined ? usual?.healsOn : healings[healing];
  if (usual === undefined || healsOn === undefined) return null;
  return { kind: "GuestFault", instanceId, fault: { ...usual, healsOn } };
}

const faults: Readonly<Record<string, GuestFault>> = {
  "kubelet-stopped": { kind: "KubeletStopped", healsOn: "Restart" },
  "runtime-hung": { kind: "RuntimeHung", healsOn: "Restart" },
  "kernel-deadlock": { kind: "Problem", condition: "KernelDeadlock", healsOn: "Reboot" },
  "instance-stopped": { kind: "InstanceStopped", healsOn: "Reboot" },
};

const healings: Readonly<Record<string, Healing>> = {
  restart: "Restart",
  reboot: "Reboot",
  disk: "Disk",
  replace: "Replace",
};

const faultGrammar = `one of ${[...Object.keys(faults), "instance-vanished"].join(", ")}, and if wanted :heals-on= with one of ${Object.keys(healings).join(", ")}`;
