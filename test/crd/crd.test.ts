/** The CustomResourceDefinitions on a real API server: what it accepts, refuses and shows while no Poolkeeper runs. */
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { realClock, sleep } from "../../src/ports/clock.ts";
import { type CrdObject, customResourceDefinitions } from "../../src/schema/crd.ts";
import { apiGroup, kinds, type OwnKind, ownKinds } from "../../src/schema/kind.ts";
import { parseObject } from "../../src/schema/parse.ts";
import {
  aMachine,
  anOperation,
  aPool,
  aProvider,
  aWindow,
  type TestObject,
} from "../../src/schema/testing.ts";
import { type Answer, pathOf, startTestApi, type TestApi } from "./api.ts";
import { refusals } from "./refusals.ts";

let api: TestApi;
before(async () => {
  api = await startTestApi();
});
after(() => api.stop());

test("the five definitions are established, structural and take all their rules", async () => {
  for (const kind of ownKinds) {
    const name = `${kinds[kind].plural}.${apiGroup}`;
    const { body } = await api.call("GET", `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
    const conditions = body.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
    assert.deepEqual(conditions, ["NamesAccepted=True", "Established=True"], name);
  }
});

const richPool = {
  replicas: 2000,
  template: {
    instanceTypes: ["ecs.g7.large", "ecs.g6.large"],
    zones: ["cn-hangzhou-h", "cn-hangzhou-i"],
    image: { family: "AlibabaCloudLinux", version: "3.2104" },
    kubernetesVersion: "v1.36.3",
    systemDisk: { category: "cloud_essd", sizeGiB: 2048 },
    dataDisks: [{ name: "data", sizeGiB: 100 }],
    chargeType: "Subscription",
    nodeLabels: { team: "shop", "example.com/tier": "", "node-restriction.kubernetes.io/zone": "dmz" },
    taints: [
      { key: "dedicated", value: "shop" },
      { key: "dedicated", value: "shop", effect: "NoExecute" },
    ],
    instanceTags: { "Cost centre": "any text: 100 %" },
    resourceGroup: "rg-1",
    unschedulable: true,
    userDataSecretRef: { name: "first-boot" },
  },
  management: { autoUpgrade: true, maintenanceWindowRef: { name: "nights" } },
  upgrade: { method: "ReplaceInstance", maxUnavailable: "0%", maxSurge: 5 },
};

const accepted: Readonly<Record<string, TestObject>> = {
  "a pool of three lines": aPool({}, "small"),
  "a pool with everything": aPool(richPool, "rich"),
  "a pool with the longest name": aPool({}, "a".repeat(40)),
  "a pool that may lose a tenth": aPool({ upgrade: { maxUnavailable: "10%" } }, "tenth"),
  "a window with a leap day": aWindow({ exclusions: [{ from: "2028-02-29", to: "2028-02-29" }] }, "leap"),
  "a window in UTC around midnight": aWindow(
    { timeZone: "UTC", start: "23:59", durationMinutes: 1440 },
    "utc",
  ),
  "an upgrade": anOperation({}, "upgrade"),
  "a removal with release": anOperation({ kind: "RemoveNodes", options: { release: true } }, "removal"),
  "a repair with a rung": anOperation({ kind: "Repair", options: { rung: "Reboot" } }, "repair"),
  "an operation of 2,000 machines": anOperation(
    {
      targets: Array.from({ length: 2000 }, (_, index) => ({
        machine: `${"m".repeat(40)}-${index}`,
        uid: "b5fefb4e-7d6f-4d6e-9a2f-5c1f4a0d0c11",
        node: `cn-hangzhou.i-bp1${index}`,
      })),
    },
    "big",
  ),
  "a simulated provider": aProvider({ simulator: { quotaInstances: 10 } }, "simulated"),
  "a cloud": aProvider(
    { type: "ecs", endpoint: "ecs.aliyuncs.com", credentialsRef: { name: "key" } },
    "cloud",
  ),
  "a machine": aMachine(
    { attributes: { nodeLabels: { team: "shop" }, taints: [{ key: "dedicated" }] } },
    "m",
  ),
};

for (const [about, object] of Object.entries(accepted)) {
  test(`${about} is accepted, with the defaults that the parser fills in as well`, async () => {
    const { status, body } = await create(object);
    assert.equal(status, 201, JSON.stringify(body));
    const parsed = parseObject(object.kind, body);
    assert(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(JSON.parse(JSON.stringify(parsed.value)), body);
    const parsedInput = parseObject(object.kind, object);
    assert(parsedInput.ok, JSON.stringify(parsedInput));
    assert.deepEqual(JSON.parse(JSON.stringify(specOf(parsedInput.value))), body.spec);
  });
}

for (const { about, object, field, value, fix } of refusals) {
  test(`the API server refuses ${about} in ${object.kind} and says what to write`, async () => {
    const answer = await create(object, "?dryRun=All");
    const message = refusedField(answer, field);
    assert.match(message, fix);
    if (value !== undefined) assert(message.includes(value), `${message} does not show ${value}`);
  });
}

test("a misspelt field is refused when the client asks for strictness, as kubectl does", async () => {
  const answer = await create(aPool({ replica: 3 }, "typo"), "?dryRun=All&fieldValidation=Strict");
  assert.equal(answer.status, 400);
  assert.match(String(answer.body.message), /unknown field "spec\.replica"/);
});

interface Change {
  readonly about: string;
  readonly object: TestObject;
  readonly patch: object;
  readonly field: string;
  readonly fix: RegExp;
}

const forbiddenChanges: readonly Change[] = [
  {
    about: "the provider of a pool",
    object: aPool({}, "c1"),
    patch: { providerRef: { name: "other" } },
    field: "spec.providerRef.name",
    fix: /cannot change to 'other': clone the pool/,
  },
  {
    about: "the pool of a machine",
    object: aMachine({}, "c1"),
    patch: { poolName: "api" },
    field: "spec.poolName",
    fix: /its identity/,
  },
  {
    about: "the charge type of a machine",
    object: aMachine({}, "c2"),
    patch: { chargeType: "Subscription" },
    field: "spec.chargeType",
    fix: /its identity/,
  },
  {
    about: "the revision of a machine",
    object: aMachine({}, "c3"),
    patch: { revision: 2 },
    field: "spec.revision",
    fix: /its identity/,
  },
  {
    about: "the kind of an operation",
    object: anOperation({}, "c1"),
    patch: { kind: "Repair" },
    field: "spec.kind",
    fix: /cancel it and ask for a new one/,
  },
  {
    about: "the targets of an operation",
    object: anOperation({}, "c2"),
    patch: { targets: [] },
    field: "spec.targets",
    fix: /cancel it and ask for a new one/,
  },
  {
    about: "who asked for an operation",
    object: anOperation({ requestedBy: "ann" }, "c3"),
    patch: { requestedBy: null },
    field: "spec.requestedBy",
    fix: /cannot change/,
  },
  {
    about: "a cancelled operation",
    object: anOperation({ state: "Cancel" }, "c4"),
    patch: { state: "Run" },
    field: "spec.state",
    fix: /cannot become Run: .* ask for a new one/,
  },
  {
    about: "an operation's list of retries to a shorter one",
    object: anOperation({ retry: ["web-1"] }, "c5"),
    patch: { retry: [] },
    field: "spec.retry",
    fix: /add the machine's name at the end/,
  },
  {
    about: "the type of a provider",
    object: aProvider({}, "c1"),
    patch: { type: "ecs" },
    field: "spec.type",
    fix: /create another InfrastructureProvider/,
  },
  {
    about: "the region of a provider",
    object: aProvider({}, "c2"),
    patch: { region: "sim-2" },
    field: "spec.region",
    fix: /create another InfrastructureProvider/,
  },
];

for (const { about, object, patch, field, fix } of forbiddenChanges) {
  test(`a change of ${about} is refused`, async () => {
    assert.equal((await create(object)).status, 201);
    const answer = await api.call("PATCH", pathOf(object.kind, object.metadata.name), { spec: patch });
    assert.match(refusedField(answer, field), fix);
  });
}

const allowedChanges: readonly Pick<Change, "about" | "object" | "patch">[] = [
  {
    about: "count, template and pause of a pool",
    object: aPool({}, "d1"),
    patch: { replicas: 3, paused: true, template: { unschedulable: true } },
  },
  {
    about: "the attributes of a machine",
    object: aMachine({}, "d1"),
    patch: { attributes: { nodeLabels: { a: "b" } } },
  },
  {
    about: "state, approval, retry and skip of an operation",
    object: anOperation({}, "d1"),
    patch: { state: "Cancel", approval: "Approved", retry: ["web-1"], skip: ["web-2"] },
  },
  {
    about: "endpoint and credentials of a provider",
    object: aProvider({}, "d1"),
    patch: { endpoint: "example.com", credentialsRef: { name: "key" } },
  },
];

for (const { about, object, patch } of allowedChanges) {
  test(`a change of ${about} is accepted`, async () => {
    assert.equal((await create(object)).status, 201);
    const { status, body } = await api.call("PATCH", pathOf(object.kind, object.metadata.name), {
      spec: patch,
    });
    assert.equal(status, 200, JSON.stringify(body));
  });
}

test("a machine's epoch never falls, and the request of one attempt never changes", async () => {
  assert.equal((await create(aMachine({}, "epoch"))).status, 201);
  const request = {
    instanceType: "ecs.g7.large",
    zone: "a",
    image: { family: "AlibabaCloudLinux", version: "3.2104" },
    kubernetesVersion: "v1.36.3",
    systemDisk: { sizeGiB: 40 },
    dataDisks: [],
    chargeType: "PayAsYouGo",
    tags: {},
    nodeLabels: { "poolkeeper.dev/pool": "web" },
    taints: [],
    unschedulable: false,
  };
  const first = { attempt: 1, clientToken: "u-1", request };
  const elsewhere = { ...first, request: { ...request, zone: "b" } };
  assert.equal((await writeEpoch({ lastEpoch: 2, creation: first })).status, 200);
  assert.match(
    refusedField(await writeEpoch({ lastEpoch: 1 }), "status.lastEpoch"),
    /read the machine again/,
  );
  assert.match(
    refusedField(await writeEpoch({ lastEpoch: null }), "status.lastEpoch"),
    /read the machine again/,
  );
  assert.match(
    refusedField(await writeEpoch({ creation: elsewhere }), "status.creation"),
    /raise creation.attempt/,
  );
  assert.equal((await writeEpoch({ lastEpoch: 3, creation: { ...elsewhere, attempt: 2 } })).status, 200);
  assert.equal((await writeEpoch({ creation: null })).status, 200);
});

test("the instance of a machine is written once, and neither changed nor taken off again", async () => {
  assert.equal((await create(aMachine({}, "once"))).status, 201);
  const write = (instanceId: string | null) =>
    api.call("PATCH", pathOf("ManagedMachine", "once", "status"), { status: { instanceId } });
  assert.equal((await write("i-1")).status, 200);
  for (const other of ["i-2", null]) {
    assert.match(refusedField(await write(other), "status.instanceId"), /gets a machine of its own/);
  }
  assert.equal((await write("i-1")).status, 200);
});

test("an object that an older rule let in can still be changed elsewhere, and mended", async () => {
  const old = aPool({ replicas: 1, template: { kubernetesVersion: "1.36" } }, "old");
  const path = pathOf("ManagedNodePool", "old");
  const strict = customResourceDefinitions().find(({ spec }) => spec.names.kind === "ManagedNodePool");
  assert(strict !== undefined);
  const loose = JSON.parse(
    JSON.stringify(strict, (key, value) => (key === "kubernetesVersion" ? anyText : value)),
  );
  await define(loose);
  await until(async () => (await create(old)).status === 201);
  await define(strict);
  await until(async () => (await create(old, "?dryRun=All")).status === 422);

  assert.equal((await api.call("PATCH", path, { spec: { replicas: 2 } })).status, 200);
  const worse = await api.call("PATCH", path, { spec: { template: { kubernetesVersion: "1.37" } } });
  assert.match(refusedField(worse, "spec.template.kubernetesVersion"), /all three numbers/);
  const mended = await api.call("PATCH", path, { spec: { template: { kubernetesVersion: "v1.37.0" } } });
  assert.equal(mended.status, 200);
});

test("a status written as a spec, or a spec written as a status, changes nothing", async () => {
  assert.equal((await create(aPool({}, "sub"))).status, 201);
  await api.call("PATCH", pathOf("ManagedNodePool", "sub"), { status: { summary: "Active" } });
  await api.call("PATCH", pathOf("ManagedNodePool", "sub", "status"), { spec: { replicas: 9 } });
  const { body } = await api.call("GET", pathOf("ManagedNodePool", "sub"));
  assert.equal(body.status, undefined);
  assert.equal(body.spec?.["replicas"], 0);
});

test("kubectl scale works, and the scale tells autoscalers the count and the selector", async () => {
  assert.equal((await create(aPool({}, "scaled"))).status, 201);
  await api.kubectl("scale", "mnp", "scaled", "--replicas=7");
  const selector = "poolkeeper.dev/pool=scaled";
  await api.call("PATCH", pathOf("ManagedNodePool", "scaled", "status"), {
    status: { replicas: 5, selector },
  });
  const { body } = await api.call("GET", pathOf("ManagedNodePool", "scaled", "scale"));
  assert.deepEqual([body.spec, body.status], [{ replicas: 7 }, { replicas: 5, selector }]);
  await assert.rejects(
    api.kubectl("scale", "mnp", "scaled", "--replicas=2001"),
    /less than or equal to 2000/,
  );
});

test("machines and operations can be picked by pool", async () => {
  assert.equal((await create(aMachine({ poolName: "picked" }, "picked-1"))).status, 201);
  const { body } = await api.call("GET", `${pathOf("ManagedMachine")}?fieldSelector=spec.poolName%3Dpicked`);
  assert.deepEqual(
    body.items?.map(({ metadata }) => metadata.name),
    ["picked-1"],
  );
});

const headers: Readonly<Record<OwnKind, readonly [normal: string, wide: string]>> = {
  ManagedNodePool: [
    "NAME DESIRED READY UPTODATE STATUS VERSION AGE",
    "PROVIDER IMAGE WINDOW NEXT-WINDOW AUTOUPGRADE AUTOREPAIR PAUSED",
  ],
  ManagedMachine: ["NAME POOL NODE STATUS STEP INSTANCE VERSION AGE", "ZONE TYPE IMAGE CHARGE"],
  MaintenanceWindow: ["NAME OPEN WEEKDAYS START MINUTES ZONE NEXT", ""],
  NodeOperation: ["NAME POOL KIND PHASE DONE TOTAL AGE", "REASON MESSAGE"],
  InfrastructureProvider: ["NAME TYPE REGION READY AGE", ""],
};

test("kubectl get shows the columns of each kind, under its short name", async () => {
  for (const kind of ownKinds) {
    const [normal, wide] = headers[kind];
    const { shortName } = kinds[kind];
    assert.equal(headerOf(await api.kubectl("get", shortName)), normal);
    assert.equal(headerOf(await api.kubectl("get", shortName, "-o", "wide")), `${normal} ${wide}`.trim());
  }
  assert.match(await api.kubectl("get", "poolkeeper"), /managednodepool.*web|nodeoperation/s);
});

test("kubectl get shows what is wanted and what was seen", async () => {
  const time = "2026-11-28T01:00:00Z";
  const status = {
    readyReplicas: 2,
    upToDateReplicas: 1,
    summary: "Upgrading",
    targetKubernetesVersion: "v1.36.3",
    targetImage: { family: "f", version: "3.1" },
    nextWindow: { opens: time, closes: "2026-11-28T05:00:00Z", isOpen: false },
  };
  assert.equal((await create(aPool({ ...richPool, replicas: 3 }, "shown"))).status, 201);
  await api.call("PATCH", pathOf("ManagedNodePool", "shown", "status"), { status });
  const row = (await api.kubectl("get", "mnp", "shown", "-o", "wide", "--no-headers")).trim().split(/\s+/);
  row.splice(6, 1, "AGE");
  assert.deepEqual(
    row,
    `shown 3 2 1 Upgrading v1.36.3 AGE sim 3.1 nights ${time} true true false`.split(" "),
  );
});

test("kubectl explain tells what a field is for", async () => {
  const text = await api.kubectl("explain", "mnp.spec.upgrade.soakSeconds");
  assert.match(text, /Wait after the first node before the others/);
});

const controller = "system:serviceaccount:poolkeeper-system:poolkeeper-controller";
const own = "poolkeeper-system";

/** Verb, resource, group, namespace ("" for the whole cluster), and whether the controller may. */
const rights: readonly (readonly [string, string, string, string, boolean])[] = [
  ["patch", "managedmachines/status", apiGroup, "", true],
  ["delete", "managedmachines", apiGroup, "shop", true],
  ["patch", "nodes", "", "", true],
  ["create", "pods/eviction", "", "shop", true],
  ["create", "events", "events.k8s.io", "shop", true],
  ["update", "leases", "coordination.k8s.io", own, true],
  ["get", "secrets", "", own, true],
  ["delete", "pods", "", "shop", false],
  ["list", "secrets", "", own, false],
  ["get", "secrets", "", "shop", false],
  ["update", "leases", "coordination.k8s.io", "kube-system", false],
  ["create", "clusterrolebindings", "rbac.authorization.k8s.io", "", false],
];

test("the controller's account may do what it must, and no more", async () => {
  for (const [verb, whole, group, namespace, isAllowed] of rights) {
    const [resource, subresource] = whole.split("/");
    const resourceAttributes = { verb, group, resource, subresource, namespace };
    const review = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview" };
    const { body } = await api.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
      ...review,
      spec: { user: controller, groups: ["system:serviceaccounts"], resourceAttributes },
    });
    assert.equal(body.status?.allowed, isAllowed, `${verb} ${whole} in ${namespace}`);
  }
});

test("the cluster's own view role takes up the viewer", async () => {
  await until(async () =>
    (await api.kubectl("get", "clusterrole", "view", "-o", "yaml")).includes("managednodepools"),
  );
});

const anyText = { type: "string", maxLength: 32 };

function writeEpoch(status: object): Promise<Answer> {
  return api.call("PATCH", pathOf("ManagedMachine", "epoch", "status"), { status });
}

async function define(definition: CrdObject): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  const { status, body } = await api.call("PATCH", path, definition);
  assert.equal(status, 200, JSON.stringify(body));
}

/** The API server takes up changed definitions and roles a moment after it has answered. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await isSo()) return;
    await sleep(realClock, 100);
  }
  assert.fail("the API server did not take up the change within 10 s");
}

function create(object: TestObject, query = ""): Promise<Answer> {
  return api.call("POST", `${pathOf(object.kind)}${query}`, object);
}

/** The API server's sentence about one field, which must be among what it refuses. */
function refusedField({ status, body }: Answer, field: string): string {
  assert.equal(status, 422, JSON.stringify(body));
  const cause = body.details?.causes?.find((each) => each.field === field);
  assert(cause !== undefined, `no cause names ${field}: ${JSON.stringify(body.details)}`);
  return cause.message;
}

function specOf(object: object): unknown {
  return Reflect.get(object, "spec");
}

function headerOf(table: string): string | undefined {
  return table.split("\n")[0]?.trim().split(/\s+/).join(" ");
}
