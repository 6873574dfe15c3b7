/** Scenarios about upgrades by disk replacement: windows, batches, budgets, failures. */
import { dawn, edit, type Scenario, type Stage } from "./stage.ts";
import {
  activePool,
  ask,
  change,
  checkTidy,
  createWindow,
  deploy,
  instanceOf,
  isFinished,
  machinesOf,
  nodeNameOf,
  phaseOf,
  readyPods,
  summaryOf,
} from "./moves.ts";

const oldImage = { family: "AlibabaCloudLinux", version: "3.2104.11" };
const newImage = { family: "AlibabaCloudLinux", version: "3.2104.12" };
const everyDay = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

async function upgradeAll(stage: Stage, options: object = { when: "Now" }): Promise<void> {
  await stage.person("sets image 3.2104.12", () => edit(stage, "web", { template: { image: newImage } }));
  await stage.person("asks for an upgrade of all nodes", () =>
    ask(stage, {
      name: "web-upgrade-1",
      pool: "web",
      kind: "Upgrade",
      machines: machinesOf(stage, "web"),
      options,
    }),
  );
}

function identities(stage: Stage): string {
  return machinesOf(stage, "web")
    .map(
      (machine) =>
        `${stage.get("Node", nodeNameOf(stage, machine))?.metadata.uid ?? "?"}/${instanceOf(stage, machine)}`,
    )
    .join(" ");
}

/** One pod of ours, and two of the cluster's DNS. */
async function deployVitals(stage: Stage): Promise<void> {
  const ours = { "app.kubernetes.io/name": "poolkeeper" };
  await deploy(stage, "poolkeeper", { replicas: 1, namespace: "poolkeeper-system", labels: ours });
  await deploy(stage, "coredns", {
    replicas: 2,
    namespace: "kube-system",
    labels: { "k8s-app": "kube-dns" },
  });
}

/** The machines that those pods run on. */
function vitalNodes(stage: Stage): readonly string[] {
  const names = stage.world
    .list("Pod")
    .filter(({ metadata }) => ["poolkeeper-system", "kube-system"].includes(metadata.namespace ?? ""))
    .map(({ spec }) => spec?.nodeName ?? "");
  return machinesOf(stage, "web").filter((machine) => names.includes(nodeNameOf(stage, machine)));
}

