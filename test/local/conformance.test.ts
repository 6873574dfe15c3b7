/** What the controller relies on in every provider, on the simulated cloud and on real QEMU processes: one table, both pass. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import type { InstanceState } from "../../src/core/model.ts";
import { isPortError, type PortErrorKind } from "../../src/ports/errors.ts";
import type { DiskReplacement, Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import type { InstanceRequest } from "../../src/schema/machine.ts";
import { createVirtualClock } from "../../src/sim/clock.ts";
import { createCloud } from "../../src/sim/cloud/create.ts";
import { aBootstrap, aReplacement as aSimulatedReplacement, aRequest } from "../../src/sim/cloud/testing.ts";
import {
  aLocalBootstrap,
  aLocalRequest,
  anImage,
  aPlace,
  aReplacement,
  openIn,
  noQemu,
  untilSo,
} from "./testing.ts";

interface Stage {
  readonly provider: Provider;
  readonly request: InstanceRequest;
  replacement(token: string): DiskReplacement;
  create(token: string, request?: InstanceRequest): ReturnType<Provider["create"]>;
  /** Lets time pass until it is so. */
  until(isSo: () => Promise<boolean>): Promise<void>;
}

const clusterUid = "cluster-1";

function simulated(): Stage {
  const clock = createVirtualClock(1_000_000);
  const traits = { visibilityMs: 0 };
  const cloud = createCloud({ clock, region: "cn-hangzhou", settings: {}, seed: 1, traits });
  const provider = createSimulatorProvider(cloud);
  return {
    provider,
    request: aRequest(),
    replacement: aSimulatedReplacement,
    create: (token, request = aRequest()) => provider.create(token, request, aBootstrap()),
    until: async (isSo) => {
      while (!(await isSo())) await clock.advance(1000);
    },
  };
}

async function local(t: TestContext): Promise<Stage> {
  const place = aPlace(t);
  anImage(place);
  anImage(place, { version: "2", kubernetesVersion: "v1.36.3" });
  const { provider } = await openIn(place);
  return {
    provider,
    request: aLocalRequest(),
    replacement: aReplacement,
    create: (token, request = aLocalRequest()) => provider.create(token, request, aLocalBootstrap()),
    until: untilSo,
  };
}

async function only({ provider }: Stage): Promise<Awaited<ReturnType<Provider["list"]>>[number]> {
  const [instance, ...others] = await provider.list(clusterUid);
  assert.ok(instance !== undefined && others.length === 0);
  return instance;
}

function untilState(stage: Stage, state: InstanceState): Promise<void> {
  return stage.until(async () => (await only(stage)).state === state);
}

async function running(stage: Stage): Promise<string> {
  const { id } = await stage.create("token-1");
  await untilState(stage, "Running");
  return id;
}

async function stopped(stage: Stage): Promise<string> {
  const id = await running(stage);
  await stage.provider.stop(id);
  await untilState(stage, "Stopped");
  return id;
}

function refused(call: Promise<unknown>, kind: PortErrorKind): Promise<void> {
  return assert.rejects(
    call,
    (error) => isPortError(error, kind) || assert.fail(`not ${kind}: ${String(error)}`),
  );
}

