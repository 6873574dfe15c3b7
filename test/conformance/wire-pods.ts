/** Pods, their nodes and their budgets: binding, grace, and the answers of the eviction subresource. */
import assert from "node:assert/strict";
import {
  type Behaviour,
  type Json,
  type Wire,
  at,
  eventually,
  inNamespace,
  list,
  must,
  refused,
  byText,
} from "./wire-world.ts";

const aPod = (name: string, metadata: Json = {}, spec: Json = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...metadata },
  spec: { automountServiceAccountToken: false, containers: [{ name: "c", image: "c:1" }], ...spec },
});

/** A scheduler that does not exist, so that nobody but the test binds the pod. */
const unscheduled = { schedulerName: "nobody" };

/** A new namespace has no service account for a moment, and takes no pods until then. */
async function makePod(wire: Wire, ns: string, pod: Json): Promise<Json> {
  return eventually(async () => {
    const made = await wire.post(inNamespace(ns, "pods"), pod);
    if (made.code === 403 && made.text.includes("service account")) return undefined;
    return must(made, 201).body;
  });
}

async function makeNode(wire: Wire): Promise<string> {
  const made = must(await wire.post("/api/v1/nodes", { metadata: { generateName: "wire-node-" } }), 201);
  return String(at(made.body, "metadata.name"));
}

async function withNode(wire: Wire, run: (node: string) => Promise<void>): Promise<void> {
  const node = await makeNode(wire);
  try {
    await run(node);
  } finally {
    await wire.delete(`/api/v1/nodes/${node}`);
  }
}

const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };

/** A pod that runs and is ready, on a node. */
async function runningPod(wire: Wire, ns: string, node: string, name: string): Promise<string> {
  await makePod(wire, ns, aPod(name, { labels: { app: "x" } }, { ...unscheduled, nodeName: node }));
  const where = `${inNamespace(ns, "pods")}/${name}`;
  must(await wire.patch(`${where}/status`, "merge", { status: ready }), 200);
  return where;
}

const budgetsOf = (ns: string) => `/apis/policy/v1/namespaces/${ns}/poddisruptionbudgets`;

async function makeBudget(wire: Wire, ns: string, given: Json, allowed: number): Promise<string> {
  const { name = "b", ...spec } = given;
  const body = { metadata: { name }, spec: { selector: { matchLabels: { app: "x" } }, ...spec } };
  must(await wire.post(budgetsOf(ns), body), 201);
  const where = `${budgetsOf(ns)}/${String(name)}`;
  await eventually(async () => {
    const { body: now } = await wire.get(where);
    return at(now, "status.observedGeneration") === 1 && at(now, "status.disruptionsAllowed") === allowed
      ? true
      : undefined;
  });
  return where;
}

const eviction = (name: string, options?: Json) => ({
  apiVersion: "policy/v1",
  kind: "Eviction",
  metadata: { name },
  ...(options === undefined ? {} : { deleteOptions: options }),
});

