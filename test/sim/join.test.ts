/**
 * Machines that join with a token, in the world in memory: the kubelets of the simulator are silent here, and the test plays
 * the machine – it asks for its certificates under the token that its provider was given, and registers its node.
 */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { signers } from "../../src/controller/join/approval.ts";
import { kubeletCsr } from "../../src/controller/join/testing.ts";
import type { Announcement } from "../../src/core/announce.ts";
import type { Bootstrap, Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import type { NodeObject, SecretObject } from "../../src/schema/kubernetes.ts";
import { bootstrapGroup } from "../../src/schema/manifests.ts";
import { createSimKube } from "../../src/sim/api/port.ts";
import { createWorld, type World, worldNamespace, worldRegion } from "../../src/sim/world.ts";

const minuteMs = 60_000;
const silent = { kind: "NeverRegisters", healsOn: "Replace" } as const;

interface Scene {
  readonly world: World;
  /** What the provider was told, newest last. */
  readonly told: Bootstrap[];
  readonly joined: string[];
  readonly news: Announcement[];
  until(what: string, isMet: () => boolean): Promise<void>;
  tokens(): Promise<readonly SecretObject[]>;
}

async function aScene(t: TestContext): Promise<Scene> {
  const told: Bootstrap[] = [];
  const joined: string[] = [];
  const news: Announcement[] = [];
  const world = await createWorld({
    seed: 7,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    settings: { bootSeconds: 5, joinSeconds: 1, stopSeconds: 1, replaceDiskSeconds: 1, jitterPercent: 0 },
    connect: (cloud) => {
      cloud.inject({ kind: "FaultyDisks", times: 100, fault: silent });
      return asTokenProvider(createSimulatorProvider(cloud), { told, joined });
    },
    announce: (announcement) => news.push(announcement),
  });
  t.after(() => world.stop());
  return {
    world,
    told,
    joined,
    news,
    until: async (what, isMet) => {
      assert.ok(await world.clock.runUntil(isMet, 5 * minuteMs), `after five minutes still not: ${what}`);
    },
    tokens: async () => (await world.kube.list("Secret", { namespace: "kube-system" })).items,
  };
}

function asTokenProvider(
  provider: Provider,
  { told, joined }: { readonly told: Bootstrap[]; readonly joined: string[] },
): Provider {
  return {
    ...provider,
    capabilities: { ...provider.capabilities, joinsWithToken: true, initializesNodes: true },
    list: async (clusterUid) =>
      (await provider.list(clusterUid)).map((instance) => {
        return { ...instance, addresses: ["127.64.0.1"], providerId: `test://${instance.id}` };
      }),
    create: (token, request, bootstrap) => {
      told.push(bootstrap);
      return provider.create(token, request, bootstrap);
    },
    replaceSystemDisk: (id, replacement) => {
      told.push(replacement.bootstrap);
      return provider.replaceSystemDisk(id, replacement);
    },
    joined: async (id) => {
      joined.push(id);
    },
    diagnosis: async () => `${"booting ".repeat(200)}Kernel panic`,
  };
}

async function createPool({ world }: Scene, template?: object): Promise<void> {
  await world.kube.create("ManagedNodePool", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { namespace: worldNamespace, name: "web" },
    spec: { replicas: 1, providerRef: { name: "simulator" }, ...(template && { template }) } as never,
  });
}

const machineOf = ({ world }: Scene) => world.list("ManagedMachine")[0];
const nodeNameOf = (scene: Scene): string => machineOf(scene)?.status?.nodeName ?? "";
const isPodTaint = ({ key }: { readonly key: string }) => key.includes("cloudprovider");

/** The machine asks for its client certificate with the token that it was given last. */
async function ask(scene: Scene, name: string, nodeName = nodeNameOf(scene)): Promise<void> {
  const token = scene.told.at(-1)?.join?.token ?? "";
  const groups = ["system:bootstrappers", bootstrapGroup, "system:authenticated"];
  const kube = createSimKube(scene.world.server, { name: `system:bootstrap:${token.split(".")[0]}`, groups });
  await kube.create("CertificateSigningRequest", {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: {
      request: kubeletCsr(nodeName),
      signerName: signers.client,
      usages: ["digital signature", "client auth"],
    },
  });
}

async function isApproved({ world }: Scene, name: string): Promise<boolean> {
  const { status } = await world.kube.get("CertificateSigningRequest", { name });
  return status?.conditions?.some(({ type }) => type === "Approved") ?? false;
}

/** As a kubelet does that waits for a cloud controller. */
async function register(scene: Scene, bootID: string): Promise<void> {
  const name = nodeNameOf(scene);
  const status = {
    addresses: [{ type: "Hostname", address: name }],
    nodeInfo: { bootID, kubeletVersion: "v1.36.3" },
    conditions: [{ type: "Ready", status: "True" as const }],
  };
  const node: NodeObject = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "poolkeeper.dev/pool": "web" } },
    spec: {
      taints: [
        { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
        { key: "dedicated", effect: "NoSchedule" },
      ],
    },
    status,
  };
  await scene.world.kube.create("Node", node);
}