export const upgrading: readonly Scenario[] = [
  {
    name: "upgrade-in-window",
    about:
      "behind the newest image, a pool with autoUpgrade waits for its window, then goes 1, soaks, 2; names and ids stay",
    run: async (stage) => {
      await createWindow(stage, "nightly", {
        weekdays: everyDay,
        start: "02:00",
        durationMinutes: 240,
        timeZone: "UTC",
      });
      await activePool(stage, "web", {
        replicas: 4,
        template: { image: oldImage },
        management: { autoUpgrade: true, maintenanceWindowRef: { name: "nightly" } },
        upgrade: { maxUnavailable: 2, soakSeconds: 300 },
      });
      await deploy(stage, "shop", { replicas: 8, budget: { maxUnavailable: 2 } });
      await stage.wait(1);
      const before = identities(stage);
      await stage.person("sets image 3.2104.12", () => edit(stage, "web", { template: { image: newImage } }));
      await stage.until(
        "all up to date",
        () => stage.get("ManagedNodePool", "web")?.status?.upToDateReplicas === 4,
        300,
      );
      await stage.until("Active", () => summaryOf(stage, "web") === "Active", 30);
      stage.note(`node UIDs and instance ids unchanged: ${identities(stage) === before}`);
      checkTidy(stage);
    },
  },
  {
    name: "upgrade-window-closes",
    about:
      "the window closes in the middle: what runs ends, nothing new starts, the rest goes on in the next opening",
    run: async (stage) => {
      await createWindow(stage, "short", {
        weekdays: everyDay,
        start: "00:05",
        durationMinutes: 30,
        timeZone: "UTC",
      });
      await activePool(stage, "web", {
        replicas: 3,
        template: { image: oldImage },
        management: { maintenanceWindowRef: { name: "short" } },
        upgrade: { soakSeconds: 900 },
      });
      await upgradeAll(stage, { when: "InWindow" });
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 3 * 24 * 60);
      stage.note(
        `ended ${new Date(stage.world.clock.now() - dawn).toISOString().slice(8, 16)} after the beginning`,
      );
      checkTidy(stage);
    },
  },
  ...(["Stop", "Skip", "Force"] as const).map(
    (onTimeout): Scenario => ({
      name: `upgrade-blocked-${onTimeout.toLowerCase()}`,
      about: `a budget that never allows, and onTimeout ${onTimeout}`,
      run: async (stage) => {
        await activePool(stage, "web", {
          replicas: 3,
          template: { image: oldImage },
          drain: { timeoutSeconds: 600, onTimeout },
          upgrade: { soakSeconds: 0 },
        });
        await deploy(stage, "ledger", { replicas: 1, budget: { minAvailable: 1 } });
        await stage.wait(1);
        await upgradeAll(stage);
        await stage.wait(45);
        const operation = stage.get("NodeOperation", "web-upgrade-1");
        const states = (operation?.status?.machines ?? []).map(
          ({ name, state, reason }) => `${name} ${state}${reason === undefined ? "" : ` (${reason})`}`,
        );
        stage.note(`${phaseOf(stage, "web-upgrade-1")}: ${states.join(", ")}`);
        stage.note(`ledger pods ready ${readyPods(stage, "ledger")}`);
        checkTidy(stage);
      },
    }),
  ),
  {
    name: "upgrade-force-too-late",
    about: "a drain is blocked, and the pool is set to Force meanwhile: this drain ends as it was agreed",
    run: async (stage) => {
      await activePool(stage, "web", {
        replicas: 3,
        template: { image: oldImage },
        drain: { timeoutSeconds: 600 },
        upgrade: { soakSeconds: 0 },
      });
      await deploy(stage, "ledger", { replicas: 1, budget: { minAvailable: 1 } });
      await stage.wait(1);
      await upgradeAll(stage);
      await stage.wait(5);
      await stage.person("sets onTimeout to Force", () =>
        edit(stage, "web", { drain: { onTimeout: "Force" } }),
      );
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 60);
      stage.note(`${phaseOf(stage, "web-upgrade-1")}, ledger pods ready ${readyPods(stage, "ledger")}`);
      checkTidy(stage);
    },
  },
  {
    name: "upgrade-own-node-last",
    about:
      "Poolkeeper itself and the cluster's DNS run on nodes of the pool: those go last, one by one, three at once or not",
    run: async (stage) => {
      await activePool(stage, "web", {
        replicas: 5,
        template: { image: oldImage },
        upgrade: { soakSeconds: 0, maxUnavailable: 3 },
      });
      await deployVitals(stage);
      await stage.wait(1);
      const where = vitalNodes(stage);
      await upgradeAll(stage);
      stage.note(`Poolkeeper and the DNS run on ${where.join(" ")}`);
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 60);
      stage.note(`and now on ${vitalNodes(stage).join(" ")}`);
      checkTidy(stage);
    },
  },
  {
    name: "upgrade-only-node",
    about: "the only node runs Poolkeeper itself: it is not taken before another one can run it",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 1, template: { image: oldImage } });
      await deployVitals(stage);
      await stage.wait(1);
      await upgradeAll(stage);
      await stage.wait(20);
      await stage.person("scales to 2", () => edit(stage, "web", { replicas: 2 }));
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 60);
      checkTidy(stage);
    },
  },
  {
    name: "upgrade-disk-fails",
    about:
      "the provider refuses the replacement for good: the instance starts again with its old disk, the roll stops",
    run: async (stage) => {
      await activePool(stage, "web", {
        replicas: 3,
        template: { image: oldImage },
        upgrade: { soakSeconds: 0 },
      });
      await stage.person("the provider will refuse one disk replacement as invalid", () => {
        stage.world.cloud.inject({
          kind: "FailCalls",
          call: "replaceSystemDisk",
          times: 1,
          error: "Invalid",
          effect: "DoesNotHappen",
        });
      });
      await upgradeAll(stage);
      await stage.wait(15);
      stage.note(phaseOf(stage, "web-upgrade-1"));
      checkTidy(stage);
      await stage.person("retries web-1", () => change(stage, "web-upgrade-1", { retry: ["web-1"] }));
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 60);
      stage.note(phaseOf(stage, "web-upgrade-1"));
      checkTidy(stage);
    },
  },
  {
    name: "upgrade-disk-retried",
    about: "the provider fails three times on the way: the replacement is tried again from where it stands",
    run: async (stage) => {
      await activePool(stage, "web", { replicas: 1, template: { image: oldImage } });
      await stage.person("the provider will not answer three disk replacements", () => {
        stage.world.cloud.inject({
          kind: "FailCalls",
          call: "replaceSystemDisk",
          times: 3,
          error: "Unreachable",
          effect: "DoesNotHappen",
        });
      });
      await upgradeAll(stage);
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 60);
      stage.note(phaseOf(stage, "web-upgrade-1"));
      checkTidy(stage);
    },
  },
  {
    name: "upgrade-paused",
    about:
      "paused while a node drains, resumed, then cancelled: done nodes stay done, nothing is left half way",
    run: async (stage) => {
      await activePool(stage, "web", {
        replicas: 3,
        template: { image: oldImage },
        upgrade: { soakSeconds: 0 },
      });
      await upgradeAll(stage);
      await stage.until(
        "one node is done",
        () => stage.get("ManagedNodePool", "web")?.status?.upToDateReplicas === 1,
        30,
      );
      await stage.person("pauses", () => change(stage, "web-upgrade-1", { state: "Pause" }));
      await stage.wait(10);
      stage.note(
        `${phaseOf(stage, "web-upgrade-1")}, up to date ${stage.get("ManagedNodePool", "web")?.status?.upToDateReplicas ?? 0}`,
      );
      await stage.person("resumes", () => change(stage, "web-upgrade-1", { state: "Run" }));
      await stage.until(
        "two nodes are done",
        () => stage.get("ManagedNodePool", "web")?.status?.upToDateReplicas === 2,
        30,
      );
      await stage.person("cancels", () => change(stage, "web-upgrade-1", { state: "Cancel" }));
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 30);
      stage.note(
        `${phaseOf(stage, "web-upgrade-1")}, up to date ${stage.get("ManagedNodePool", "web")?.status?.upToDateReplicas ?? 0}`,
      );
      checkTidy(stage);
    },
  },
  {
    name: "upgrade-by-instance",
    about: "method ReplaceInstance with a surge of one: a new node comes first, then an old one goes",
    run: async (stage) => {
      await activePool(stage, "web", {
        replicas: 2,
        template: { image: oldImage },
        upgrade: { method: "ReplaceInstance", maxSurge: 1, maxUnavailable: 0, soakSeconds: 0 },
      });
      await upgradeAll(stage);
      await stage.until("the upgrade is finished", isFinished(stage, "web-upgrade-1"), 60);
      await stage.until("Active", () => summaryOf(stage, "web") === "Active", 30);
      checkTidy(stage);
    },
  },
];
