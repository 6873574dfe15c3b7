/** Scenarios about sick nodes: each rung of the ladder, approval, storms, the brake, vanished instances. */
import type { InstanceFault } from "../../src/sim/cloud/inject.ts";
import { activePool, change, checkTidy, instanceOf, isActive } from "./moves.ts";
import { edit, type Scenario, type Stage } from "./stage.ts";

type Heals = Extract<Extract<InstanceFault, { kind: "GuestFault" }>["fault"], { kind: string }>["healsOn"];

async function breakKubelet(stage: Stage, machine: string, healsOn: Heals): Promise<void> {
  await stage.person(`the kubelet of ${machine} dies; only this heals it: ${healsOn}`, () => {
    stage.world.cloud.inject({
      instanceId: instanceOf(stage, machine),
      kind: "GuestFault",
      fault: { kind: "KubeletStopped", healsOn },
    });
  });
}

function ladder(name: string, healsOn: Heals, about: string): Scenario {
  return {
    name,
    about,
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3 });
      await stage.wait(3);
      await breakKubelet(stage, "web-2", healsOn);
      await stage.wait(2);
      await stage.until("3 ready", isActive(stage, "web", 3), 90);
      checkTidy(stage);
    },
  };
}

export const repairing: readonly Scenario[] = [
  ladder("repair-restart", "Restart", "silent for 3 minutes: the kubelet is restarted, and that heals it"),
  ladder("repair-reboot", "Reboot", "a restart does not help: at 10 minutes the instance is rebooted"),
  ladder("repair-disk", "Disk", "neither helps: at 20 minutes the system disk is replaced"),
  ladder("repair-replace", "Replace", "nothing helps: at 30 minutes the instance is replaced"),
  {
    name: "repair-approval",
    about: "with repairApproval Required a reboot waits for a person",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3, management: { repairApproval: "Required" } });
      await stage.wait(3);
      await breakKubelet(stage, "web-2", "Reboot");
      const waiting = () => stage.world.list("NodeOperation").find(({ spec }) => spec.approval === "Waiting");
      await stage.until("a repair waits for approval", () => waiting() !== undefined, 30);
      await stage.wait(5);
      const operation = waiting()?.metadata.name ?? "";
      await stage.person(`approves ${operation}`, () => change(stage, operation, { approval: "Approved" }));
      await stage.until("3 ready", isActive(stage, "web", 3), 60);
      checkTidy(stage);
    },
  },
  {
    name: "repair-rate",
    about:
      "one node after the other falls ill: the fifth that would lose its pods within an hour waits, restart or not",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 5 });
      await stage.wait(3);
      await breakKubelet(stage, "web-1", "Replace");
      await stage.until("web-1 is replaced", () => stage.get("ManagedMachine", "web-1") === undefined, 60);
      await stage.until("5 ready", isActive(stage, "web", 5), 10);
      await breakKubelet(stage, "web-2", "Reboot");
      await stage.wait(2);
      await stage.until("5 ready", isActive(stage, "web", 5), 20);
      await breakKubelet(stage, "web-3", "Reboot");
      await stage.wait(14);
      await stage.person("the controller is killed and started again", () => stage.world.boot());
      await stage.until("5 ready", isActive(stage, "web", 5), 60);
      checkTidy(stage);
    },
  },
  {
    name: "repair-storm",
    about: "three of five at once: nothing is touched until they come back",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 5 });
      await stage.wait(3);
      await stage.person("the kubelets of web-1, web-2, web-3 die", () => {
        for (const machine of ["web-1", "web-2", "web-3"]) {
          stage.world.cloud.inject({
            instanceId: instanceOf(stage, machine),
            kind: "GuestFault",
            fault: { kind: "KubeletStopped", healsOn: "Restart" },
          });
        }
      });
      await stage.wait(40);
      await stage.person("somebody heals two of them", () => {
        for (const machine of ["web-1", "web-2"])
          stage.world.cloud.inject({ instanceId: instanceOf(stage, machine), kind: "Heal" });
      });
      await stage.until("5 ready", isActive(stage, "web", 5), 60);
      checkTidy(stage);
    },
  },
  {
    name: "repair-paused",
    about: "a paused pool starts no repair; when it goes on, the repair comes",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3 });
      await stage.person("pauses web", () => edit(stage, "web", { paused: true }));
      await stage.wait(3);
      await breakKubelet(stage, "web-2", "Restart");
      await stage.wait(15);
      await stage.person("lets web go on", () => edit(stage, "web", { paused: false }));
      await stage.until("3 ready", isActive(stage, "web", 3), 60);
      checkTidy(stage);
    },
  },
  {
    name: "vanished-instance",
    about: "an instance is deleted behind our back: its record and node go, the count brings another",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3 });
      await stage.wait(3);
      await stage.person("somebody deletes the instance of web-2 in the provider's console", () => {
        stage.world.cloud.inject({ instanceId: instanceOf(stage, "web-2"), kind: "Vanish" });
      });
      await stage.until("the record is gone", () => stage.get("ManagedMachine", "web-2") === undefined, 30);
      await stage.until("3 ready", isActive(stage, "web", 3), 60);
      checkTidy(stage);
    },
  },
  {
    name: "stopped-instance",
    about: "an instance is stopped behind our back: a reboot starts it again",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3 });
      await stage.wait(3);
      await stage.person("somebody stops the instance of web-2", () => {
        stage.world.cloud.inject({ instanceId: instanceOf(stage, "web-2"), kind: "Stop" });
      });
      await stage.wait(2);
      await stage.until("3 ready", isActive(stage, "web", 3), 60);
      checkTidy(stage);
    },
  },
];