test("a machine joins with a token of its own, which ends as soon as its node has spoken", async (t) => {
  const scene = await aScene(t);
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");

  const [secret, ...more] = await scene.tokens();
  assert.ok(secret !== undefined && more.length === 0);
  const read = (key: string) => Buffer.from(secret.data?.[key] ?? "", "base64").toString();
  assert.equal(secret.type, "bootstrap.kubernetes.io/token");
  assert.equal(secret.metadata.name, `bootstrap-token-${read("token-id")}`);
  assert.match(`${read("token-id")}.${read("token-secret")}`, /^[a-z0-9]{6}\.[a-z0-9]{16}$/);
  assert.equal(read("usage-bootstrap-authentication"), "true");
  assert.equal(read("usage-bootstrap-signing"), "");
  assert.equal(read("auth-extra-groups"), bootstrapGroup);
  assert.equal(secret.metadata.labels?.["poolkeeper.dev/machine-uid"], machineOf(scene)?.metadata.uid);
  const lifeMs = Date.parse(read("expiration")) - scene.world.clock.now();
  assert.ok(lifeMs > 13 * minuteMs && lifeMs <= 15 * minuteMs, `${lifeMs} ms`);
  const join = scene.told[0]?.join;
  assert.equal(join?.token, `${read("token-id")}.${read("token-secret")}`);
  assert.equal(join?.server, "https://192.0.2.1:6443");

  await ask(scene, "first");
  await scene.world.clock.advance(2000);
  assert.equal(await isApproved(scene, "first"), true);
  assert.equal((await scene.tokens()).length, 1);
  assert.deepEqual(scene.joined, []);

  await register(scene, "boot-1");
  await scene.world.clock.advance(2000);
  assert.deepEqual(await scene.tokens(), []);
  assert.deepEqual(scene.joined, [machineOf(scene)?.status?.instanceId]);
});

test("a new node is told where it is, and only then that pods may come", async (t) => {
  const scene = await aScene(t);
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  const seen: NodeObject[] = [];
  scene.world.cache.onChange(({ kind, after }) => {
    if (kind === "Node" && after !== undefined) seen.push(after as NodeObject);
  });
  await register(scene, "boot-1");
  await scene.world.clock.advance(2000);
  const name = nodeNameOf(scene);
  const { metadata, spec, status } = await scene.world.kube.get("Node", { name });
  assert.equal(spec?.providerID, `test://${machineOf(scene)?.status?.instanceId}`);
  assert.deepEqual(status?.addresses, [
    { type: "InternalIP", address: "127.64.0.1" },
    { type: "Hostname", address: name },
  ]);
  assert.deepEqual(
    spec?.taints?.map(({ key }) => key),
    ["dedicated"],
  );
  assert.equal(metadata.labels?.["topology.kubernetes.io/region"], worldRegion);
  assert.equal(metadata.labels?.["topology.kubernetes.io/zone"], machineOf(scene)?.status?.zone);
  const early = seen.find(
    (node) => node.spec?.taints?.some(isPodTaint) !== true && node.status?.addresses?.length !== 2,
  );
  assert.equal(early, undefined, "the taint went before the addresses came");
});

test("nodes and tokens that are not ours are left as they are", async (t) => {
  const scene = await aScene(t);
  const { kube, clock } = scene.world;
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  const taints = [{ key: "node.cloudprovider.kubernetes.io/uninitialized", effect: "NoSchedule" as const }];
  const labels = { "poolkeeper.dev/pool": "web" };
  await kube.create("Node", {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "stranger", labels },
    spec: { taints },
  });
  const theirs: SecretObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "bootstrap-token-abcdef", namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    stringData: { "token-id": "abcdef", expiration: "2020-01-01T00:00:00Z" },
  };
  await kube.create("Secret", theirs);
  await clock.advance(3 * minuteMs);
  const stranger = await kube.get("Node", { name: "stranger" });
  assert.equal(stranger.spec?.taints?.some(isPodTaint), true);
  assert.equal(stranger.spec?.providerID, undefined);
  assert.equal(stranger.status?.addresses, undefined);
  assert.ok((await scene.tokens()).some(({ metadata }) => metadata.name === theirs.metadata.name));
});

test("a request under another machine's name stays open, and is told of once", async (t) => {
  const scene = await aScene(t);
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  await ask(scene, "wrong", `${worldRegion}.i-other`);
  await scene.world.clock.advance(5 * minuteMs);
  assert.equal(await isApproved(scene, "wrong"), false);
  const told = scene.news.filter(({ reason }) => reason === "CertificateNotApproved");
  assert.equal(told.length, 1);
  assert.match(String(told[0]?.facts["message"]), /^it is for "system:node:[^"]*i-other"/);
});

