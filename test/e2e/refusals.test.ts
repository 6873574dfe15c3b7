/** Bad input at the start and at the pools: each refused with its cause, the thing it is about, and what to do next. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import test from "node:test";
import { parse, stringify } from "yaml";
import { realClock, sleep } from "../../src/ports/clock.ts";
import type { InfrastructureProviderObject } from "../../src/schema/provider.ts";
import { budgetOf, isActive, operationsOf, poolNamed, quickProvider, workload } from "./objects.ts";
import { createRig, namespace, type Outcome, processesOf, root, type Server } from "./rig.ts";

/** Ended with this code, and every pattern is in what was said. */
function assertSaid({ code, text }: Outcome, wanted: number, ...patterns: readonly RegExp[]): void {
  for (const pattern of patterns) assert.match(text, pattern);
  assert.equal(code, wanted, text);
}

const isNoFault = /^(?!.*(\n {4}at |fault of poolkeeper)).*$/s;

test("a start on a taken port names the port and another one", async (t) => {
  const rig = await createRig(t);
  const other = createServer();
  t.after(() => other.close());
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const data = rig.dataDir;
  const outcome = await rig.start("--cluster", "local", "--data-dir", data, "--port", String(port)).exited;
  assertSaid(outcome, 1, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`), /--port \d+/, isNoFault);
});

test("a start with a wrong kubeconfig names the file, the context or the server, and a command", async (t) => {
  const rig = await createRig(t);
  const start = (...args: readonly string[]) =>
    rig.start("--data-dir", rig.dataDir, "--port", "0", ...args).exited;
  const missing = path.join(rig.folder, "missing");
  assertSaid(
    await start("--kubeconfig", missing),
    1,
    new RegExp(`${missing} named by --kubeconfig does not exist`),
    /ls -l/,
    isNoFault,
  );
  // Port 9 is the discard service: nobody listens there.
  const file = path.join(rig.folder, "kubeconfig");
  writeFileSync(file, stringify(kubeconfig("https://127.0.0.1:9", {})));
  assertSaid(
    await start("--kubeconfig", file, "--context", "prod"),
    1,
    /there is no context "prod" \(there are: it\)/,
    /kubectl config get-contexts/,
    isNoFault,
  );
  assertSaid(
    await start("--kubeconfig", file),
    1,
    /https:\/\/127\.0\.0\.1:9 .*cannot be reached: .*ECONNREFUSED/,
    /kubectl --context it version/,
    isNoFault,
  );
});

test("Ctrl-C at any time of a start ends it with 130 and all it began, and the next start works", async (t) => {
  const rig = await createRig(t);
  const data = rig.dataDir;
  const start = () => rig.start("--cluster", "local", "--data-dir", data, "--port", "0");
  const moments: readonly ((server: Server) => Promise<void>)[] = [
    (server) => said(server, /Starting the Kubernetes control plane/),
    async (server) => {
      await said(server, /Starting the Kubernetes control plane/);
      await sleep(realClock, 1500);
    },
    (server) => said(server, /Kubernetes v\S+ answers at/),
    (server) => server.ready(),
  ];
  for (const moment of moments) {
    const server = start();
    await moment(server);
    server.kill("SIGINT");
    assertSaid(await server.exited, 130, /Stopping in order/, isNoFault);
    assert.deepEqual(processesOf(data), []);
  }
  await rig.eventually("it starts as if nothing had been", async () => {
    await start().ready();
    return true;
  });
  assertSaid(
    await start().exited,
    1,
    new RegExp(`${data} is used by process \\d+`),
    /kill \d+/,
    /--data-dir/,
    isNoFault,
  );
  assert.match(await rig.kubectl("get", "--raw", "/readyz"), /ok/);
});

test("a damaged data directory is refused, left as it is, and the way out is told", async (t) => {
  const rig = await createRig(t);
  const data = rig.dataDir;
  const start = () => rig.start("--cluster", "local", "--data-dir", data, "--port", "0");
  const first = start();
  await first.ready();
  first.kill("SIGTERM");
  assert.equal((await first.exited).code, 0);
  const file = path.join(data, "etcd", "data", "member", "snap", "db");
  writeFileSync(file, "damaged");
  assertSaid(
    await start().exited,
    1,
    /etcd ended while starting/,
    new RegExp(`mv ${data}/etcd ${data}/etcd.broken`),
    isNoFault,
  );
  assert.equal(readFileSync(file, "utf8"), "damaged");
  assert.deepEqual(processesOf(data), []);
});

test("what a cluster lacks is named before anything is begun in it, and with it everything works", async (t) => {
  const rig = await createRig(t);
  await rig.startCluster();
  const admin = rig.kubeconfig;
  const data = rig.dataDir;
  const start = (file: string, ...args: readonly string[]) =>
    rig.start("--kubeconfig", file, "--data-dir", data, "--port", "0", ...args);
  const deploy = (file: string): string => path.join(root, "deploy", file);

  await t.test("kinds that are not installed", async () => {
    const kinds = /does not know managednodepools\.poolkeeper\.dev, managedmachines\.poolkeeper\.dev/;
    assertSaid(await start(admin).exited, 1, kinds, /poolkeeper install|--install-crds/, isNoFault);
  });

  await rig.kubectl(
    "apply",
    "-f",
    deploy("crds"),
    "-f",
    deploy("rbac.yaml"),
    "-f",
    deploy("rbac-simulator.yaml"),
  );
  await rig.kubectl("wait", "crd", "-l", "app.kubernetes.io/name=poolkeeper", "--for=condition=Established");
  await rig.apply("cloud.yaml", quickProvider("cloud"));
  const account = path.join(rig.folder, "account");
  const token = await rig.kubectl(
    "create",
    "token",
    "poolkeeper-controller",
    "-n",
    namespace,
    "--duration=1h",
  );
  writeFileSync(account, stringify(kubeconfig(serverOf(admin), { token: token.trim() }, clusterOf(admin))));

  for (const { what, role, isIt, says } of lacks) {
    await t.test(`no permission to ${what}`, async () => {
      const before = await rig.get(...role);
      await rig.apply("role.yaml", without(before, isIt));
      const outcome = await start(account).exited;
      await rig.apply("role.yaml", bare(before));
      assertSaid(outcome, 1, says, /kubectl apply -f deploy\/rbac\.yaml/, /kubectl auth can-i/, isNoFault);
    });
  }

  const sure = ["--yes", "--wait"] as const;
  await t.test(
    "the roles of deploy/ are enough for a pool's whole life, and a lost one is named",
    async () => {
      const server = start(account, "--provider", "cloud");
      await server.ready();
      await rig.pk("create", "pool", "web", "--provider", "cloud", "--nodes", "3", ...old, ...sure);
      await isActive(rig, "web");
      await rig.apply("shop.yaml", ...workload("shop", { pods: 4, minAvailable: 2 }));
      await rig.eventually("all pods run", async () => (await budgetOf(rig, "shop")) === "4 2");
      await rig.pk("set", "web", "labels.team=shop", "--sync", ...sure);
      await rig.pk("upgrade", "start", "web", "--image", "AlibabaCloudLinux:3.2104.12", "--now", ...sure);

      const busy = await rig.tryKubectl("get", "pods", "-o", "jsonpath={.items[0].spec.nodeName}");
      const role = await rig.get(...ofCluster);
      await rig.apply(
        "role.yaml",
        without(role, ({ resources }) => resources.includes("pods/eviction")),
      );
      await rig.eventually("the server knows it", async () => {
        const answer = await rig.tryKubectl(
          "auth",
          "can-i",
          "create",
          "pods",
          "--subresource",
          "eviction",
          ...asAccount,
        );
        return answer.stdout.startsWith("no");
      });
      await rig.pk("remove", busy.stdout, "--drain", "--release", "--yes");
      await rig.eventually("the pool says what it may not do", async () => {
        const { summary, message } = (await poolNamed(rig, "web")).status ?? {};
        assert.match(`${summary}: ${message}`, /cannot create resource "pods\/eviction"/);
        return true;
      });
      await rig.apply("role.yaml", bare(role));
      await rig.eventually("the removal goes on when it may again", async () =>
        (await operationsOf(rig, "web")).every(({ status }) => status?.phase === "Succeeded"),
      );
      await rig.kubectl("delete", "-f", "shop.yaml");
      await rig.pk("delete", "pool", "web", ...sure);
      server.kill("SIGTERM");
      assertSaid(await server.exited, 0, isNoFault);
    },
  );

  await t.test(
    "a damaged file of the simulated cloud stops its pools, is left as it is, and is named",
    async () => {
      const file = path.join(data, "simulator", "cloud.jsonl");
      const damaged = `${readFileSync(file, "utf8").split("\n")[0]}\n{"instance":\n`;
      writeFileSync(file, damaged);
      const server = start(admin, "--provider", "cloud");
      await server.ready();
      const says = new RegExp(`${file} cannot be used: line 2 is no JSON.*mv ${file} ${file}\\.old`);
      await rig.pk("create", "pool", "late", "--provider", "cloud", "--nodes", "1", "--yes");
      await rig.eventually("provider and pool say so", async () => {
        const provider = (await rig.get("infra", "cloud", "-n", namespace)) as InfrastructureProviderObject;
        assert.match(provider.status?.conditions?.find(({ type }) => type === "Ready")?.message ?? "", says);
        const { summary, message } = (await poolNamed(rig, "late")).status ?? {};
        assert.equal(summary, "Stalled");
        assert.match(message ?? "", says);
        return true;
      });
      assert.equal(readFileSync(file, "utf8"), damaged);
    },
  );
});

const old = ["--image", "AlibabaCloudLinux:3.2104.11", "--soak", "1s"] as const;

const asAccount = ["--as", `system:serviceaccount:${namespace}:poolkeeper-controller`] as const;
const ofCluster = ["clusterrole", "poolkeeper-controller"] as const;
const ofNamespace = ["role", "poolkeeper-controller", "-n", namespace] as const;

interface Rule {
  readonly resources: readonly string[];
}

interface Lack {
  readonly what: string;
  readonly role: readonly string[];
  readonly isIt: (rule: Rule) => boolean;
  readonly says: RegExp;
}

const lacks: readonly Lack[] = [
  {
    what: "watch budgets",
    role: ofCluster,
    isIt: ({ resources }) => resources.includes("poddisruptionbudgets"),
    says: /It may not: list poddisruptionbudgets\.policy; watch poddisruptionbudgets\.policy\./,
  },
  {
    what: "evict pods",
    role: ofCluster,
    isIt: ({ resources }) => resources.includes("pods/eviction"),
    says: /It may not: create pods\/eviction\./,
  },
  {
    what: "hold the lease",
    role: ofNamespace,
    isIt: ({ resources }) => resources.includes("leases"),
    says: /It may not: get leases\.coordination\.k8s\.io in poolkeeper-system; create leases/,
  },
];

function without(role: unknown, isIt: (rule: Rule) => boolean): object {
  const { rules, ...rest } = role as { readonly rules: readonly Rule[] };
  return bare({ ...rest, rules: rules.filter((rule) => !isIt(rule)) });
}

/** Without what the server has added. */
function bare(object: unknown): object {
  const { metadata, ...rest } = object as { readonly metadata: Readonly<Record<string, unknown>> };
  const { name, namespace: place, labels } = metadata;
  return { ...rest, metadata: { name, ...(place === undefined ? {} : { namespace: place }), labels } };
}

function kubeconfig(server: string, user: object, cluster: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "it", cluster: { ...cluster, server } }],
    users: [{ name: "it", user }],
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    "current-context": "it",
  };
}

function clusterOf(file: string): { readonly server: string } {
  const config = parse(readFileSync(file, "utf8")) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
  };
  const [first] = config.clusters;
  assert(first !== undefined);
  return first.cluster;
}

function serverOf(file: string): string {
  return clusterOf(file).server;
}

async function said(server: Server, pattern: RegExp): Promise<void> {
  while (!pattern.test(server.output())) {
    const outcome = await Promise.race([server.exited, sleep(realClock, 20)]);
    assert(outcome === undefined, outcome?.text);
  }
}
