/** What a guest is given: the files of its node, its network, and how they are packed for our images and for users' ones. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Bootstrap } from "../../ports/provider.ts";
import { addressOf, networkOf, segmentCardAddress, serverForGuest } from "./network.ts";
import { seedFiles, seedOf, type SeedFacts, userDataFlaw } from "./seed.ts";

const join = {
  server: "https://127.0.0.1:6443",
  authorityPem: "-----BEGIN CERTIFICATE-----\n",
  token: "abcdef.0123456789abcdef",
};

function facts(bootstrap: Partial<Bootstrap> = {}, kind: SeedFacts["kind"] = "Node"): SeedFacts {
  return {
    instanceId: "i-0123456789ab",
    nodeName: "lab.i-0123456789ab",
    providerId: "poolkeeper-local://here/i-0123456789ab",
    number: 7,
    systemDiskId: "d-1",
    kind,
    bootstrap: {
      machineName: "web-1",
      machineUid: "uid-1",
      poolName: "web",
      nodeLabels: { "poolkeeper.dev/pool": "web" },
      taints: [],
      unschedulable: false,
      kubernetesVersion: "v1.36.3",
      userData: null,
      join,
      ...bootstrap,
    },
  };
}

function fileOf(path: string, bootstrap: Partial<Bootstrap> = {}): string {
  return seedFiles(facts(bootstrap)).find((file) => file.path === path)?.text ?? "";
}

test("the kubelet is told its name, and joins with its token at an address that its guest can reach", () => {
  const kubeconfig: unknown = JSON.parse(fileOf("/etc/kubernetes/bootstrap-kubelet.conf"));
  const cluster = {
    server: "https://10.0.2.2:6443",
    "certificate-authority-data": Buffer.from(join.authorityPem).toString("base64"),
  };
  assert.partialDeepStrictEqual(kubeconfig, {
    clusters: [{ cluster }],
    users: [{ user: { token: join.token } }],
  });
  const args = fileOf("/etc/poolkeeper/kubelet.args");
  assert.match(
    args,
    /^KUBELET_ARGS=.* --hostname-override=lab.i-0123456789ab --cloud-provider=external .*\n$/,
  );
  assert.equal(fileOf("/etc/hostname"), "i-0123456789ab\n");
});

test("what the pool wants run is a program that only root may read, and users' images get it before our part", () => {
  const userData = "#!/bin/sh\necho secret > /etc/marker\n";
  const file = seedFiles(facts({ userData })).find(({ text }) => text.includes("secret"));
  assert.deepEqual(file, { path: "/var/lib/poolkeeper/user-data", text: userData, mode: 0o700 });
  const cd = seedOf(facts({ userData }, "CloudInit"), 0).toString("latin1");
  const parts = [...cd.matchAll(/^Content-Transfer-Encoding: base64\n.*\n\n(.*)\n--poolkeeper-part/gm)];
  const texts = parts.map(([, encoded = ""]) => Buffer.from(encoded, "base64").toString());
  assert.equal(texts[0], userData, "it comes first, since the kubelet waits for it");
  assert.match(texts[1] ?? "", /^#cloud-config\n/);
  assert.match(userDataFlaw("Node", "#cloud-config\n") ?? "", /must begin with #!/);
  assert.equal(userDataFlaw("CloudInit", "#cloud-config\n"), null);
});

test("only root may read the token", () => {
  const secret = seedFiles(facts()).filter(({ text }) => text.includes(join.token));
  assert.deepEqual(
    secret.map(({ path, mode }) => [path, mode]),
    [["/etc/kubernetes/bootstrap-kubelet.conf", 0o600]],
  );
});

test("labels, taints and the wish to start cordoned are there from the first moment, but labels a kubelet may not give itself", () => {
  const nodeLabels = {
    "poolkeeper.dev/pool": "web",
    team: "shop",
    "node.kubernetes.io/kind": "a",
    "node-restriction.kubernetes.io/zone": "b",
    "node-role.kubernetes.io/edge": "",
  };
  const taints = [{ key: "dedicated", value: "shop", effect: "NoSchedule" as const }];
  const args = fileOf("/etc/poolkeeper/kubelet.args", { nodeLabels, unschedulable: true });
  assert.match(args, / --node-labels=poolkeeper.dev\/pool=web,team=shop,node.kubernetes.io\/kind=a /);
  assert.match(args, / --register-schedulable=false\n$/);
  const config: unknown = JSON.parse(fileOf("/var/lib/kubelet/config.yaml", { taints }));
  assert.partialDeepStrictEqual(config, { registerWithTaints: taints, serverTLSBootstrap: true });
});

test("a machine that needs no credentials gets none", () => {
  const paths = seedFiles(facts({ join: null })).map(({ path }) => path);
  assert.equal(paths.includes("/etc/kubernetes/bootstrap-kubelet.conf"), false);
  assert.equal(paths.includes("/var/lib/kubelet/config.yaml"), true);
});

test("a server on loopback has another name for guests, every other one its own", () => {
  const guestOf = Object.fromEntries(
    ["https://127.0.0.1:6443", "https://localhost:1/base", "https://[::1]:2", "https://10.1.2.3:6443"].map(
      (server) => [server, serverForGuest(server)],
    ),
  );
  assert.deepEqual(guestOf, {
    "https://127.0.0.1:6443": "https://10.0.2.2:6443",
    "https://localhost:1/base": "https://10.0.2.2:1/base",
    "https://[::1]:2": "https://10.0.2.2:2",
    "https://10.1.2.3:6443": "https://10.1.2.3:6443",
  });
});

test("a node knows the way to the pods of every other node, and gives its own pods addresses of its own", () => {
  const segment = fileOf("/etc/systemd/network/11-poolkeeper-segment.network");
  assert.match(segment, new RegExp(`MACAddress=${segmentCardAddress(7)}`));
  assert.match(segment, /Address=10\.88\.0\.7\/16/);
  assert.match(segment, /Destination=10\.244\.8\.0\/24\nGateway=10\.88\.0\.8\n/);
  assert.doesNotMatch(segment, /Destination=10\.244\.7\.0/);
  assert.equal(segment.match(/^\[Route\]$/gm)?.length, 253);
  const conflist: unknown = JSON.parse(fileOf("/etc/cni/net.d/10-poolkeeper.conflist"));
  const range = { rangeStart: "10.244.7.2", rangeEnd: "10.244.7.254", gateway: "10.244.7.1" };
  assert.partialDeepStrictEqual(conflist, { plugins: [{ type: "bridge", ipam: { ranges: [[range]] } }] });
});

test("two data directories on one host have other addresses and another segment", () => {
  const [one, other] = [networkOf("/home/a/.poolkeeper"), networkOf("/home/b/.poolkeeper")];
  assert.deepEqual(networkOf("/home/a/.poolkeeper"), one);
  assert.notEqual(addressOf(one, 1), addressOf(other, 1));
  assert.notEqual(one.segment, other.segment);
  assert.match(addressOf(one, 254), /^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.254$/);
  assert.match(one.segment, /^239\.\d+\.\d+\.\d+:2\d{4}$/);
});

test("our images get a tar, users' images the CD of cloud-init, both of whole mebibytes", () => {
  const [tar, cd] = [seedOf(facts(), 0), seedOf(facts({}, "CloudInit"), 0)];
  assert.deepEqual([tar.length % 2 ** 20, cd.length % 2 ** 20], [0, 0]);
  assert.equal(tar.toString("ascii", 257, 262), "ustar");
  assert.equal(cd.toString("ascii", 16 * 2048 + 1, 16 * 2048 + 6), "CD001");
  assert.equal(cd.includes("#cloud-config\n"), true);
  assert.equal(cd.includes('"instance-id": "d-1"'), true);
});
