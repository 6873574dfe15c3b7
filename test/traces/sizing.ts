/** Scenarios about the count: create, scale out and in, modify, clone, delete. */
import { worldNamespace } from "../../src/sim/world.ts";
import {
  activePool,
  ask,
  checkTidy,
  createPool,
  deploy,
  isActive,
  isFinished,
  machinesOf,
  nodeNameOf,
} from "./moves.ts";
import { edit, type Scenario } from "./stage.ts";

export const sizing: readonly Scenario[] = [
  {
    name: "create",
    about: "a new pool is Initializing, then Active; nodes are spread over the zones",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 3 });
      const zones = stage.world.list("ManagedMachine").map(({ status }) => status?.zone ?? "");
      stage.note(`zones ${[...new Set(zones)].toSorted((a, b) => a.localeCompare(b)).join(" ")}`);
      checkTidy(stage);
    },
  },
  {
    name: "create-empty",
    about: "a pool of 0 is Active at once",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 0 });
    },
  },
  {
    name: "scale-out",
    about: "the count rises: Scaling, then Active; nobody is disturbed",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 2 });
      await stage.person("scales web 2 → 5", () => edit(stage, "web", { replicas: 5 }));
      await stage.until("5 ready", isActive(stage, "web", 5), 30);
      checkTidy(stage);
    },
  },
  {
    name: "scale-in",
    about: "the count falls: the choice is written down first, then drained and released",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 4 });
      await deploy(stage, "shop", { replicas: 8, budget: { maxUnavailable: 2 } });
      await stage.wait(1);
      await stage.person("scales web 4 → 2", () => edit(stage, "web", { replicas: 2 }));
      await stage.until("2 ready", isActive(stage, "web", 2), 30);
      checkTidy(stage);
    },
  },
  {
    name: "modify-without-sync",
    about: "labels of the template change; existing nodes keep theirs, a new one has the new",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 2, template: { nodeLabels: { tier: "old" } } });
      await stage.person("labels tier=new", () =>
        edit(stage, "web", { template: { nodeLabels: { tier: "new" } } }),
      );
      await stage.wait(2);
      await stage.person("scales web 2 → 3", () => edit(stage, "web", { replicas: 3 }));
      await stage.until("3 ready", isActive(stage, "web", 3), 30);
      noteLabels(stage);
    },
  },
  {
    name: "modify-with-sync",
    about: "the same with a sync: labels, taints and tags reach the existing nodes, nobody is drained",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 2, template: { nodeLabels: { tier: "old", drop: "me" } } });
      await stage.person("changes labels, taints and tags", () =>
        edit(stage, "web", {
          template: {
            nodeLabels: { tier: "new", drop: null },
            taints: [{ key: "dedicated", value: "web", effect: "PreferNoSchedule" }],
            instanceTags: { owner: "shop" },
          },
        }),
      );
      await stage.person("asks for a sync", () =>
        ask(stage, {
          name: "web-sync-1",
          pool: "web",
          kind: "SyncAttributes",
          machines: machinesOf(stage, "web"),
        }),
      );
      await stage.until("the sync is finished", isFinished(stage, "web-sync-1"), 10);
      noteLabels(stage);
      const tags = stage.world.cloud.instances().map(({ tags: found }) => found["owner"]);
      stage.note(`instance tags owner: ${tags.join(" ")}`);
      checkTidy(stage);
    },
  },
  {
    name: "clone",
    about: "a second pool with the same spec and another name",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 2, template: { nodeLabels: { tier: "web" } } });
      const source = stage.get("ManagedNodePool", "web");
      await stage.person("clones web as web2", () => createPool(stage, "web2", { ...source?.spec }));
      await stage.until("web2 is Active", isActive(stage, "web2", 2), 30);
      checkTidy(stage);
    },
  },
  {
    name: "delete",
    about:
      "without a confirmation nothing happens; with it nodes are drained, released, and the pool is gone",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 2 });
      await stage.person("deletes web with plain kubectl", () =>
        stage.world.kube.delete("ManagedNodePool", { name: "web", namespace: worldNamespace }),
      );
      await stage.wait(5);
      stage.note(`machines left ${machinesOf(stage, "web").length}`);
      await stage.person("confirms with web:2", () =>
        stage.world.kube.patch(
          "ManagedNodePool",
          { name: "web", namespace: worldNamespace },
          {
            type: "merge",
            body: { metadata: { annotations: { "poolkeeper.dev/confirm-deletion": "web:2" } } },
          },
        ),
      );
      await stage.until("the pool is gone", () => stage.get("ManagedNodePool", "web") === undefined, 30);
      stage.note(
        `instances left ${stage.world.cloud.instances().length}, nodes left ${stage.world.list("Node").length}`,
      );
    },
  },
];

function noteLabels(stage: Parameters<Scenario["run"]>[0]): void {
  for (const machine of machinesOf(stage, "web")) {
    const node = stage.get("Node", nodeNameOf(stage, machine));
    const own = Object.entries(node?.metadata.labels ?? {}).filter(
      ([key]) => key === "tier" || key === "drop",
    );
    const taints = (node?.spec?.taints ?? []).map(({ key, value }) => `${key}=${value ?? ""}`);
    stage.note(
      `${machine} labels ${own.map((pair) => pair.join("=")).join(" ")}${taints.length === 0 ? "" : ` taints ${taints.join(" ")}`}`,
    );
  }
}
