import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { addNodes } from "../core/intent/size.ts";
import { dayMs, minuteMs, timeOf } from "../core/time.ts";
import { realClock } from "../ports/clock.ts";
import type { MachineStatus } from "../schema/machine.ts";
import type { PoolStatus } from "../schema/pool.ts";
import { type ServedApi, serveApi } from "../sim/api/http.ts";
import { createApiServer } from "../sim/api/server.ts";
import { carryOut } from "./carry-out.ts";
import { type Cluster, connect } from "./connect.ts";
import type { ChangeOptions } from "./options.ts";
import { run } from "./program.ts";
import { getPool } from "./read.ts";
import { createSession, type Outside, type Session } from "./session.ts";
import { readSight } from "./snapshot.ts";

/** One world for all tests of this file, in which they make pools of their own. No controller runs in it. */
interface World {
  readonly dataDir: string;
  readonly served: ServedApi;
  readonly cluster: Cluster;
}

interface Played {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const namespace = "poolkeeper-system";
let world: World;

before(async () => {
  const server = createApiServer({ clock: realClock, seed: 1 });
  const served = await serveApi(server, { port: 0, host: "127.0.0.1" });
  const dataDir = await mkdtemp(path.join(tmpdir(), "poolkeeper-cli-"));
  await writeFile(path.join(dataDir, "kubeconfig"), kubeconfigFor(served.url));
  const cluster = await connect({ kubeconfig: null, context: null, dataDir }, {}, realClock);
  world = { dataDir, served, cluster };
});

after(async () => {
  await world.cluster.close();
  await world.served.close();
  await rm(world.dataDir, { recursive: true });
});

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server } }],
    users: [{ name: "ann", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "ann" } }],
  });
}

interface Stage {
  readonly outside: Outside;
  readonly out: string[];
  readonly err: string[];
}

let operations = 0;

/** A person who types `answers`, then nothing more. */
function stage(answers: readonly string[] = []): Stage {
  const [out, err]: [string[], string[]] = [[], []];
  const left = [...answers];
  const outside: Outside = {
    clock: realClock,
    env: {},
    timeZone: "UTC",
    suffix: () => `n${++operations}`,
    connect: (choice) => connect(choice, {}, realClock),
    terminal: {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      ask: async (question) => {
        err.push(question);
        return left.shift() ?? null;
      },
      readInput: async () => left.shift() ?? "",
      hasColor: false,
      width: 0,
    },
  };
  return { outside, out, err };
}

async function poolkeeper(line: string, ...answers: readonly string[]): Promise<Played> {
  const { outside, out, err } = stage(answers);
  const code = await run(["--data-dir", world.dataDir, ...line.split(" ")], outside);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

async function succeeds(line: string, ...answers: readonly string[]): Promise<Played> {
  const played = await poolkeeper(line, ...answers);
  assert.equal(played.code, 0, `${line}: ${played.err}`);
  return played;
}

async function poolOf(name: string) {
  return await world.cluster.kube.get("ManagedNodePool", { name, namespace });
}

/** What a controller would have reported. */
async function report(name: string, status: PoolStatus): Promise<void> {
  const pool = await poolOf(name);
  const seen = { observedGeneration: pool.metadata.generation ?? 1, ...status };
  await world.cluster.kube.replace("ManagedNodePool", { ...pool, status: seen }, "status");
}

async function addMachine(pool: string, name: string, status: MachineStatus): Promise<void> {
  const { kube } = world.cluster;
  const { metadata } = await poolOf(pool);
  const machine = await kube.create("ManagedMachine", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedMachine",
    metadata: { name, namespace, labels: { "poolkeeper.dev/pool": pool } },
    spec: {
      poolName: pool,
      poolUid: metadata.uid ?? "",
      revision: 1,
      chargeType: "PayAsYouGo",
      attributes: {},
    },
  });
  await kube.replace("ManagedMachine", { ...machine, status }, "status");
}

