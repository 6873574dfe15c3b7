/**
 * Machines that join a real Kubernetes with their tokens: API server, admission and signer are real, and the controller has no
 * more rights than deploy/ gives it. The machines are played: keys, requests and nodes are made here, as kubelets make them.
 */
import assert from "node:assert/strict";
import { X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { parse, stringify } from "yaml";
import { createController } from "../../src/controller/controller.ts";
import { signers } from "../../src/controller/join/approval.ts";
import { aCsr, aKey, commonName, kubeletCsr, organization } from "../../src/controller/join/testing.ts";
import { createKube } from "../../src/kube/client.ts";
import { loadConfig } from "../../src/kube/config.ts";
import { createTransport } from "../../src/kube/transport.ts";
import { realClock } from "../../src/ports/clock.ts";
import type { Kube } from "../../src/ports/kube.ts";
import type { Bootstrap } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import type { CertificateSigningRequestObject } from "../../src/schema/kubernetes.ts";
import { createCloud } from "../../src/sim/cloud/create.ts";
import { checkAccess } from "../../src/start/access.ts";
import { openSession } from "../../src/start/session.ts";
import { isPortError } from "../../src/ports/errors.ts";
import { machinesOf } from "./objects.ts";
import { createRig, namespace, type Rig, root } from "./rig.ts";
import { eventText } from "../../src/text/event.ts";

interface Scene {
  readonly rig: Rig;
  readonly admin: Kube;
  /** What the provider was told of each machine, by its name. */
  readonly told: ReadonlyMap<string, Bootstrap>;
  readonly news: readonly string[];
  readonly joined: readonly string[];
  as(user: object): Promise<Kube>;
}

async function aScene(t: TestContext): Promise<Scene> {
  const rig = await createRig(t);
  await rig.startCluster();
  const files = ["crds", "rbac.yaml", "rbac-join.yaml"].flatMap((file) => [
    "-f",
    path.join(root, "deploy", file),
  ]);
  await rig.kubectl("apply", ...files);
  await rig.kubectl("wait", "crd", "-l", "app.kubernetes.io/name=poolkeeper", "--for=condition=Established");
  const { clusters } = parse(readFileSync(rig.kubeconfig, "utf8")) as {
    readonly clusters: readonly object[];
  };
  let users = 0;
  const fileOf = (user: object): string => {
    const context = { cluster: Reflect.get(Object(clusters[0]), "name"), user: "it" };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters,
      users: [{ name: "it", user }],
      contexts: [{ name: "it", context }],
      "current-context": "it",
    };
    users += 1;
    const file = path.join(rig.folder, `user-${users}`);
    writeFileSync(file, stringify(config));
    return file;
  };
  const connect = async (kubeconfig: string): Promise<Kube> => {
    const config = await loadConfig({ kubeconfig, env: {} });
    const transport = createTransport({ config, clock: realClock, version: "test", component: "test" });
    t.after(() => transport.close());
    return createKube(transport);
  };
  const account = await rig.kubectl("create", "token", "poolkeeper-controller", "-n", namespace);
  const controller = await startController(t, fileOf({ token: account.trim() }));
  return { rig, admin: await connect(rig.kubeconfig), ...controller, as: (user) => connect(fileOf(user)) };
}

/** The shipped controller on a cloud whose instances run nothing. */
async function startController(t: TestContext, kubeconfig: string) {
  const told = new Map<string, Bootstrap>();
  const joined: string[] = [];
  const news: string[] = [];
  const session = await openSession({
    kubeconfig,
    context: null,
    component: "controller",
    namespace,
    clock: realClock,
    metrics: () => null,
    prepare: (kube) => checkAccess(kube, { namespace, isJoining: true }),
    signal: new AbortController().signal,
  });
  const settings = { bootSeconds: 1, jitterPercent: 0 };
  const cloud = createCloud({ clock: realClock, region: "local", settings, seed: 1 });
  const provider = createSimulatorProvider(cloud);
  const controller = createController({
    ...session,
    clock: realClock,
    namespace,
    identity: "it",
    brake: () => null,
    connect: async () => ({
      ...provider,
      capabilities: { ...provider.capabilities, joinsWithToken: true, initializesNodes: true },
      list: async (clusterUid) =>
        (await provider.list(clusterUid)).map((instance) => {
          return {
            ...instance,
            addresses: ["127.64.0.1"],
            providerId: `poolkeeper-local://it/${instance.id}`,
          };
        }),
      create: (token, request, bootstrap) => {
        told.set(bootstrap.machineName, bootstrap);
        return provider.create(token, request, bootstrap);
      },
      joined: async (id) => {
        joined.push(id);
      },
    }),
    announce: (_about, item) => news.push(`${item.reason}: ${eventText(item)}`),
    onPass: () => {},
    onError: (key, error) => news.push(`failed ${key}: ${String(error)}`),
  });
  controller.start();
  t.after(async () => {
    await controller.stop();
    await session.stop();
  });
  return { told, joined, news };
}

