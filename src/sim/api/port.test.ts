import assert from "node:assert/strict";
import test from "node:test";
import { isPortError, type PortErrorKind } from "../../ports/errors.ts";
import type { Kube } from "../../ports/kube.ts";
import { createSimKube } from "./port.ts";
import { aConfigMap, aPod, aWorld, type TestWorld } from "./testing.ts";

interface Refusal {
  readonly name: string;
  readonly kind: PortErrorKind;
  readonly words: RegExp;
  readonly ask: (kube: Kube, world: TestWorld) => Promise<unknown>;
}

const secret = (name: string, namespace = "default") => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, namespace },
});

const refusals: readonly Refusal[] = [
  {
    name: "an object that is not there",
    kind: "NotFound",
    words: /Cannot get Secret default\/a: secrets "a" not found/,
    ask: (kube) => kube.get("Secret", { name: "a", namespace: "default" }),
  },
  {
    name: "a kind that is not served",
    kind: "Invalid",
    words: /does not know this kind\. Install Poolkeeper's definitions with: poolkeeper install/,
    ask: (kube) => kube.list("ManagedNodePool"),
  },
  {
    name: "a name that is taken",
    kind: "AlreadyExists",
    words: /secrets "a" already exists/,
    ask: async (kube) => {
      await kube.create("Secret", secret("a"));
      await kube.create("Secret", secret("a"));
    },
  },
  {
    name: "an old version",
    kind: "Conflict",
    words: /the object has been modified/,
    ask: (kube) =>
      kube.create("Secret", secret("a")).then(async (made) => {
        await kube.patch("Secret", made.metadata, {
          type: "merge",
          body: { metadata: { labels: { a: "b" } } },
        });
        await kube.replace("Secret", { ...made, metadata: { ...made.metadata, labels: { a: "c" } } });
      }),
  },
  {
    name: "another uid",
    kind: "Conflict",
    words: /the UID in the precondition/,
    ask: async (kube) => {
      await kube.create("Secret", secret("a"));
      await kube.delete("Secret", { name: "a", namespace: "default" }, { uid: "x" });
    },
  },
  {
    name: "a name that breaks the rules",
    kind: "Invalid",
    words: /metadata\.name: Invalid value: "A"/,
    ask: (kube) => kube.create("Secret", secret("A")),
  },
  {
    name: "a namespace that is going",
    kind: "Denied",
    words: /because it is being terminated/,
    ask: async (kube, world) => {
      world.make("namespaces", { metadata: { name: "end" } });
      world.ask("delete", "namespaces", { name: "end" });
      await kube.create("Secret", secret("a", "end"));
    },
  },
];

for (const { name, kind, words, ask } of refusals) {
  test(`${name} is ${kind}`, async () => {
    const world = aWorld();
    await assert.rejects(ask(createSimKube(world.server), world), (error: unknown) => {
      assert.ok(isPortError(error, kind), String(error));
      assert.match(error.message, words);
      return true;
    });
  });
}

test("the port is in step with what is asked past it", async () => {
  const world = aWorld();
  world.make("configmaps", aConfigMap("a"));
  const kube = createSimKube(world.server);
  world.make("pods", aPod("p", { labels: { a: "b" } }));
  const { items, resourceVersion } = await kube.list("Pod", { labelSelector: "a=b" });
  assert.deepEqual(
    items.map((pod) => pod.metadata.name),
    ["p"],
  );
  assert.equal(resourceVersion, String(world.server.store.revision()));
});

test("a budget that is behind answers with its hint, in milliseconds", async () => {
  const world = aWorld();
  const kube = createSimKube(world.server);
  world.make("poddisruptionbudgets.policy", {
    metadata: { name: "b" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "x" } } },
  });
  const pod = world.make("pods", aPod("p", { labels: { app: "x" } }, { nodeName: "n" }));
  await kube.patch("Pod", pod.metadata, {
    type: "merge",
    subresource: "status",
    body: { status: { phase: "Running" } },
  });
  const answer = await kube.evict(pod.metadata, pod.metadata.uid);
  assert.equal(answer.kind, "Blocked");
  assert.equal(answer.kind === "Blocked" && answer.retryAfterMs, 10_000);
});