const catalogue = {
  zones: ["zone-a", "zone-b"],
  images: [
    { family: "Linux", version: "1", kubernetesVersions: ["v1.36.3"], operatingSystem: "linux" as const },
    { family: "Linux", version: "2", kubernetesVersions: ["v1.36.3"], operatingSystem: "linux" as const },
  ],
  instanceTypes: [{ name: "large", cpu: 2, memoryMiB: 8192, architecture: "amd64" as const }],
};

test("A cluster without our kinds is answered with the command that installs them", async () => {
  const { code, err } = await poolkeeper("get pools");
  assert.equal(code, 1);
  assert.match(err, /poolkeeper install/);
});

test("install applies kinds, roles and namespace, and doing it again changes nothing", async () => {
  const { out } = await succeeds("install");
  assert.match(
    out,
    /customresourcedefinition\.apiextensions\.k8s\.io\/managednodepools\.poolkeeper\.dev applied/,
  );
  await succeeds("install --crds");
});

test("A provider is made from flags", async () => {
  await succeeds("create provider cloud --type simulator --region r1 --simulator bootSeconds=1");
  const { kube } = world.cluster;
  const provider = await kube.get("InfrastructureProvider", { name: "cloud", namespace });
  assert.deepEqual(provider.spec, {
    type: "simulator",
    region: "r1",
    simulator: { ...provider.spec.simulator },
  });
  assert.equal(provider.spec.simulator?.bootSeconds, 1);
  await kube.replace("InfrastructureProvider", { ...provider, status: { catalogue } }, "status");
});

test("A pool is made from flags, and what is written is what was asked for", async () => {
  const played = await succeeds(
    "create pool flags --provider cloud --nodes 3 --zone zone-a --zone zone-b --instance-type large " +
      "--image Linux:1 --label team=web,example.com/tier=gold --taint dedicated=web:NoExecute --tag cost=42 " +
      "--system-disk 80:essd --data-disk data:100:delete --resource-group rg --charge-type subscription " +
      "--no-auto-repair --max-unavailable 10% --soak 2m",
  );
  assert.equal(played.out, "managednodepool.poolkeeper.dev/flags created");
  const { spec } = await poolOf("flags");
  assert.equal(spec.replicas, 3);
  assert.deepEqual(spec.template, {
    instanceTypes: ["large"],
    zones: ["zone-a", "zone-b"],
    image: { family: "Linux", version: "1" },
    systemDisk: { sizeGiB: 80, category: "essd" },
    dataDisks: [{ name: "data", sizeGiB: 100, onRelease: "Delete" }],
    chargeType: "Subscription",
    nodeLabels: { team: "web", "example.com/tier": "gold" },
    taints: [{ key: "dedicated", value: "web", effect: "NoExecute" }],
    instanceTags: { cost: "42" },
    resourceGroup: "rg",
    unschedulable: false,
  });
  assert.deepEqual(
    [spec.management.autoRepair, spec.upgrade.maxUnavailable, spec.upgrade.soakSeconds],
    [false, "10%", 120],
  );
});

test("A file gives the pool, and flags change it", async () => {
  const file = path.join(world.dataDir, "pool.yaml");
  await writeFile(
    file,
    "apiVersion: poolkeeper.dev/v1alpha1\nkind: ManagedNodePool\nmetadata: {name: filed}\nspec: {replicas: 5, providerRef: {name: cloud}}\n",
  );
  await succeeds(`create -f ${file}`);
  await succeeds(`create pool other -f ${file} --nodes 1`);
  assert.deepEqual([(await poolOf("filed")).spec.replicas, (await poolOf("other")).spec.replicas], [5, 1]);
});

test("Standard input is read for -f -", async () => {
  const window =
    "apiVersion: poolkeeper.dev/v1alpha1\nkind: MaintenanceWindow\nmetadata: {name: piped}\n" +
    "spec: {weekdays: [Sunday], start: '22:30', timeZone: UTC}\n";
  const { out } = await succeeds("create -f -", window);
  assert.equal(out, "maintenancewindow.poolkeeper.dev/piped created");
});