const wanted = {
  client: { signerName: signers.client, usages: ["digital signature", "client auth"] },
  serving: { signerName: signers.serving, usages: ["digital signature", "server auth"] },
};

function ask(kube: Kube, name: string, spec: CertificateSigningRequestObject["spec"]) {
  return kube.create("CertificateSigningRequest", {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec,
  });
}

async function signed({ rig, admin }: Scene, name: string): Promise<X509Certificate> {
  return rig.eventually(`${name} is signed`, async () => {
    const { status } = await admin.get("CertificateSigningRequest", { name });
    return status?.certificate === undefined
      ? null
      : new X509Certificate(Buffer.from(status.certificate, "base64"));
  });
}

async function isOpen({ admin }: Scene, name: string): Promise<boolean> {
  const { status } = await admin.get("CertificateSigningRequest", { name });
  return (status?.conditions ?? []).length === 0 && status?.certificate === undefined;
}

async function isRefused(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => false,
    (error: unknown) => isPortError(error, "Denied"),
  );
}

async function createPool({ rig }: Scene, name: string, replicas: number): Promise<void> {
  await rig.apply(`${name}.yaml`, {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name, namespace },
    spec: { replicas, providerRef: { name: "it" } },
  });
}

async function nodeNameOf({ rig }: Scene, pool: string): Promise<string> {
  return rig.eventually(`the machine of ${pool} runs`, async () => {
    const [machine] = await machinesOf(rig, pool);
    return machine?.status?.operation?.step === "Join" ? (machine.status.nodeName ?? null) : null;
  });
}

function certificateUser(certificate: X509Certificate, key: KeyObject): object {
  const text = (pem: string): string => Buffer.from(pem).toString("base64");
  return {
    "client-certificate-data": text(certificate.toString()),
    "client-key-data": text(key.export({ type: "pkcs8", format: "pem" }).toString()),
  };
}