const podBehaviour: readonly Behaviour[] = [
  {
    name: "a new pod gets its defaults and waits",
    run: async (wire) => {
      const ns = await wire.namespace();
      const pod = await makePod(wire, ns, aPod("p", {}, unscheduled));
      assert.equal(at(pod, "status.phase"), "Pending");
      assert.equal(at(pod, "status.qosClass"), "BestEffort");
      assert.equal(at(pod, "spec.restartPolicy"), "Always");
      assert.equal(at(pod, "spec.terminationGracePeriodSeconds"), 30);
      assert.equal(at(pod, "spec.dnsPolicy"), "ClusterFirst");
      assert.equal(at(pod, "spec.containers.0.imagePullPolicy"), "IfNotPresent");
      const tolerations = list(pod, "spec.tolerations").map(
        (one) => `${String(one["key"])} ${String(one["tolerationSeconds"])}`,
      );
      assert.deepEqual(tolerations.toSorted(byText), [
        "node.kubernetes.io/not-ready 300",
        "node.kubernetes.io/unreachable 300",
      ]);
    },
  },
  {
    name: "a pod's node and containers cannot be changed by hand",
    run: async (wire) => {
      const ns = await wire.namespace();
      await makePod(wire, ns, aPod("p", {}, unscheduled));
      const where = `${inNamespace(ns, "pods")}/p`;
      const answer = await wire.patch(where, "merge", { spec: { nodeName: "elsewhere" } });
      refused(answer, 422, "Invalid", /spec: Forbidden: pod updates may not change fields other than/);
      must(
        await wire.patch(where, "strategic", { spec: { containers: [{ name: "c", image: "c:2" }] } }),
        200,
      );
    },
  },
  {
    name: "a pod that nobody runs is deleted at once",
    run: async (wire) => {
      const ns = await wire.namespace();
      await makePod(wire, ns, aPod("p", {}, unscheduled));
      must(await wire.delete(`${inNamespace(ns, "pods")}/p`), 200);
      must(await wire.get(`${inNamespace(ns, "pods")}/p`), 404);
    },
  },
  {
    name: "a pod on a node gets its grace, and goes when the grace is zero",
    run: (wire) =>
      withNode(wire, async (node) => {
        const where = await runningPod(wire, await wire.namespace(), node, "p");
        const asked = must(await wire.delete(where), 200);
        assert.equal(at(asked.body, "metadata.deletionGracePeriodSeconds"), 30);
        const at30 = String(at(asked.body, "metadata.deletionTimestamp"));
        const again = must(await wire.delete(where), 200);
        assert.equal(at(again.body, "metadata.deletionTimestamp"), at30);
        const shorter = must(await wire.delete(where, { gracePeriodSeconds: 5 }), 200);
        assert.equal(at(shorter.body, "metadata.deletionGracePeriodSeconds"), 5);
        assert.ok(String(at(shorter.body, "metadata.deletionTimestamp")) < at30);
        must(await wire.get(where), 200);
        must(await wire.delete(where, { gracePeriodSeconds: 0 }), 200);
        must(await wire.get(where), 404);
      }),
  },
  {
    name: "a deleted pod's generation rises with its deletion",
    run: (wire) =>
      withNode(wire, async (node) => {
        const where = await runningPod(wire, await wire.namespace(), node, "p");
        const before = Number(at((await wire.get(where)).body, "metadata.generation"));
        const asked = must(await wire.delete(where), 200);
        assert.equal(at(asked.body, "metadata.generation"), before + 1);
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "a finished pod is deleted at once",
    run: (wire) =>
      withNode(wire, async (node) => {
        const where = await runningPod(wire, await wire.namespace(), node, "p");
        must(await wire.patch(`${where}/status`, "merge", { status: { phase: "Succeeded" } }), 200);
        must(await wire.delete(where), 200);
        must(await wire.get(where), 404);
      }),
  },
  {
    name: "a binding gives a pod its node, once",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        await makePod(wire, ns, aPod("p", {}, unscheduled));
        const where = `${inNamespace(ns, "pods")}/p`;
        const binding = {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { name: "p" },
          target: { kind: "Node", name: node },
        };
        must(await wire.post(`${where}/binding`, binding), 201);
        const bound = (await wire.get(where)).body;
        assert.equal(at(bound, "spec.nodeName"), node);
        const scheduled = list(bound, "status.conditions").find((one) => one["type"] === "PodScheduled");
        assert.equal(scheduled?.["status"], "True");
        refused(
          await wire.post(`${where}/binding`, binding),
          409,
          "Conflict",
          /pod p is already assigned to node/,
        );
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "pods are found by their node and their phase",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const where = await runningPod(wire, ns, node, "p");
        await makePod(wire, ns, aPod("q", {}, unscheduled));
        const selector = encodeURIComponent(`spec.nodeName=${node},status.phase!=Failed`);
        const found = must(await wire.get(`/api/v1/pods?fieldSelector=${selector}`), 200);
        assert.deepEqual(
          list(found.body, "items").map((pod) => at(pod, "metadata.name")),
          ["p"],
        );
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "a node's provider id is set once",
    run: (wire) =>
      withNode(wire, async (node) => {
        const where = `/api/v1/nodes/${node}`;
        must(await wire.patch(where, "merge", { spec: { providerID: "sim://1" } }), 200);
        const answer = await wire.patch(where, "merge", { spec: { providerID: "sim://2" } });
        refused(
          answer,
          422,
          "Invalid",
          /spec\.providerID: Forbidden: node updates may not change providerID/,
        );
      }),
  },
  {
    name: "a node's status is its own to change, and cordoning is not there",
    run: (wire) =>
      withNode(wire, async (node) => {
        const where = `/api/v1/nodes/${node}`;
        const change = { spec: { unschedulable: true }, status: { capacity: { cpu: "4" } } };
        const { body } = must(await wire.patch(`${where}/status`, "merge", change), 200);
        assert.equal(at(body, "spec.unschedulable"), undefined);
        assert.equal(at(body, "status.capacity.cpu"), "4");
        must(await wire.patch(where, "strategic", { spec: { unschedulable: true } }), 200);
        const cordoned = must(await wire.patch(where, "strategic", { spec: { unschedulable: null } }), 200);
        assert.equal(at(cordoned.body, "spec.unschedulable"), undefined);
      }),
  },
  {
    name: "a taint without an effect is refused",
    run: (wire) =>
      withNode(wire, async (node) => {
        const answer = await wire.patch(`/api/v1/nodes/${node}`, "merge", {
          spec: { taints: [{ key: "a" }] },
        });
        refused(
          answer,
          422,
          "Invalid",
          /taints\[0\]\.effect: Unsupported value: ""|taints\[0\]\.effect: Required value/,
        );
      }),
  },
];

const evictions: readonly Behaviour[] = [
  {
    name: "a pod under no budget is evicted with its grace, and says why",
    run: (wire) =>
      withNode(wire, async (node) => {
        const where = await runningPod(wire, await wire.namespace(), node, "p");
        const done = must(await wire.post(`${where}/eviction`, eviction("p")), 201);
        assert.equal(at(done.body, "status"), "Success");
        const pod = (await wire.get(where)).body;
        assert.ok(at(pod, "metadata.deletionTimestamp"));
        const target = list(pod, "status.conditions").find((one) => one["type"] === "DisruptionTarget");
        assert.equal(target?.["reason"], "EvictionByEvictionAPI");
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "a budget without room answers 429, with its need and without a hint",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const where = await runningPod(wire, ns, node, "p");
        await makeBudget(wire, ns, { minAvailable: 1 }, 0);
        await eventually(async () =>
          at((await wire.get(`${budgetsOf(ns)}/b`)).body, "status.currentHealthy") === 1 ? true : undefined,
        );
        const answer = await wire.post(`${where}/eviction`, eviction("p"));
        refused(
          answer,
          429,
          "TooManyRequests",
          /^Cannot evict pod as it would violate the pod's disruption budget\.$/,
        );
        assert.deepEqual(at(answer.body, "details.causes.0"), {
          reason: "DisruptionBudget",
          message: "The disruption budget b needs 1 healthy pods and has 1 currently",
        });
        assert.equal(at(answer.body, "details.retryAfterSeconds"), undefined);
        assert.equal(at((await wire.get(where)).body, "metadata.deletionTimestamp"), undefined);
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "a budget that its controller has not looked at answers 429 with a hint",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const where = await runningPod(wire, ns, node, "p");
        const budget = await makeBudget(wire, ns, { minAvailable: 0 }, 1);
        must(await wire.patch(`${budget}/status`, "merge", { status: { observedGeneration: 0 } }), 200);
        const answer = await wire.post(`${where}/eviction`, eviction("p"));
        // The controller may be quicker than we are.
        if (answer.code === 429) {
          refused(answer, 429, "TooManyRequests", /disruption budget/);
          assert.equal(at(answer.body, "details.retryAfterSeconds"), 10);
          assert.match(answer.text, /The disruption budget b is still being processed by the server\./);
        }
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "a budget with room lets one go, counts it and then has none",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const first = await runningPod(wire, ns, node, "p");
        const second = await runningPod(wire, ns, node, "q");
        await makeBudget(wire, ns, { minAvailable: 1 }, 1);
        must(await wire.post(`${first}/eviction`, eviction("p")), 201);
        must(await wire.post(`${second}/eviction`, eviction("q")), 429);
        for (const where of [first, second]) await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "two budgets over one pod answer 500, always",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const where = await runningPod(wire, ns, node, "p");
        await makeBudget(wire, ns, { minAvailable: 0 }, 1);
        await makeBudget(wire, ns, { name: "c", minAvailable: 0 }, 1);
        const answer = await wire.post(`${where}/eviction`, eviction("p"));
        refused(
          answer,
          500,
          "",
          /^This pod has more than one PodDisruptionBudget, which the eviction subresource does not support\.$/,
        );
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "a pod that does not run yet needs no budget",
    run: async (wire) => {
      const ns = await wire.namespace();
      await makePod(wire, ns, aPod("p", { labels: { app: "x" } }, unscheduled));
      await makeBudget(wire, ns, { minAvailable: 1 }, 0);
      must(await wire.post(`${inNamespace(ns, "pods")}/p/eviction`, eviction("p")), 201);
    },
  },
  {
    name: "an unhealthy pod goes freely when the budget says AlwaysAllow",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const where = await runningPod(wire, ns, node, "p");
        const sick = { status: { conditions: [{ type: "Ready", status: "False" }] } };
        must(await wire.patch(`${where}/status`, "strategic", sick), 200);
        await makeBudget(wire, ns, { minAvailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" }, 0);
        must(await wire.post(`${where}/eviction`, eviction("p")), 201);
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "an eviction of another uid is a Conflict that says so",
    run: (wire) =>
      withNode(wire, async (node) => {
        const where = await runningPod(wire, await wire.namespace(), node, "p");
        const uid = "00000000-0000-4000-8000-000000000000";
        const answer = await wire.post(`${where}/eviction`, eviction("p", { preconditions: { uid } }));
        refused(
          answer,
          409,
          "Conflict",
          /the UID in the precondition \(00000000-.*\) does not match the UID in record/,
        );
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "an eviction of a pod that is not there is NotFound",
    run: async (wire) => {
      const ns = await wire.namespace();
      refused(
        await wire.post(`${inNamespace(ns, "pods")}/p/eviction`, eviction("p")),
        404,
        "NotFound",
        /pods "p" not found/,
      );
    },
  },
  {
    name: "a dry run of an eviction costs nothing",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const where = await runningPod(wire, ns, node, "p");
        const budget = await makeBudget(wire, ns, { minAvailable: 0 }, 1);
        must(await wire.post(`${where}/eviction?dryRun=All`, eviction("p")), 201);
        assert.equal(at((await wire.get(where)).body, "metadata.deletionTimestamp"), undefined);
        assert.equal(at((await wire.get(budget)).body, "status.disruptionsAllowed"), 1);
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "in a namespace that is going away an eviction is forbidden",
    run: (wire) =>
      withNode(wire, async (node) => {
        const ns = await wire.namespace();
        const where = await runningPod(wire, ns, node, "p");
        must(await wire.delete(`/api/v1/namespaces/${ns}`), 200);
        const answer = await wire.post(`${where}/eviction`, eviction("p"));
        refused(answer, 403, "Forbidden", /because it is being terminated/);
        assert.equal(at(answer.body, "details.causes.0.reason"), "NamespaceTerminating");
        await wire.delete(where, { gracePeriodSeconds: 0 });
      }),
  },
  {
    name: "a budget of both kinds is refused",
    run: async (wire) => {
      const ns = await wire.namespace();
      const body = { metadata: { name: "b" }, spec: { minAvailable: 1, maxUnavailable: 1 } };
      refused(
        await wire.post(budgetsOf(ns), body),
        422,
        "Invalid",
        /minAvailable and maxUnavailable cannot be both set/,
      );
    },
  },
];

export const podBehaviours: readonly Behaviour[] = [...podBehaviour, ...evictions];