const bad: readonly (readonly [line: string, code: number, says: RegExp])[] = [
  ["create pool x --provider cloud --nodes -1", 2, /spec\.replicas is -1/],
  ["create pool x --provider cloud --nodes 2001", 2, /at most 2000/],
  ["create pool x --provider cloud --nodes many", 2, /"many" is no whole number/],
  ["create pool x --provider cloud --zone moon", 2, /no zone moon; it has zone-a, zone-b/],
  ["create pool x --provider cloud --instance-type tiny", 2, /no instance type tiny; it has large/],
  ["create pool x --provider cloud --image Linux:9", 2, /it has Linux 1, Linux 2/],
  ["create pool x --provider cloud --kubernetes-version v1.99.0", 3, /newer than the API server/],
  ["create pool x --provider cloud --auto-upgrade", 2, /maintenanceWindowRef/],
  ["create pool x --provider cloud --max-surge 2", 2, /method/],
  ["create pool x --provider cluod", 6, /there is cloud/],
  ["create pool x", 2, /needs a provider/],
  ["create pool X --provider cloud", 2, /lower-case/],
  ["create pool flags --provider cloud", 5, /exists already/],
  ["create pol x", 2, /Did you mean pool/],
  [
    "create window w --days Sat --start 02:00 --hours 0 --time-zone UTC",
    2,
    /0 minutes|at least 30|30 to 1440/,
  ],
  ["create window w --days Caturday --start 02:00 --time-zone UTC", 2, /no day of the week/],
  ["create window w --days Sat --start 02:00 --time-zone Mars/X", 2, /Mars\/X/],
  ["scale flags", 2, /--nodes COUNT/],
  ["scale flags --nodes 1 --add 1", 2, /cannot be used with/],
  ["scale flags --add 0", 2, /1 or more/],
  ["scale flgs --add 1", 6, /Did you mean flags/],
  ["get pol", 2, /Did you mean pool\?/],
  ["get pools nosuch", 6, /no pool nosuch/],
  ["set flags colour=red", 2, /no setting "colour"/],
  ["set flags soak=soon", 2, /duration such as 90s/],
  ["set flags taint", 2, /write KEY=VALUE/],
  ["set flags spec.template.zonse=a", 2, /does not know/],
  ["remove nobody", 6, /no node, machine or instance nobody/],
  ["rollback flags --to 3", 6, /no revision 3/],
  ["upgrade pause flags", 6, /no upgrade under way/],
  ["upgrade start flags --now --in-window", 2, /cannot be used with/],
  ["window next nowhere", 6, /no window nowhere/],
  ["why nothing", 6, /no pool, node, machine or instance nothing/],
  ["scal flags", 2, /Did you mean scale/],
  ["get pools -o xml", 2, /table, wide, json/],
  ["scale flags --add 1 --timeout soon", 2, /duration/],
];

for (const [line, code, says] of bad) {
  test(`"${line}" ends with ${code}, saying ${says.source}`, async () => {
    const played = await poolkeeper(line);
    assert.equal(played.code, code, played.err);
    assert.match(played.err, says);
    assert.equal(played.out, "");
  });
}

test("A count is raised with a word on what that means, and no question", async () => {
  const { out, err } = await succeeds("scale other --add 2");
  assert.equal(out, "managednodepool.poolkeeper.dev/other changed");
  assert.match(err, /The expected count of other goes from 1 to 3/);
  assert.equal((await poolOf("other")).spec.replicas, 3);
});

test("A count that is there already is said, and is no failure", async () => {
  const { out, err } = await succeeds("scale other --nodes 3");
  assert.equal(out, "");
  assert.match(err, /nothing to do with other/);
});

test("Fewer nodes without anybody to ask are a preview and exit code 3", async () => {
  const { code, err } = await poolkeeper("scale other --nodes 2");
  assert.equal(code, 3);
  assert.match(err, /Add --yes/);
  assert.equal((await poolOf("other")).spec.replicas, 3);
});

