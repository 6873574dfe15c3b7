/** The provider port on the simulated cloud: the same instances in the port's words. */
import assert from "node:assert/strict";
import test from "node:test";
import { createVirtualClock } from "../../sim/clock.ts";
import { createCloud } from "../../sim/cloud/create.ts";
import { aBootstrap, aReplacement, aRequest } from "../../sim/cloud/testing.ts";
import { createSimulatorProvider } from "./provider.ts";

function aProvider() {
  const clock = createVirtualClock(1_000_000);
  const settings = { jitterPercent: 0 };
  const cloud = createCloud({ clock, region: "cn-hangzhou", settings, seed: 1, traits: { visibilityMs: 0 } });
  const provider = createSimulatorProvider(cloud);
  const only = async () => {
    const [instance, ...others] = await provider.list("cluster-1");
    assert.ok(instance !== undefined && others.length === 0);
    return instance;
  };
  return { clock, cloud, provider, only };
}

test("an instance is listed as it was asked for", async () => {
  const { provider, only } = aProvider();
  const request = aRequest({ zone: "cn-hangzhou-j", instanceType: "ecs.c7.xlarge" });
  const made = await provider.create("token-1", request, aBootstrap());
  assert.deepEqual(await only(), made);
  const { id: _, systemDiskId, dataDiskIds, ...rest } = made;
  assert.match(systemDiskId, /^d-/);
  assert.equal(dataDiskIds.length, 1);
  assert.deepEqual(rest, {
    state: "Pending",
    isBusy: false,
    zone: "cn-hangzhou-j",
    instanceType: "ecs.c7.xlarge",
    chargeType: "PayAsYouGo",
    tags: request.tags,
    createdAt: 1_000_000,
    addresses: [],
    providerId: null,
    hostEvent: null,
  });
});

test("an upgrade by disk replacement can be followed in the list, from change to change", async () => {
  const { clock, provider, only } = aProvider();
  const { id, systemDiskId } = await provider.create("token-1", aRequest(), aBootstrap());
  const seen: string[] = [];
  const stopListening = provider.onChange(() => {
    void only().then(({ state, isBusy, systemDiskId: disk }) =>
      seen.push(`${state}${isBusy ? " busy" : ""} ${disk === systemDiskId ? "old" : "new"}`),
    );
  });
  await clock.advance(20_000);
  await provider.stop(id);
  await clock.advance(5_000);
  await provider.replaceSystemDisk(id, aReplacement());
  await clock.advance(10_000);
  await provider.start(id);
  await clock.advance(18_000);
  stopListening();
  await provider.release(id);
  assert.deepEqual(seen, [
    "Starting old",
    "Running old",
    "Stopping old",
    "Stopped old",
    "Stopped busy old",
    "Stopped new",
    "Starting new",
    "Running new",
  ]);
});

test("the catalogue offers what a pool may name, its defaults first", async () => {
  const { provider } = aProvider();
  const { zones, images, instanceTypes } = await provider.catalogue();
  assert.deepEqual(zones, ["cn-hangzhou-h", "cn-hangzhou-i", "cn-hangzhou-j"]);
  assert.equal(images.filter((image) => image.family === "AlibabaCloudLinux").length >= 2, true);
  assert.equal(images[0]?.family, "AlibabaCloudLinux");
  for (const family of ["CentOS", "Ubuntu", "Windows"]) {
    assert.ok(
      images.some((image) => image.family === family),
      family,
    );
  }
  assert.equal(instanceTypes[0]?.name, "ecs.g7.large");
  assert.ok(instanceTypes.some((type) => type.architecture === "arm64"));
});