test("a request that came while nobody was there is approved by the next controller", async (t) => {
  const scene = await aScene(t);
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  scene.world.kill();
  await ask(scene, "meanwhile");
  await scene.world.clock.advance(minuteMs);
  assert.equal(await isApproved(scene, "meanwhile"), false);
  scene.world.boot();
  await scene.world.clock.advance(10_000);
  assert.equal(await isApproved(scene, "meanwhile"), true);
});

test("a token that nobody used ends with its time, and with its machine", async (t) => {
  const scene = await aScene(t);
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  const [first] = await scene.tokens();
  await scene.world.clock.advance(16 * minuteMs);
  const left = await scene.tokens();
  assert.ok(left.every(({ metadata }) => metadata.name !== first?.metadata.name));
  await scene.world.kube.patch(
    "ManagedNodePool",
    { namespace: worldNamespace, name: "web" },
    { type: "merge", body: { spec: { replicas: 0 } } },
  );
  await scene.until("the machine is gone", () => scene.world.cloud.instances().length === 0);
  await scene.world.clock.advance(2 * minuteMs);
  assert.deepEqual(await scene.tokens(), []);
});

test("a guest that never comes is explained by its provider, while it is waited for and afterwards", async (t) => {
  const scene = await aScene(t);
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  await scene.world.clock.advance(2 * minuteMs);
  assert.equal(machineOf(scene)?.status?.message, undefined);
  await scene.world.clock.advance(3 * minuteMs);
  assert.match(machineOf(scene)?.status?.message ?? "", /^….*Kernel panic$/);
  await scene.world.clock.advance(12 * minuteMs);
  const { message, lastOperation } = machineOf(scene)?.status ?? {};
  assert.match(lastOperation?.message ?? "", /took too long at step join the cluster .*: ….*Kernel panic\.?/);
  assert.equal(message, undefined);
});

test("a new system disk comes with a new token", async (t) => {
  const scene = await aScene(t);
  const { kube, clock } = scene.world;
  await createPool(scene);
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  await ask(scene, "first");
  await register(scene, "boot-1");
  await scene.until("it has joined", () => machineOf(scene)?.status?.joinedTime !== undefined);
  const { name, uid = "" } = machineOf(scene)?.metadata ?? { name: "" };
  await kube.create("NodeOperation", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "NodeOperation",
    metadata: { name: "again", namespace: worldNamespace },
    spec: {
      kind: "Repair",
      poolName: "web",
      targets: [{ machine: name, uid }],
      options: { rung: "ReplaceSystemDisk" },
    } as never,
  });
  await scene.until("it waits for the new system", () => {
    return machineOf(scene)?.status?.operation?.step === "AwaitReady";
  });
  const [before, after, ...more] = scene.told.map(({ join }) => join?.token);
  assert.ok(after !== undefined && after !== before && more.length === 0);
  await clock.advance(5000);
  assert.equal((await scene.tokens()).length, 1);
  await ask(scene, "second");
  await clock.advance(2000);
  assert.equal(await isApproved(scene, "second"), true);
  assert.equal(scene.joined.length, 1);
  const merge = { type: "merge", subresource: "status" } as const;
  const nodeInfo = { bootID: "boot-2", kubeletVersion: "v1.36.3" };
  await kube.patch("Node", { name: nodeNameOf(scene) }, { ...merge, body: { status: { nodeInfo } } });
  await clock.advance(2000);
  assert.equal(scene.joined.length, 2);
  assert.deepEqual(await scene.tokens(), []);
});

test("what the pool's Secret says goes along with the new disk; without the Secret no machine is made, and it is named", async (t) => {
  const scene = await aScene(t);
  const { kube, clock } = scene.world;
  await createPool(scene, { userDataSecretRef: { name: "boot" } });
  await clock.advance(minuteMs);
  assert.equal(scene.told.length, 0);
  assert.equal(scene.world.cloud.instances().length, 0);
  const { message = "" } = scene.world.list("ManagedNodePool")[0]?.status ?? {};
  assert.match(
    message,
    /Secret poolkeeper-system\/boot, which userDataSecretRef of the pool names, does not exist/,
  );
  assert.match(message, /kubectl -n poolkeeper-system create secret generic boot --from-file=userData=FILE/);

  const userData = "#!/bin/sh\necho hello\n";
  const metadata = { name: "boot", namespace: worldNamespace };
  await kube.create("Secret", { apiVersion: "v1", kind: "Secret", metadata, stringData: { userData } });
  await scene.until("the instance runs", () => machineOf(scene)?.status?.operation?.step === "Join");
  assert.deepEqual(
    scene.told.map((bootstrap) => bootstrap.userData),
    [userData],
  );
  const [instance] = scene.world.cloud.instances();
  assert.equal(instance?.guest.bootstrap.userData, null, "the simulated cloud keeps no secret on file");
});
