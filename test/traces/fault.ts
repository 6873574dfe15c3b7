/** Scenarios about trouble on our side of the world: ambiguous answers, stock-outs, a controller that dies. */
import { activePool, ask, checkTidy, createPool, deploy, isActive, isFinished, machinesOf } from "./moves.ts";
import { edit, type Scenario } from "./stage.ts";

export const faults: readonly Scenario[] = [
  {
    name: "create-ambiguous",
    about:
      "the answer to a create is lost although it happened: the same token brings the same instance, never a second",
    run: async (stage) => {
      await stage.person("the provider will create without answering, twice", () => {
        stage.world.cloud.inject({
          kind: "FailCalls",
          call: "create",
          times: 2,
          error: "Unknown",
          effect: "Happens",
        });
      });
      await activePool(stage, "web", { replicas: 2 });
      stage.note(`instances ever made ${stage.world.cloud.instances().length}`);
      checkTidy(stage);
    },
  },
  {
    name: "create-out-of-stock",
    about: "a zone is sold out: the request moves to the next place under a new token",
    run: async (stage) => {
      await stage.person("zone h is sold out", () => {
        stage.world.cloud.inject({ kind: "OutOfStock", zone: "cn-hangzhou-h" });
      });
      await activePool(stage, "web", { replicas: 3 });
      stage.note(
        `zones ${stage.world
          .list("ManagedMachine")
          .map(({ status }) => status?.zone ?? "")
          .join(" ")}`,
      );
      checkTidy(stage);
    },
  },
  {
    name: "controller-killed",
    about:
      "the controller is killed every few seconds through creation, an upgrade and a removal: same end, nothing twice",
    run: async (stage) => {
      const killing = async (what: string, isMet: () => boolean): Promise<void> => {
        for (let round = 0; round < 12; round++) {
          if (await stage.world.clock.runUntil(isMet, 7000)) break;
          stage.world.kill();
          await stage.world.clock.advance(500);
          stage.world.boot();
        }
        await stage.until(what, isMet, 15);
      };
      await stage.person("creates web with 3 nodes", () =>
        createPool(stage, "web", {
          replicas: 3,
          template: { image: { family: "AlibabaCloudLinux", version: "3.2104.11" } },
          upgrade: { soakSeconds: 0 },
        }),
      );
      await killing("3 ready", isActive(stage, "web", 3));
      await deploy(stage, "shop", { replicas: 6, budget: { maxUnavailable: 1 } });
      await stage.person("upgrades all", async () => {
        await edit(stage, "web", {
          template: { image: { family: "AlibabaCloudLinux", version: "3.2104.12" } },
        });
        await ask(stage, {
          name: "web-upgrade-1",
          pool: "web",
          kind: "Upgrade",
          machines: machinesOf(stage, "web"),
          options: { when: "Now" },
        });
      });
      await killing("the upgrade is finished", isFinished(stage, "web-upgrade-1"));
      await stage.person("removes web-1", () =>
        ask(stage, {
          name: "web-remove-1",
          pool: "web",
          kind: "RemoveNodes",
          machines: ["web-1"],
          options: { drain: true, release: true },
        }),
      );
      await killing("2 ready", isActive(stage, "web", 2));
      stage.note(`instances now ${stage.world.cloud.instances().filter(({ gone }) => gone === null).length}`);
      checkTidy(stage);
    },
  },
];
