/**
 * Pools and windows that make no sense. What can be told from the object alone is refused by the API server; what only the
 * provider or the cluster knows is refused by the command line, and told in the status when it came through kubectl.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { poolNamed, quickProvider } from "./objects.ts";
import { createRig, namespace, type Outcome } from "./rig.ts";

const said = ({ text }: Outcome): string => text.replaceAll("\n", " ");

test("senseless pools and windows are refused with field, value and fix, whichever way they come", async (t) => {
  const rig = await createRig(t);
  await rig.startCluster();
  const where = ["--kubeconfig", rig.kubeconfig, "--data-dir", rig.dataDir, "--port", "0"];
  const server = rig.start(...where, "--install-crds", "--provider", "simulator");
  await server.ready();
  await rig.apply("cloud.yaml", quickProvider("cloud"));
  await rig.eventually(
    "the catalogue is known",
    async () =>
      (
        await rig.tryKubectl(
          "get",
          "infra",
          "cloud",
          "-n",
          namespace,
          "-o",
          "jsonpath={.status.catalogue.zones}",
        )
      ).stdout !== "",
  );
  await rig.pk("create", "pool", "web", "--provider", "cloud", "--nodes", "1", "--yes", "--wait");

  for (const { what, line, code, says } of refusedByCommand) {
    await t.test(`the command line refuses ${what}`, async () => {
      const outcome = await rig.tryPk(...line.split(" "), "--yes");
      for (const pattern of says) assert.match(said(outcome), pattern);
      assert.equal(outcome.code, code, outcome.text);
    });
  }

  for (const { what, object, says } of refusedByServer) {
    await t.test(`the API server refuses ${what}`, async () => {
      await assert.rejects(rig.apply("bad.yaml", object), (error: Error) => {
        for (const pattern of says) assert.match(error.message.replaceAll("\n", " "), pattern);
        return true;
      });
    });
  }

  const odd = toldInStatus.map(({ template }, index) => aPool(`odd-${index}`, { replicas: 1, template }));
  await rig.apply("odd.yaml", ...odd);
  for (const [index, { what, says }] of toldInStatus.entries()) {
    await t.test(`a pool that came through kubectl says of itself: ${what}`, async () => {
      await rig.eventually("the status says it", async () => {
        const { summary, message } = (await poolNamed(rig, `odd-${index}`)).status ?? {};
        assert.match(message ?? "", says);
        assert.notEqual(summary, "Active");
        return true;
      });
    });
  }

  await t.test("all of them can be deleted, and the pool that was there has not been touched", async () => {
    for (const index of odd.keys()) await rig.pk("delete", "pool", `odd-${index}`, "--yes");
    await rig.eventually("only web is left", async () => {
      const names = await rig.tryKubectl("get", "mnp,mm", "-n", namespace, "-o", "name");
      assert.deepEqual(names.stdout.trim().split("\n"), [
        "managednodepool.poolkeeper.dev/web",
        "managedmachine.poolkeeper.dev/web-1",
      ]);
      return true;
    });
    assert.equal((await poolNamed(rig, "web")).status?.summary, "Active");
  });
});

interface RefusedByCommand {
  readonly what: string;
  readonly line: string;
  readonly code: number;
  readonly says: readonly RegExp[];
}

const create = "create pool bad --provider cloud";

const refusedByCommand: readonly RefusedByCommand[] = [
  {
    what: "a negative count",
    line: `${create} --nodes -1`,
    code: 2,
    says: [/replicas is -1: must be at least 0/],
  },
  {
    what: "a huge count",
    line: `${create} --nodes 100000`,
    code: 2,
    says: [/replicas is 100000: must be at most 2000/],
  },
  { what: "scaling below zero", line: "scale web --nodes -3", code: 2, says: [/-3/, /0 to 2000/] },
  { what: "adding too many", line: "scale web --add 5000", code: 2, says: [/500[01]/, /0 to 2000/] },
  {
    what: "an unknown zone",
    line: `${create} --zone cn-hangzhou-x`,
    code: 2,
    says: [/zone/, /cn-hangzhou-x/, /cn-hangzhou-h, cn-hangzhou-i, cn-hangzhou-j/],
  },
  {
    what: "a window of zero length",
    line: "create window never --days daily --start 02:00 --minutes 0 --time-zone UTC",
    code: 2,
    says: [/durationMinutes/, /30 to 1440/],
  },
  {
    what: "extra instances where instances are kept",
    line: `${create} --max-surge 2`,
    code: 2,
    says: [
      /maxSurge/,
      /ReplaceSystemDisk keeps the instances: set maxSurge to 0, or method to ReplaceInstance/,
    ],
  },
  {
    what: "an upgrade that may take no node away",
    line: "set web max-unavailable=0",
    code: 2,
    says: [/maxUnavailable/, /no node could ever be upgraded: raise one of them/],
  },
  {
    what: "automatic upgrades without a window",
    line: "set web auto-upgrade=true",
    code: 2,
    says: [/maintenanceWindowRef/, /name a MaintenanceWindow, or set autoUpgrade to false/],
  },
  {
    what: "a kubelet newer than the API server",
    line: `${create} --kubernetes-version v1.37.0`,
    code: 3,
    says: [/v1\.37\.0/, /v1\.36\.3/, /newer/],
  },
];

interface RefusedByServer {
  readonly what: string;
  readonly object: object;
  readonly says: readonly RegExp[];
}

const refusedByServer: readonly RefusedByServer[] = [
  {
    what: "a negative count",
    object: aPool("bad", { replicas: -1 }),
    says: [/spec\.replicas: .*-1.*greater than or equal to 0/],
  },
  {
    what: "a huge count",
    object: aPool("bad", { replicas: 1e6 }),
    says: [/spec\.replicas: .*less than or equal to 2000/],
  },
  {
    what: "contradictory settings of upgrades",
    object: aPool("bad", { upgrade: { maxUnavailable: 0 } }),
    says: [/spec\.upgrade\.maxUnavailable/, /no node could ever be upgraded: raise one of them/],
  },
  {
    what: "a window of zero length",
    object: {
      apiVersion: "poolkeeper.dev/v1alpha1",
      kind: "MaintenanceWindow",
      metadata: { name: "never", namespace },
      spec: { weekdays: ["Monday"], start: "02:00", durationMinutes: 0, timeZone: "UTC" },
    },
    says: [/spec\.durationMinutes/, /must be 30 to 1440 minutes/],
  },
];

interface ToldInStatus {
  readonly what: string;
  readonly template: object;
  readonly says: RegExp;
}

const toldInStatus: readonly ToldInStatus[] = [
  { what: "an unknown zone", template: { zones: ["cn-hangzhou-x"] }, says: /cn-hangzhou-x/ },
  {
    what: "an unknown instance type",
    template: { instanceTypes: ["ecs.none.large"] },
    says: /ecs\.none\.large/,
  },
  { what: "an unknown image", template: { image: { family: "Plan9" } }, says: /Plan9/ },
  {
    what: "a kubelet newer than the API server",
    template: { kubernetesVersion: "v1.37.0" },
    says: /v1\.37\.0/,
  },
];

function aPool(name: string, spec: object): object {
  return {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name, namespace },
    spec: { providerRef: { name: "cloud" }, ...spec },
  };
}