test("A person's yes lets it go on, anything else does not", async () => {
  assert.equal((await poolkeeper("scale other --nodes 2", "n")).code, 3);
  await succeeds("scale other --nodes 2", "y");
  assert.equal((await poolOf("other")).spec.replicas, 2);
});

test("A dry run of the client prints the object and sends nothing", async () => {
  const { out, err } = await succeeds(
    "create pool dry --provider cloud --dry-run -o jsonpath={.spec.replicas}",
  );
  assert.equal(out, "0");
  assert.match(err, /Nothing was changed/);
  assert.equal((await poolkeeper("get pools dry")).code, 6);
});

test("A dry run of the server lets it be checked and keeps nothing", async () => {
  const { out } = await succeeds("scale other --add 1 --dry-run=server");
  assert.match(out, /server dry run/);
  assert.equal((await poolOf("other")).spec.replicas, 2);
});

test("Settings are changed one by one, taken away with a dash, and their reach is said", async () => {
  const { err } = await succeeds(
    "set flags labels.team=shop tags.cost- zones=zone-a window=piped drain-timeout=5m",
  );
  const { spec } = await poolOf("flags");
  assert.deepEqual(spec.template.nodeLabels, { team: "shop", "example.com/tier": "gold" });
  assert.deepEqual([spec.template.instanceTags, spec.template.zones], [{}, ["zone-a"]]);
  assert.deepEqual(
    [spec.management.maintenanceWindowRef, spec.drain.timeoutSeconds],
    [{ name: "piped" }, 300],
  );
  assert.match(err, /template\.zones: for new nodes only/);
  assert.match(err, /template\.nodeLabels\.team: web -> shop/);
  assert.match(err, /template\.nodeLabels\.team, template\.instanceTags\.cost: .*--sync/);
  assert.match(err, /drain\.timeoutSeconds: in force at once/);
});

test("A clone has the configuration of the other pool but for what the flags change", async () => {
  await succeeds("clone flags copy --nodes 1 --label team=copy");
  const [source, copy] = [await poolOf("flags"), await poolOf("copy")];
  assert.equal(copy.spec.replicas, 1);
  assert.deepEqual(copy.spec.template, {
    ...source.spec.template,
    nodeLabels: { ...source.spec.template.nodeLabels, team: "copy" },
  });
});

test("A pool is paused and resumed", async () => {
  await succeeds("pause copy");
  assert.equal((await poolOf("copy")).spec.paused, true);
  await succeeds("resume copy");
  assert.equal((await poolOf("copy")).spec.paused, false);
});

test("Waiting ends when the pool is Active with all nodes ready", async () => {
  await report("copy", { summary: "Active", replicas: 1, readyReplicas: 1 });
  const { err } = await succeeds("scale copy --nodes 1 --wait");
  assert.match(err, /copy: Active, 1 of 1 nodes ready/);
});

test("Waiting too long is exit code 4, and says what it waits for", async () => {
  await report("copy", { summary: "Scaling", message: "Out of stock.", replicas: 1, readyReplicas: 0 });
  const { code, err } = await poolkeeper("scale copy --nodes 1 --wait --timeout 0");
  assert.equal(code, 4);
  assert.match(err, /not done after 0s: copy: Scaling, 0 of 1 nodes ready\. Out of stock\./);
  assert.match(err, /poolkeeper why copy/);
});

test("The table of pools shows numbers, words and the next window, aligned", async () => {
  const opens = timeOf(Date.now() - 30 * minuteMs);
  const closes = timeOf(Date.now() + 90 * minuteMs + 30_000);
  await report("copy", {
    summary: "Upgrading",
    replicas: 1,
    readyReplicas: 1,
    upToDateReplicas: 0,
    nextWindow: { opens, closes, isOpen: true },
  });
  const { out } = await succeeds("get pools copy other");
  const [titles = "", copy = "", other = ""] = out.split("\n");
  assert.match(titles, /^NAME\s+DESIRED\s+READY\s+UP-TO-DATE\s+STATUS\s+VERSION\s+NEXT WINDOW\s+AGE$/);
  assert.match(copy, /^copy\s+1\s+1\s+0\s+Upgrading\s+-\s+now, 1h30m left\s/);
  assert.match(other, /^other\s+2\s+0\s+0\s+Pending\s/);
  assert.equal(copy.indexOf("now,"), titles.indexOf("NEXT WINDOW"));
});