test("a machine with its token becomes its node and no other, and the token ends", {
  timeout: 300_000,
}, async (t) => {
  const scene = await aScene(t);
  const { rig, admin, told, news, joined } = scene;
  await rig.apply("provider.yaml", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "InfrastructureProvider",
    metadata: { name: "it", namespace },
    spec: { type: "simulator", region: "local" },
  });
  await createPool(scene, "web", 1);
  await createPool(scene, "batch", 1);
  const [web, batch] = [await nodeNameOf(scene, "web"), await nodeNameOf(scene, "batch")];
  const machine = await scene.as({ token: told.get("web-1")?.join?.token });

  await t.test("the token opens nothing but the door for requests", async () => {
    for (const kind of ["Node", "Pod", "Secret", "ManagedMachine"] as const) {
      assert.ok(await isRefused(machine.list(kind)), kind);
    }
    assert.ok(await isRefused(machine.create("Node", aNode(web))));
    const forged = await scene.as({
      token: `${told.get("web-1")?.join?.token.split(".")[0]}.0123456789abcdef`,
    });
    assert.ok(await isRefused(ask(forged, "forged", { ...wanted.client, request: kubeletCsr(web) })));
  });

  const key = aKey();
  const bad: Readonly<Record<string, CertificateSigningRequestObject["spec"]>> = {
    "other-node": { ...wanted.client, request: kubeletCsr(batch) },
    "no-node": { ...wanted.client, request: kubeletCsr("local.i-nobody") },
    "other-group": {
      ...wanted.client,
      request: aCsr({
        subject: [
          [organization, "system:nodes"],
          [organization, "system:masters"],
          [commonName, `system:node:${web}`],
        ],
      }),
    },
    "more-usages": {
      ...wanted.client,
      usages: [...wanted.client.usages, "server auth"],
      request: kubeletCsr(web),
    },
    "a-name": { ...wanted.client, request: kubeletCsr(web, { names: [{ dNSName: "kubernetes" }] }) },
    "serving-by-token": { ...wanted.serving, request: kubeletCsr(web, { names: [{ dNSName: web }] }) },
  };
  for (const [name, spec] of Object.entries(bad)) await ask(machine, name, spec);
  await ask(machine, "good", { ...wanted.client, request: kubeletCsr(web, { key }) });
  const certificate = await signed(scene, "good");
  assert.equal(certificate.subject, `O=system:nodes\nCN=system:node:${web}`);
  const node = await scene.as(certificateUser(certificate, key));

  await t.test("every bad request stays open and is told of once, with its reason", async () => {
    for (const name of Object.keys(bad)) {
      const said = await rig.eventually(`${name} is told of`, async () =>
        news.filter((text) => text.includes(`request ${name} was not approved`)),
      );
      assert.equal(said.length, 1, said.join("\n"));
      assert.ok(await isOpen(scene, name), name);
    }
  });

  await t.test("the node registers, is told where it is, and may begin", async () => {
    await node.create("Node", aNode(web));
    const found = await rig.eventually("the taint is off", async () => {
      const object = await admin.get("Node", { name: web });
      return object.spec?.taints?.some(({ key: taint }) => taint === uninitialized) === true ? null : object;
    });
    assert.match(found.spec?.providerID ?? "", /^poolkeeper-local:\/\/it\/i-/);
    assert.deepEqual(found.status?.addresses, [
      { type: "InternalIP", address: "127.64.0.1" },
      { type: "Hostname", address: web },
    ]);
    assert.equal(found.metadata.labels?.["topology.kubernetes.io/region"], "local");
  });

  await t.test("its token ends, and its provider hears of it", async () => {
    await rig.eventually("the token is refused", () =>
      isRefused(ask(machine, "late", bad["other-node"] as never)),
    );
    assert.equal(joined.length, 1);
    const { items } = await admin.list("Secret", { namespace: "kube-system" });
    assert.equal(items.filter(({ type }) => type === "bootstrap.kubernetes.io/token").length, 1);
  });

  await t.test("the node renews its certificate, and gets one to serve with", async () => {
    const other = { names: [{ dNSName: web }, { iPAddress: "127.64.0.2" }] };
    await ask(node, "other-address", { ...wanted.serving, request: kubeletCsr(web, other) });
    assert.ok(await isRefused(ask(node, "other-name", { ...wanted.client, request: kubeletCsr(batch) })));
    const own = { names: [{ dNSName: web }, { iPAddress: "127.64.0.1" }] };
    await ask(node, "serving", { ...wanted.serving, request: kubeletCsr(web, own) });
    await ask(node, "renewal", { ...wanted.client, request: kubeletCsr(web) });
    const serving = await signed(scene, "serving");
    assert.equal(serving.checkIP("127.64.0.1"), "127.64.0.1");
    await signed(scene, "renewal");
    assert.ok(await isOpen(scene, "other-address"));
  });

  await t.test("a machine that is removed takes its token along", async () => {
    await rig.kubectl(
      "patch",
      "mnp",
      "batch",
      "-n",
      namespace,
      "--type=merge",
      "-p",
      '{"spec":{"replicas":0}}',
    );
    await rig.eventually("no token is left", async () => {
      const { items } = await admin.list("Secret", { namespace: "kube-system" });
      return items.every(({ type }) => type !== "bootstrap.kubernetes.io/token");
    });
  });
  assert.deepEqual(
    news.filter((text) => text.startsWith("failed")),
    [],
  );
});

const uninitialized = "node.cloudprovider.kubernetes.io/uninitialized";

/** As a kubelet registers it that waits for a cloud controller. */
function aNode(name: string) {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "poolkeeper.dev/pool": "web" } },
    spec: { taints: [{ key: uninitialized, value: "true", effect: "NoSchedule" as const }] },
    status: {
      addresses: [{ type: "Hostname", address: name }],
      nodeInfo: { bootID: "boot-1", kubeletVersion: "v1.36.3" },
      conditions: [{ type: "Ready", status: "True" as const, reason: "KubeletReady", message: "" }],
    },
  };
}
