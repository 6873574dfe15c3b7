/**
 * The life of a pool once in peace and once with Poolkeeper killed by SIGKILL at twenty random moments of it: both must
 * look the same after every step. The control plane lives on; the simulated cloud goes on from its file.
 */
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { isDeepStrictEqual } from "node:util";
import { realClock, sleep } from "../../src/ports/clock.ts";
import type { ManagedMachineObject } from "../../src/schema/machine.ts";
import type { InstanceRecord } from "../../src/sim/cloud/model.ts";
import { createStream, type Stream } from "../../src/sim/stream.ts";
import { instancesIn } from "./cloud.ts";
import { budgetOf, isActive, machinesOf, quickProvider, workload } from "./objects.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { createRig, root, type Rig, type Server } from "./rig.ts";
import { type Health, watchHealth } from "./watch.ts";

const killsPerStep = 4;
const [pods, minAvailable] = [6, 4];
/** Three at first, two more later. */
const machinesNeeded = 5;

test("twenty kills at random moments change nothing of where a pool arrives", async (t) => {
  const seed = Number(process.env["POOLKEEPER_SEED"] ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}; the same moments again: POOLKEEPER_SEED=${seed}`);
  const rig = await createRig(t);
  await install(rig);
  const victim = victimOf(rig);
  const startedAt = realClock.monotonic();
  await victim.start().ready();
  const startMs = realClock.monotonic() - startedAt;
  await rig.apply("shop.yaml", ...workload("shop", { pods: 0, minAvailable }));
  const stage = { rig, health: await watchHealth(rig, "shop") };

  const peace = new Map<Step, Lived>();
  for (const step of steps) {
    const beganAt = realClock.monotonic();
    await step.run(stage);
    peace.set(step, { tookMs: realClock.monotonic() - beganAt, picture: await settled(rig) });
  }
  assert.equal(instances(rig).length, machinesNeeded, "the simulated cloud counts as this test does");

  const chance = createStream(seed, "kills");
  for (const [step, { tookMs, picture }] of peace) {
    await together(step.run(stage), victim.killOften(chance, startMs + tookMs / 2));
    await rig.eventually(`${step.name} ends as without kills (seed ${seed})`, async () => {
      assert.deepEqual(await pictureOf(rig, "web"), picture);
      return true;
    });
  }

  assert.equal(victim.kills(), 20);
  const made = instances(rig);
  assert.equal(made.length, 2 * machinesNeeded, `one instance for each machine (seed ${seed})`);
  const owners = made.map(({ guest }) => guest.bootstrap.machineUid);
  assert.equal(new Set(owners).size, owners.length, `no machine has had two instances (seed ${seed})`);
  assert.deepEqual(
    made.filter(({ gone }) => gone === null),
    [],
    `no instance is left (seed ${seed})`,
  );
  const { health } = stage;
  assert.ok(health.seen() > pods, "the watch has seen pods move");
  assert.ok(health.fewestReady() >= minAvailable, `only ${health.fewestReady()} pods were ready at one time`);
  assert.deepEqual(health.violations, []);
});

interface Lived {
  readonly tookMs: number;
  readonly picture: Picture;
}

interface Stage {
  readonly rig: Rig;
  readonly health: Health;
}

interface Step {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<unknown>;
}

const sure = ["--yes", "--wait"] as const;
const web = [
  "--provider",
  "cloud",
  "--nodes",
  "3",
  "--image",
  "AlibabaCloudLinux:3.2104.11",
  "--soak",
  "1s",
] as const;

const steps: readonly Step[] = [
  {
    name: "create",
    run: async ({ rig, health }) => {
      await rig.pk("create", "pool", "web", ...web, ...sure);
      await isActive(rig, "web");
      await rig.kubectl("scale", "deployment/shop", `--replicas=${pods}`);
      await rig.eventually(
        "all pods run",
        async () => (await budgetOf(rig, "shop")) === `${pods} ${minAvailable}`,
      );
      await health.begin(pods);
    },
  },
  { name: "scale", run: ({ rig }) => rig.pk("scale", "web", "--nodes", "5", ...sure) },
  {
    name: "upgrade",
    run: ({ rig }) =>
      rig.pk("upgrade", "start", "web", "--image", "AlibabaCloudLinux:3.2104.12", "--now", ...sure),
  },
  {
    name: "remove",
    run: async ({ rig }) => {
      const machines = (await machinesOf(rig, "web")).toSorted((a, b) => numberOf(a) - numberOf(b));
      const nodes = machines.slice(0, 2).map(({ status }) => status?.nodeName ?? "");
      await rig.pk("remove", ...nodes, "--drain", "--release", ...sure);
    },
  },
  {
    name: "delete",
    run: async ({ rig, health }) => {
      // The last pool has nowhere to move pods to, so that its drain would wait for ever.
      health.end();
      await rig.kubectl("scale", "deployment/shop", "--replicas=0");
      await rig.pk("delete", "pool", "web", ...sure);
    },
  },
];

function numberOf({ metadata }: ManagedMachineObject): number {
  return Number(metadata.name.split("-").at(-1));
}

async function install(rig: Rig): Promise<void> {
  await rig.startCluster();
  const deploy = path.join(root, "deploy");
  await rig.kubectl("apply", "-f", path.join(deploy, "crds"), "-f", path.join(deploy, "rbac.yaml"));
  await rig.kubectl("wait", "crd", "-l", "app.kubernetes.io/name=poolkeeper", "--for=condition=Established");
  await rig.apply("cloud.yaml", quickProvider("cloud"));
}

interface Victim {
  start(): Server;
  /** Kills and starts again, each time at a random moment of `spanMs` after the start before. */
  killOften(chance: Stream, spanMs: number): Promise<void>;
  kills(): number;
}

function victimOf(rig: Rig): Victim {
  let kills = 0;
  let server: Server | null = null;
  const start = (): Server => {
    server = rig.start(
      "--kubeconfig",
      rig.kubeconfig,
      "--data-dir",
      rig.dataDir,
      "--port",
      "0",
      "--provider",
      "cloud",
    );
    return server;
  };
  return {
    start,
    killOften: async (chance, spanMs) => {
      for (let turn = 0; turn < killsPerStep; turn++) {
        await sleep(realClock, chance.next() * spanMs);
        server?.kill("SIGKILL");
        await server?.exited;
        kills += 1;
        start();
      }
    },
    kills: () => kills,
  };
}

/** Neither is left running when the other fails. */
async function together(...works: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === "rejected") throw result.reason;
}

/** The picture, once it has not changed for a while. */
async function settled(rig: Rig): Promise<Picture> {
  let before = await pictureOf(rig, "web");
  let calm = 0;
  return rig.eventually("everything is at rest", async () => {
    const now = await pictureOf(rig, "web");
    calm = isDeepStrictEqual(now, before) ? calm + 1 : 0;
    before = now;
    return calm === 5 && now;
  });
}

/** Every instance that was ever made. */
function instances(rig: Rig): readonly InstanceRecord[] {
  return [...instancesIn(rig.dataDir, "cloud").values()];
}