test("Objects come as JSON, YAML and names, without what is only for machines", async () => {
  const { out: json } = await succeeds("get mnp copy -o json");
  assert.equal(JSON.parse(json).metadata.name, "copy");
  assert.equal(JSON.parse(json).metadata.managedFields, undefined);
  const { out: yaml } = await succeeds("get window piped -o yaml");
  assert.match(yaml, /start: "22:30"/);
  const { out: names } = await succeeds("get pools copy other -o name");
  assert.equal(names, "managednodepool.poolkeeper.dev/copy\nmanagednodepool.poolkeeper.dev/other");
});

test("why says who waits for what, since when, and what helps", async () => {
  const since = timeOf(Date.now() - 12 * minuteMs);
  const message = "The maintenance window piped is closed.";
  await report("copy", {
    summary: "Waiting for window",
    replicas: 1,
    readyReplicas: 1,
    upToDateReplicas: 0,
    blockers: [{ reason: "WindowClosed", object: "Upgrade", message, since }],
  });
  const { out } = await succeeds("why copy");
  assert.deepEqual(out.split("\n"), [
    "copy is Waiting for window: 1 of 1 nodes are ready, 0 up to date.",
    "It waits:",
    "  The maintenance window piped is closed. (12m)",
    "    try: poolkeeper upgrade start copy --now",
  ]);
});

test("why of a pool that nobody has looked at sends to the doctor", async () => {
  const { out } = await succeeds("why filed");
  assert.match(out, /its controller has not looked at it since/);
  assert.match(out, /poolkeeper doctor/);
});

test("Nodes are removed by instance or node, with what becomes of them, after the pool's name is typed", async () => {
  await addMachine("other", "other-1", { nodeName: "r1.i-1", instanceId: "i-1", summary: "Ready" });
  await addMachine("other", "other-2", { nodeName: "r1.i-2", instanceId: "i-2", summary: "Ready" });
  const refused = await poolkeeper("remove i-1 --drain --release", "othr");
  assert.equal(refused.code, 3);
  const { out, err } = await succeeds("remove i-1 --drain --release", "other");
  assert.match(err, /The expected count of other goes from 2 to 1/);
  assert.match(err, /1 instance is released: i-1/);
  const name = out.replace(/^nodeoperation\.poolkeeper\.dev\/(\S+) created$/, "$1");
  const operation = await world.cluster.kube.get("NodeOperation", { name, namespace });
  assert.deepEqual(
    operation.spec.targets.map(({ machine, node }) => [machine, node]),
    [["other-1", "r1.i-1"]],
  );
  assert.deepEqual([operation.spec.requestedBy, operation.spec.options.release], ["ann", true]);
});

test("A node of another pool than named is refused", async () => {
  const { code, err } = await poolkeeper("remove i-2 --pool copy --yes");
  assert.equal(code, 6);
  assert.match(err, /i-2 does not belong to copy but to other/);
});

