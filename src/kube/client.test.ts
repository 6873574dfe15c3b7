/** What is sent for each method of the port, and what each answer of the server becomes. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { PortError, type PortErrorKind } from "../ports/errors.ts";
import type { Kube } from "../ports/kube.ts";
import { createKube } from "./client.ts";
import {
  type Script,
  type SeenRequest,
  type StatusParts,
  answer,
  answerStatus,
  plainTransport,
  startServer,
} from "./testing.ts";

interface Rig {
  readonly kube: Kube;
  readonly seen: readonly SeenRequest[];
}

async function startRig(t: TestContext, script: Script): Promise<Rig> {
  const server = await startServer(script);
  const transport = plainTransport(server.url);
  t.after(() => Promise.all([transport.close(), server.close()]));
  return { kube: createKube(transport), seen: server.seen };
}

const lease = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "l", namespace: "ns", resourceVersion: "7" },
};
const pod = { name: "cart-0", namespace: "shop" };

test("every method goes to its place in the API, with what it needs", async (t) => {
  const { kube, seen } = await startRig(t, (request, response) =>
    answer(response, 200, request.body ?? lease),
  );
  const web = { name: "web", namespace: "ns" };
  await kube.get("ManagedNodePool", web);
  await kube.create("Lease", lease, { dryRun: true });
  await kube.replace("Lease", lease, "status");
  await kube.patch("ManagedNodePool", web, {
    type: "merge",
    body: { spec: { replicas: 3 } },
    subresource: "scale",
  });
  await kube.patch(
    "Node",
    { name: "n1" },
    { type: "apply", body: {}, fieldManager: "poolkeeper-nodes", force: true },
  );
  await kube.delete("Pod", pod, { uid: "u1", resourceVersion: "9", gracePeriodSeconds: 0 });
  const summary = seen.map(({ method, path, query, headers }) =>
    [method, path, query.toString(), headers["content-type"] ?? ""].join(" ").trim(),
  );
  assert.deepEqual(summary, [
    "GET /apis/poolkeeper.dev/v1alpha1/namespaces/ns/managednodepools/web",
    "POST /apis/coordination.k8s.io/v1/namespaces/ns/leases dryRun=All application/json",
    "PUT /apis/coordination.k8s.io/v1/namespaces/ns/leases/l/status  application/json",
    "PATCH /apis/poolkeeper.dev/v1alpha1/namespaces/ns/managednodepools/web/scale  application/merge-patch+json",
    "PATCH /api/v1/nodes/n1 fieldManager=poolkeeper-nodes&force=true application/apply-patch+yaml",
    "DELETE /api/v1/namespaces/shop/pods/cart-0  application/json",
  ]);
  assert.deepEqual(seen[5]?.body, {
    apiVersion: "v1",
    kind: "DeleteOptions",
    preconditions: { uid: "u1", resourceVersion: "9" },
    gracePeriodSeconds: 0,
  });
});

test("a list gathers all pages, trims pods, and sends the selectors with each page", async (t) => {
  const container = {
    name: "c",
    image: "i",
    env: [{ name: "A" }],
    resources: { requests: { cpu: "1" }, limits: {} },
  };
  const whole = {
    metadata: {
      name: "p",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", keep: "1" },
    },
    spec: {
      nodeName: "n1",
      dnsPolicy: "Default",
      containers: [container],
      volumes: [{ name: "v", emptyDir: {} }],
    },
    status: { phase: "Running", podIP: "10.0.0.1" },
  };
  const { kube, seen } = await startRig(t, (request, response) => {
    const token = request.query.has("continue") ? "" : "more";
    answer(response, 200, { metadata: { resourceVersion: "5", continue: token }, items: [whole] });
  });
  const pods = await kube.list("Pod", {
    namespace: "shop",
    labelSelector: "a=b",
    fieldSelector: "spec.nodeName=n1",
  });
  assert.equal(pods.resourceVersion, "5");
  assert.equal(pods.items.length, 2);
  assert.deepEqual(pods.items[0], {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", annotations: { keep: "1" } },
    spec: {
      nodeName: "n1",
      containers: [{ name: "c", image: "i", resources: { requests: { cpu: "1" } } }],
      volumes: [{ name: "v", emptyDir: {} }],
    },
    status: { phase: "Running" },
  });
  assert.equal(
    seen[1]?.query.toString(),
    "labelSelector=a%3Db&fieldSelector=spec.nodeName%3Dn1&limit=500&continue=more",
  );
});

test("a list that comes back without its contents is not an empty list", async (t) => {
  const { kube } = await startRig(t, (_, response) => answer(response, 200, { metadata: {} }));
  await assert.rejects(kube.list("Node"), /came back without its contents/);
});

interface RefusalCase {
  readonly what: string;
  readonly code: number;
  readonly status: StatusParts;
  readonly call: (kube: Kube) => Promise<unknown>;
  readonly kind: PortErrorKind;
  readonly message: RegExp;
}

const getPod = (kube: Kube): Promise<unknown> => kube.get("Pod", pod);
const createLease = (kube: Kube): Promise<unknown> => kube.create("Lease", lease);

const refusals: readonly RefusalCase[] = [
  {
    what: "an object that is not there",
    code: 404,
    status: {
      reason: "NotFound",
      message: 'pods "cart-0" not found',
      details: { name: "cart-0", kind: "pods" },
    },
    call: getPod,
    kind: "NotFound",
    message: /^Cannot get Pod shop\/cart-0: pods "cart-0" not found$/,
  },
  {
    what: "a kind that is not served, which must not read as an object that is gone",
    code: 404,
    status: { reason: "NotFound", message: "the server could not find the requested resource", details: {} },
    call: (kube) => kube.get("ManagedNodePool", { name: "web", namespace: "ns" }),
    kind: "Invalid",
    message: /does not know this kind.*poolkeeper install$/,
  },
  {
    what: "a missing permission",
    code: 403,
    status: {
      reason: "Forbidden",
      message:
        'pods "cart-0" is forbidden: User "eve" cannot create resource "pods/eviction" in API group "" in the namespace "shop"',
    },
    call: (kube) => kube.evict(pod, "u1"),
    kind: "Denied",
    message:
      /Cannot evict Pod shop\/cart-0: .*User "eve" cannot create.*Nothing was changed. Check with: kubectl auth can-i create pods --subresource eviction -n shop --as eve$/,
  },
  {
    what: "unknown credentials",
    code: 401,
    status: { reason: "Unauthorized", message: "Unauthorized" },
    call: getPod,
    kind: "Denied",
    message: /does not accept the credentials of user tester \(context test\).*auth whoami/,
  },
  {
    what: "a name that is taken",
    code: 409,
    status: { reason: "AlreadyExists", message: 'leases "l" already exists' },
    call: createLease,
    kind: "AlreadyExists",
    message: /^Cannot create Lease ns\/l: leases "l" already exists$/,
  },
  {
    what: "an object that has changed",
    code: 409,
    status: { reason: "Conflict", message: "the object has been modified" },
    call: (kube) => kube.replace("Lease", lease),
    kind: "Conflict",
    message: /^Cannot update Lease ns\/l: the object has been modified$/,
  },
  {
    what: "fields that are wrong, one line each",
    code: 422,
    status: {
      reason: "Invalid",
      message: "...",
      details: {
        causes: [
          {
            reason: "FieldValueInvalid",
            field: "spec.replicas",
            message: "Invalid value: -1: must be 0 or more",
          },
          { reason: "FieldValueRequired", field: "spec.providerRef", message: "Required value" },
        ],
      },
    },
    call: createLease,
    kind: "Invalid",
    message:
      /^Cannot create Lease ns\/l: 2 fields were refused and nothing was changed:\n {2}spec.replicas: Invalid value: -1: must be 0 or more\n {2}spec.providerRef: Required value$/,
  },
  {
    what: "a history that is gone",
    code: 410,
    status: { reason: "Expired", message: "too old resource version" },
    call: getPod,
    kind: "Expired",
    message: /too old/,
  },
  {
    what: "a read that failed in the server",
    code: 500,
    status: { message: "etcdserver: request timed out" },
    call: getPod,
    kind: "Unreachable",
    message: /answered 500: etcdserver/,
  },
  {
    what: "a write that failed in the server, which may be stored all the same",
    code: 500,
    status: { message: "etcdserver: request timed out" },
    call: createLease,
    kind: "Unknown",
    message: /answered 500: etcdserver/,
  },
  {
    what: "a server that is not serving",
    code: 503,
    status: { message: "apiserver is shutting down" },
    call: createLease,
    kind: "Unreachable",
    message: /answered 503/,
  },
];

for (const { what, code, status, call, kind, message } of refusals) {
  test(`${what} is ${kind}, in words for people`, async (t) => {
    const { kube } = await startRig(t, (_, response) => answerStatus(response, code, status));
    await assert.rejects(call(kube), (error) => {
      assert.ok(error instanceof PortError);
      assert.equal(error.kind, kind);
      assert.match(error.message, message);
      assert.equal(error.status, code);
      return true;
    });
  });
}

test("throttling is told with its wait and the server's request id", async (t) => {
  const { kube } = await startRig(t, (_, response) =>
    answer(response, 429, "slow down", {
      "retry-after": "60",
      "audit-id": "a-1",
      "content-type": "text/plain",
    }),
  );
  await assert.rejects(kube.evict(pod, "u1"), (error) => {
    assert.ok(error instanceof PortError);
    assert.deepEqual([error.kind, error.retryAfterMs, error.requestId], ["Throttled", 60_000, "a-1"]);
    return true;
  });
});
