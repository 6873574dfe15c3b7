/** Scenarios about the brake that lies in the API: put on by a person, and tripped by failures in a row. */
import { worldNamespace } from "../../src/sim/world.ts";
import { activePool, checkTidy, createWindow, instanceOf, isActive, summaryOf } from "./moves.ts";
import { edit, type Scenario, type Stage } from "./stage.ts";

const oldImage = { family: "AlibabaCloudLinux", version: "3.2104.11" };
const newImage = { family: "AlibabaCloudLinux", version: "3.2104.12" };

async function annotate(stage: Stage, annotations: Readonly<Record<string, string | null>>): Promise<void> {
  await stage.world.kube.patch(
    "InfrastructureProvider",
    { name: "simulator", namespace: worldNamespace },
    { type: "merge", body: { metadata: { annotations } } },
  );
}

export const braking: readonly Scenario[] = [
  {
    name: "brake-in-the-api",
    about: "a person puts the brake on with kubectl: a sick node is left alone until it is lifted",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3 });
      await stage.wait(3);
      await stage.person('kubectl annotate infra --all poolkeeper.dev/brake="network maintenance"', () =>
        annotate(stage, { "poolkeeper.dev/brake": "network maintenance" }),
      );
      await stage.person("the kubelet of web-2 dies; only this heals it: Restart", () => {
        stage.world.cloud.inject({
          instanceId: instanceOf(stage, "web-2"),
          kind: "GuestFault",
          fault: { kind: "KubeletStopped", healsOn: "Restart" },
        });
      });
      await stage.wait(15);
      await stage.person("kubectl annotate infra --all poolkeeper.dev/brake-", () =>
        annotate(stage, { "poolkeeper.dev/brake": null }),
      );
      await stage.until("3 ready", isActive(stage, "web", 3), 60);
      checkTidy(stage);
    },
  },
  {
    name: "brake-trips",
    about:
      "the upgrade of pool after pool fails by itself: after the fourth none begins until a person has looked",
    run: async (stage) => {
      const pools = ["a", "b", "c", "d", "e"];
      const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
      await createWindow(stage, "always", {
        weekdays,
        start: "00:00",
        durationMinutes: 1440,
        timeZone: "UTC",
      });
      for (const pool of pools) {
        await activePool(stage, pool, {
          replicas: 1,
          template: { image: oldImage },
          management: { autoUpgrade: true, maintenanceWindowRef: { name: "always" } },
        });
      }
      await stage.person("the provider will refuse four disk replacements as invalid", () => {
        stage.world.cloud.inject({
          kind: "FailCalls",
          call: "replaceSystemDisk",
          times: 4,
          error: "Invalid",
          effect: "DoesNotHappen",
        });
      });
      await stage.person("sets image 3.2104.12 in all five pools", async () => {
        for (const pool of pools) await edit(stage, pool, { template: { image: newImage } });
      });
      await stage.wait(30);
      const now = new Date(stage.world.clock.now()).toISOString();
      await stage.person(`kubectl annotate infra --all poolkeeper.dev/brake-lifted=${now}`, () =>
        annotate(stage, { "poolkeeper.dev/brake-lifted": now }),
      );
      await stage.wait(5);
      stage.note(pools.map((pool) => `${pool} ${summaryOf(stage, pool)}`).join(", "));
      checkTidy(stage);
    },
  },
];