test("Descriptions and lists of everything are printed without a gap in them", async () => {
  const operation = (await succeeds("get operations -o jsonpath={.items[0].metadata.name}")).out;
  const lines = [
    "describe pool other",
    "describe machine i-2",
    `describe operation ${operation}`,
    "describe window piped",
    "describe provider cloud",
    "get machines -o wide",
    "get operations --pool other -o wide",
    "get pools -A -o wide",
    "history other",
    "status",
    "window list",
    "window next piped --count 2",
    "window explain piped",
    "why i-2",
  ];
  for (const line of lines) {
    const { out } = await succeeds(line);
    assert.doesNotMatch(out, /undefined|NaN|\[object|null/, `${line}:\n${out}`);
    assert.notEqual(out, "", line);
  }
});

test("A deletion carries its confirmation, and waits for the pool to be gone", async () => {
  const { out, err } = await succeeds("delete pool copy --yes --wait --keep-instances");
  assert.match(out, /copy changed\n.*copy deleted/);
  assert.match(err, /copy: gone/);
});

test("A deletion needs the pool's own name typed while it has machines", async () => {
  assert.equal((await poolkeeper("delete pool other", "yes")).code, 3);
  assert.equal((await poolOf("other")).metadata.deletionTimestamp, undefined);
});

test("A window is set, excluded from, explained and deleted", async () => {
  await succeeds("create window nights --days daily --start 2:00 --hours 4 --time-zone Europe/Berlin");
  const tomorrow = timeOf(Date.now() + dayMs).slice(0, 10);
  await succeeds(`window exclude nights ${tomorrow} --reason sale`);
  await succeeds("window set nights start=03:00 days=Sat,Sun");
  const { spec } = await world.cluster.kube.get("MaintenanceWindow", { name: "nights", namespace });
  assert.deepEqual([spec.start, spec.weekdays], ["03:00", ["Saturday", "Sunday"]]);
  assert.deepEqual(spec.exclusions, [{ from: tomorrow, to: tomorrow, reason: "sale" }]);
  await succeeds("window delete nights");
});

test("doctor finds the missing controller and says what to do", async () => {
  const { code, out } = await poolkeeper("doctor");
  assert.equal(code, 1);
  assert.match(out, /^ok {4}API server v/m);
  assert.match(out, /^ok {4}All 5 kinds are served/m);
  assert.match(out, /^FAIL {2}No controller leads/m);
});

test("Somebody who writes in between is no loss: the wish is weighed again on what is there now", async () => {
  const { session } = sessionOf();
  const before = (await poolOf("flags")).spec.replicas;
  let isFirst = true;
  await carryOut(session, options({ yes: true }), async () => {
    const sight = await readSight(session, await getPool(session, "flags"));
    if (isFirst) await succeeds("scale flags --add 5");
    isFirst = false;
    return addNodes(sight, 1, realClock.now());
  });
  assert.equal((await poolOf("flags")).spec.replicas, before + 6);
  await session.close();
});

function sessionOf(): { readonly session: Session } {
  const { outside } = stage();
  return { session: createSession(outside, () => ({ dataDir: world.dataDir, color: false })) };
}

function options(given: Partial<ChangeOptions>): ChangeOptions {
  return { yes: false, wait: false, timeout: 0, dryRun: "none", output: { kind: "table" }, ...given };
}

test("A cluster that does not answer is named, and where it was taken from", async () => {
  const { outside, err } = stage();
  const dead = path.join(world.dataDir, "dead");
  await writeFile(dead, kubeconfigFor("http://127.0.0.1:1"));
  assert.equal(await run(["--kubeconfig", dead, "get", "pools"], outside), 1);
  const text = err.join("\n");
  assert.match(text, /http:\/\/127\.0\.0\.1:1/);
  assert.match(text, new RegExp(`taken from --kubeconfig ${dead}`));
  assert.match(text, /npm start/);
});

async function spawned(...args: readonly string[]): Promise<Played> {
  const binary = path.resolve(import.meta.dirname, "../../bin/poolkeeper");
  const env = { PATH: process.env["PATH"] ?? "", HOME: world.dataDir };
  const child = spawn(process.execPath, [binary, "--data-dir", world.dataDir, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.once("close", (value) => resolve(value ?? -1)));
  return { code, out, err };
}

test("The binary prints data on standard output, words on standard error, and ends by itself", async () => {
  const names = await spawned("get", "pools", "-o", "name");
  assert.equal(names.code, 0, names.err);
  assert.match(names.out, /^managednodepool\.poolkeeper\.dev\/filed$/m);
  const removal = await spawned("remove", "other-2", "--drain", "--release");
  assert.equal(removal.code, 3);
  assert.equal(removal.out, "");
  assert.match(removal.err, /Add --yes/);
});