const table: readonly (readonly [sentence: string, run: (stage: Stage) => Promise<void>])[] = [
  [
    "an instance is listed as soon as its creation was answered, and for its own cluster only",
    async (stage) => {
      const made = await stage.create("token-1");
      assert.equal((await only(stage)).id, made.id);
      assert.deepEqual(await stage.provider.list("cluster-2"), []);
    },
  ],
  [
    "the same token with the same request is the same instance, with another request it is Invalid",
    async (stage) => {
      const first = await stage.create("token-1");
      assert.equal((await stage.create("token-1")).id, first.id);
      await refused(stage.create("token-1", { ...stage.request, systemDisk: { sizeGiB: 60 } }), "Invalid");
      assert.equal((await only(stage)).id, first.id);
    },
  ],
  [
    "what is not offered is Invalid, and makes nothing",
    async (stage) => {
      const { request } = stage;
      await refused(stage.create("token-1", { ...request, zone: "nowhere" }), "Invalid");
      await refused(stage.create("token-1", { ...request, instanceType: "huge" }), "Invalid");
      await refused(stage.create("token-1", { ...request, kubernetesVersion: "v9.9.9" }), "Invalid");
      assert.deepEqual(await stage.provider.list(clusterUid), []);
    },
  ],
  [
    "the catalogue offers what it takes",
    async (stage) => {
      const { zones, images, instanceTypes } = await stage.provider.catalogue();
      const { request } = stage;
      assert.ok(zones.includes(request.zone));
      assert.ok(instanceTypes.some(({ name }) => name === request.instanceType));
      const image = images.find(({ version }) => version === request.image.version);
      assert.ok(image?.kubernetesVersions.includes(request.kubernetesVersion));
    },
  ],
  [
    "starting what runs and stopping what is stopped are done already",
    async (stage) => {
      const id = await running(stage);
      await stage.provider.start(id);
      assert.equal((await only(stage)).state, "Running");
      await stage.provider.stop(id);
      await stage.provider.stop(id);
      await untilState(stage, "Stopped");
      await stage.provider.stop(id);
      await stage.provider.start(id);
      await untilState(stage, "Running");
    },
  ],
  [
    "a call that the state does not allow is Conflict, and one on nothing is NotFound",
    async (stage) => {
      const id = await stopped(stage);
      await refused(stage.provider.reboot(id), "Conflict");
      await refused(stage.provider.restartService(id, "kubelet"), "Conflict");
      for (const call of ["start", "stop", "reboot", "release", "leave"] as const)
        await refused(stage.provider[call]("i-nothing"), "NotFound");
    },
  ],
  [
    "a running instance keeps its system disk: the replacement is Invalid",
    async (stage) => {
      const id = await running(stage);
      const { systemDiskId } = await only(stage);
      await refused(stage.provider.replaceSystemDisk(id, stage.replacement("disk-1")), "Invalid");
      assert.equal((await only(stage)).systemDiskId, systemDiskId);
    },
  ],
  [
    "a replacement changes the system disk once for each token, and nothing else",
    async (stage) => {
      const id = await stopped(stage);
      const before = await only(stage);
      const replaced = async (disk: string): Promise<boolean> => {
        const { isBusy, systemDiskId } = await only(stage);
        return !isBusy && systemDiskId !== disk;
      };
      await stage.provider.replaceSystemDisk(id, stage.replacement("disk-1"));
      await stage.provider.replaceSystemDisk(id, stage.replacement("disk-1"));
      await stage.until(() => replaced(before.systemDiskId));
      const after = await only(stage);
      await stage.provider.replaceSystemDisk(id, stage.replacement("disk-1"));
      assert.deepEqual(await only(stage), after);
      assert.deepEqual({ ...after, systemDiskId: "" }, { ...before, systemDiskId: "" });
      await stage.provider.replaceSystemDisk(id, stage.replacement("disk-2"));
      await stage.until(() => replaced(after.systemDiskId));
      await stage.provider.start(id);
      await untilState(stage, "Running");
    },
  ],
  [
    "a release may be repeated, and ends with an empty list, whatever the state before",
    async (stage) => {
      const { id } = await stage.create("token-1");
      await stage.provider.release(id);
      await stage.provider.release(id).catch((error: unknown) => assert.ok(isPortError(error, "NotFound")));
      await stage.until(async () => (await stage.provider.list(clusterUid)).length === 0);
      await refused(stage.provider.start(id), "NotFound");
    },
  ],
  [
    "tags are set and taken off, and without ours the instance is nobody's",
    async (stage) => {
      const id = await stopped(stage);
      await stage.provider.tag(id, { team: "shop" }, []);
      assert.equal((await only(stage)).tags["team"], "shop");
      await stage.provider.tag(id, {}, ["team"]);
      assert.equal((await only(stage)).tags["team"], undefined);
      await stage.provider.leave(id);
      assert.deepEqual(await stage.provider.list(clusterUid), []);
    },
  ],
  [
    "whoever listens hears of a change that the list then shows",
    async (stage) => {
      const id = await running(stage);
      const seen: InstanceState[] = [];
      const stop = stage.provider.onChange(() => void only(stage).then(({ state }) => seen.push(state)));
      await stage.provider.stop(id);
      await stage.until(async () => seen.includes("Stopped"));
      assert.ok(seen.includes("Stopping"));
      stop();
    },
  ],
];

for (const [sentence, run] of table) {
  test(`simulator: ${sentence}`, () => run(simulated()));
  test(`local: ${sentence}`, { skip: noQemu }, async (t) => run(await local(t)));
}
