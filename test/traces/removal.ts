/** Scenarios about named removal: with and without drain and release, subscriptions, budgets in the way. */
import {
  activePool,
  ask,
  change,
  checkTidy,
  deploy,
  instanceOf,
  isActive,
  isFinished,
  machinesOf,
  nodeNameOf,
} from "./moves.ts";
import { edit, type Scenario, type Stage } from "./stage.ts";

async function removal(
  stage: Stage,
  options: { readonly drain: boolean; readonly release: boolean },
): Promise<void> {
  await activePool(stage, "web", { replicas: 3 });
  await deploy(stage, "shop", { replicas: 6, budget: { maxUnavailable: 1 } });
  await stage.wait(1);
  const instance = instanceOf(stage, "web-2");
  await stage.person(`removes web-2, drain ${options.drain}, release ${options.release}`, () =>
    ask(stage, { name: "web-remove-1", pool: "web", kind: "RemoveNodes", machines: ["web-2"], options }),
  );
  await stage.until("the removal is finished", isFinished(stage, "web-remove-1"), 30);
  await stage.until("2 ready", isActive(stage, "web", 2), 30);
  stage.note(`instance of web-2: ${stage.world.cloud.get(instance)?.gone === null ? "kept" : "released"}`);
  checkTidy(stage);
}

const oldImage = { family: "AlibabaCloudLinux", version: "3.2104.11" };
const newImage = { family: "AlibabaCloudLinux", version: "3.2104.12" };
const mark = "poolkeeper.dev/protected";

async function protect(stage: Stage, machine: string, value: "true" | null): Promise<void> {
  await stage.person(`kubectl annotate node (of ${machine}) ${mark}${value === null ? "-" : "=true"}`, () =>
    stage.world.kube.patch(
      "Node",
      { name: nodeNameOf(stage, machine) },
      { type: "merge", body: { metadata: { annotations: { [mark]: value } } } },
    ),
  );
}

export const removing: readonly Scenario[] = [
  {
    name: "protected-node",
    about: "a protected node outlives a lower count, an upgrade and a removal; without the mark it goes",
    run: async (stage) => {
      await activePool(stage, "web", {
        replicas: 3,
        template: { image: oldImage },
        upgrade: { soakSeconds: 0 },
      });
      await protect(stage, "web-3", "true");
      await stage.person("scales to 2", () => edit(stage, "web", { replicas: 2 }));
      await stage.until("2 ready", isActive(stage, "web", 2), 30);
      await stage.person("sets image 3.2104.12", () => edit(stage, "web", { template: { image: newImage } }));
      await stage.person("asks for an upgrade of all nodes", () =>
        ask(stage, {
          name: "web-upgrade-1",
          pool: "web",
          kind: "Upgrade",
          machines: machinesOf(stage, "web"),
          options: { when: "Now" },
        }),
      );
      await stage.wait(10);
      await stage.person("removes web-3", () =>
        ask(stage, {
          name: "web-remove-1",
          pool: "web",
          kind: "RemoveNodes",
          machines: ["web-3"],
          options: { drain: true, release: true },
        }),
      );
      await stage.wait(10);
      await protect(stage, "web-3", null);
      await stage.until("1 ready", isActive(stage, "web", 1), 30);
      checkTidy(stage);
    },
  },
  {
    name: "remove-drain-release",
    about: "the count falls first, pods move, the instance is given back",
    run: (stage) => removal(stage, { drain: true, release: true }),
  },
  {
    name: "remove-drain-keep",
    about: "pods move, the instance leaves the pool and is kept",
    run: (stage) => removal(stage, { drain: true, release: false }),
  },
  {
    name: "remove-no-drain-release",
    about: "no pod is evicted; the instance is stopped and given back",
    run: (stage) => removal(stage, { drain: false, release: true }),
  },
  {
    name: "remove-no-drain-keep",
    about: "no pod is evicted, nothing is stopped; the node leaves",
    run: (stage) => removal(stage, { drain: false, release: false }),
  },
  {
    name: "remove-subscription",
    about: "a subscription is never given back, whatever was asked: it leaves the pool and stays billed",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 2, template: { chargeType: "Subscription" } });
      const instance = instanceOf(stage, "web-1");
      await stage.person("removes web-1 with release", () =>
        ask(stage, {
          name: "web-remove-1",
          pool: "web",
          kind: "RemoveNodes",
          machines: ["web-1"],
          options: { drain: true, release: true },
        }),
      );
      await stage.until("the removal is finished", isFinished(stage, "web-remove-1"), 30);
      stage.note(
        `instance of web-1: ${stage.world.cloud.get(instance)?.gone === null ? "kept" : "released"}`,
      );
      checkTidy(stage);
    },
  },
  {
    name: "remove-blocked",
    about:
      "a budget that never allows: the drain says so, gives up at its limit, the node stays and the count rises again",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3, drain: { timeoutSeconds: 600 } });
      await deploy(stage, "ledger", { replicas: 3, budget: { minAvailable: 3 } });
      await stage.wait(1);
      await stage.person("removes web-1", () =>
        ask(stage, {
          name: "web-remove-1",
          pool: "web",
          kind: "RemoveNodes",
          machines: ["web-1"],
          options: { drain: true, release: true },
        }),
      );
      await stage.until("the removal is finished", isFinished(stage, "web-remove-1"), 60);
      await stage.until("3 ready", isActive(stage, "web", 3), 10);
      checkTidy(stage);
    },
  },
  {
    name: "remove-cancelled",
    about: "cancelled while it drains: uncordoned, kept, and counted again",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3 });
      await deploy(stage, "ledger", { replicas: 3, budget: { minAvailable: 3 } });
      await stage.wait(1);
      await stage.person("removes web-1", () =>
        ask(stage, {
          name: "web-remove-1",
          pool: "web",
          kind: "RemoveNodes",
          machines: ["web-1"],
          options: { drain: true, release: true },
        }),
      );
      await stage.wait(2);
      await stage.person("cancels", () => change(stage, "web-remove-1", { state: "Cancel" }));
      await stage.until("the removal is finished", isFinished(stage, "web-remove-1"), 10);
      await stage.until("3 ready", isActive(stage, "web", 3), 10);
      checkTidy(stage);
    },
  },
  {
    name: "person-cordon",
    about:
      "a node that a person cordoned is drained for an upgrade of its neighbours only, and stays cordoned",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 2, upgrade: { soakSeconds: 0 } });
      const node = nodeNameOf(stage, "web-1");
      await stage.person(`cordons ${node}`, () =>
        stage.world.kube.patch(
          "Node",
          { name: node },
          { type: "merge", body: { spec: { unschedulable: true } } },
        ),
      );
      await stage.person("upgrades both nodes", async () => {
        await stage.world.kube.patch(
          "ManagedNodePool",
          { name: "web", namespace: "poolkeeper-system" },
          {
            type: "merge",
            body: { spec: { template: { image: { family: "AlibabaCloudLinux", version: "3.2104.11" } } } },
          },
        );
        await ask(stage, {
          name: "web-upgrade-1",
          pool: "web",
          kind: "Upgrade",
          machines: ["web-1", "web-2"],
          options: { when: "Now" },
        });
      });
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 60);
      stage.note(`${node} unschedulable: ${stage.get("Node", node)?.spec?.unschedulable === true}`);
      checkTidy(stage);
    },
  },
];
