import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { realClock } from "../../src/ports/clock.ts";
import { serveApi } from "../../src/sim/api/http.ts";
import { type JsonObject, timestamp } from "../../src/sim/api/json.ts";
import type { ApiRequest } from "../../src/sim/api/request.ts";
import { createApiServer } from "../../src/sim/api/server.ts";
import { createNeighbours } from "../../src/sim/neighbours/create.ts";
import { playPods } from "../../src/sim/neighbours/testing.ts";
import { ensureBinaries, kubernetesVersion } from "../../src/start/binaries.ts";
import { silentProgress } from "../../src/start/progress.ts";

const home = mkdtempSync(path.join(tmpdir(), "pk-kubectl-"));
const pool = path.join(home, "pool.yaml");
const stops: (() => Promise<void>)[] = [];
let kubectl = "";
let url = "";

before(async () => {
  const server = createApiServer({ clock: realClock, seed: 1 });
  const ask = (verb: ApiRequest["verb"], store: string, rest: Partial<ApiRequest> = {}) => {
    const type = server.registry.ofStore(store);
    assert.ok(type !== undefined);
    return server.apply({ verb, type, ...rest });
  };
  for (const name of ["n1", "n2", "n3"]) ask("create", "nodes", { body: aNode(name) });
  const neighbours = createNeighbours(server, realClock);
  neighbours.start();
  playPods({ server, ask }, () => false);
  const served = await serveApi(server, { port: 0, host: "127.0.0.1" });
  url = served.url;
  stops.push(served.close, async () => neighbours.stop());
  const request = {
    version: kubernetesVersion,
    env: process.env,
    clock: realClock,
    progress: silentProgress,
  };
  const binaries = await ensureBinaries({ names: ["kubectl"], ...request });
  kubectl = binaries.kubectl;
  writeFileSync(pool, poolManifest);
});

after(async () => {
  for (const stop of stops) await stop();
  rmSync(home, { recursive: true });
});

/** Its heartbeat is good for the time of the test. */
function aNode(name: string): JsonObject {
  const lastHeartbeatTime = timestamp(realClock.now() + 3_600_000);
  const status = {
    allocatable: { cpu: "4", memory: "8Gi", pods: "110" },
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", lastHeartbeatTime }],
    nodeInfo: { kubeletVersion: "v1.36.3", osImage: "Sim 1", kernelVersion: "6.1" },
    addresses: [{ type: "InternalIP", address: `10.0.0.${name.slice(1)}` }],
  };
  return { metadata: { name }, status };
}

const poolManifest = `
apiVersion: poolkeeper.dev/v1alpha1
kind: ManagedNodePool
metadata: { name: web }
spec: { replicas: 3, providerRef: { name: sim } }
`;

const ourCrds = path.resolve(import.meta.dirname, "../../deploy/crds");

/** Both streams, and the exit code. */
function run(command: string): Promise<string> {
  const args = command.split(" ").map((word) => word.replace("POOL", pool).replace("CRDS", ourCrds));
  return new Promise((resolve) => {
    const options = { env: { HOME: home, PATH: "" }, timeout: 60_000 };
    execFile(kubectl, ["--server", url, ...args], options, (error, stdout, stderr) => {
      resolve(`${stdout}${stderr}${error === null ? "" : `exit ${String(error.code)}`}`);
    });
  });
}

/** In this order: each command may build on those before. */
const session: readonly (readonly [command: string, words: RegExp])[] = [
  ["version", /Server Version: v1\.36\.3/],
  ["api-resources", /pods +po +v1 +true +Pod/],
  ["get nodes", /^NAME +STATUS +ROLES +AGE +VERSION\nn1 +Ready +<none> +\d+s +v1\.36\.3\n/],
  ["get nodes -o wide", /n2 .* 10\.0\.0\.2 +<none> +Sim 1 +6\.1/],
  ["apply -f CRDS", /managednodepools\.poolkeeper\.dev created/],
  ["wait --for=condition=Established crd/managednodepools.poolkeeper.dev --timeout=10s", /condition met/],
  ["apply -f POOL", /managednodepool\.poolkeeper\.dev\/web created/],
  ["apply -f POOL", /web unchanged/],
  ["apply --server-side --field-manager=other -f POOL", /web serverside-applied/],
  ["scale mnp web --replicas=5", /web scaled/],
  ["get mnp web -o jsonpath={.spec.replicas}", /^5$/],
  [
    "apply --server-side --field-manager=other -f POOL",
    /conflict with "kubectl" with subresource "scale" using poolkeeper\.dev\/v1alpha1: \.spec\.replicas/,
  ],
  ["explain mnp.spec.replicas", /FIELD: replicas <integer>/],
  ["describe mnp web", /Replicas: +5/],
  ['patch mnp web --type=merge -p {"spec":{"replicas":-1}}', /spec\.replicas: Invalid value: -1/],
  ["create -f POOL --dry-run=server", /already exists/],
  ["label mnp web team=shop", /web labeled/],
  ["annotate mnp web note=x", /web annotated/],
  ["get mnp -A -l team=shop --no-headers", /^default +web/],
  ["wait --for=jsonpath={.spec.replicas}=5 mnp/web --timeout=10s", /condition met/],
  ['patch mnp web --subresource=status --type=merge -p {"status":{"summary":"Active"}}', /patched/],
  ["wait --for=jsonpath={.status.summary}=Active mnp/web --timeout=10s", /condition met/],
  ["create namespace shop", /shop created/],
  ["create deployment cart --image=cart:1 --replicas=4 -n shop", /cart created/],
  ["create pdb cart --selector=app=cart --min-available=2 -n shop", /cart created/],
  ["rollout status deployment cart -n shop --timeout=30s", /successfully rolled out/],
  ["get pods -n shop -o wide", /1\/1|Running/],
  ["get deployment cart -n shop", /cart +4\/4 +4 +4/],
  ["get pdb -n shop", /cart +2 +N\/A +2/],
  ["get events -n shop", /Scheduled/],
  ["taint node n3 gpu=yes:NoSchedule", /node\/n3 tainted/],
  ["describe node n3", /gpu=yes:NoSchedule/],
  ["cordon n1", /node\/n1 cordoned/],
  ["drain n1 --ignore-daemonsets --timeout=40s", /node\/n1 drained/],
  ["get pods -A --field-selector spec.nodeName=n1,status.phase=Running", /No resources found/],
  ["get nodes n1", /Ready,SchedulingDisabled/],
  ["uncordon n1", /node\/n1 uncordoned/],
  ["rollout restart deployment cart -n shop", /restarted/],
  ["rollout status deployment cart -n shop --timeout=40s", /successfully rolled out/],
  ["get leases -A", /No resources found|NAMESPACE/],
  ["delete mnp web", /"web" deleted/],
  ["wait --for=delete mnp/web --timeout=10s", /^$|condition met|not found/],
  ["delete namespace shop --timeout=40s", /"shop" deleted/],
  ["get mnp", /No resources found/],
];

test("a session with stock kubectl", async (context) => {
  for (const [command, words] of session) {
    await context.test(`kubectl ${command}`, async () => assert.match(await run(command), words));
  }
});

test("kubectl get -w prints each change", async () => {
  const watched = run("get configmaps -w --request-timeout=4s --no-headers");
  await new Promise((resolve) => {
    setTimeout(resolve, 1_500);
  });
  assert.match(await run("create configmap one --from-literal=a=b"), /one created/);
  assert.match(await run("delete configmap one"), /deleted/);
  const lines = (await watched).split("\n").filter((line) => line.startsWith("one"));
  assert.equal(lines.length, 2);
});
