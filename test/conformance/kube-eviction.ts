/** How the Eviction API answers, through the port. */
import assert from "node:assert/strict";
import { isPortError } from "../../src/ports/errors.ts";
import { type KubePortBehaviour, aBudget, aPod, uniqueName } from "./kube-world.ts";

const limit = { currentHealthy: 1, desiredHealthy: 1, expectedPods: 1, disruptionsAllowed: 0 };

export const evictionBehaviours: readonly KubePortBehaviour[] = [
  {
    name: "a pod under no budget is evicted: it is told to go, or gone",
    run: async (world) => {
      const pod = await aPod(world, { name: uniqueName("evict") });
      assert.deepEqual(await world.kube.evict(pod.metadata, pod.metadata.uid ?? ""), { kind: "Evicted" });
      const after = await world.kube.get("Pod", pod.metadata).catch((error: unknown) => {
        if (isPortError(error, "NotFound")) return null;
        throw error;
      });
      assert.ok(after === null || after.metadata.deletionTimestamp !== undefined);
    },
  },
  {
    name: "a pod that is not there, or is another one by now, is Gone",
    run: async (world) => {
      const pod = await aPod(world, { name: uniqueName("gone") });
      const otherUid = "00000000-0000-4000-8000-000000000000";
      assert.deepEqual(await world.kube.evict(pod.metadata, otherUid), { kind: "Gone" });
      assert.equal((await world.kube.get("Pod", pod.metadata)).metadata.deletionTimestamp, undefined);
      const missing = { name: uniqueName("gone"), namespace: "default" };
      assert.deepEqual(await world.kube.evict(missing, otherUid), { kind: "Gone" });
    },
  },
  {
    name: "a budget at its limit blocks, without a hint, and says what it needs",
    run: async (world) => {
      const app = uniqueName("blocked");
      const pod = await aPod(world, { name: app, labels: { app } });
      await aBudget(world, app, limit);
      const answer = await world.kube.evict(pod.metadata, pod.metadata.uid ?? "");
      assert.equal(answer.kind, "Blocked");
      if (answer.kind !== "Blocked") return;
      assert.equal(answer.retryAfterMs, null);
      assert.match(answer.message, /disruption budget .* needs 1 healthy pods and has 1 currently/);
      assert.equal((await world.kube.get("Pod", pod.metadata)).metadata.deletionTimestamp, undefined);
    },
  },
  {
    name: "a budget that allows one disruption lets one pod go and counts it",
    run: async (world) => {
      const app = uniqueName("allowed");
      const pods = [
        await aPod(world, { name: `${app}-1`, labels: { app } }),
        await aPod(world, { name: `${app}-2`, labels: { app } }),
      ];
      await aBudget(world, app, {
        currentHealthy: 2,
        desiredHealthy: 1,
        expectedPods: 2,
        disruptionsAllowed: 1,
      });
      const answers: string[] = [];
      for (const { metadata } of pods)
        answers.push((await world.kube.evict(metadata, metadata.uid ?? "")).kind);
      assert.deepEqual(answers, ["Evicted", "Blocked"]);
    },
  },
  {
    name: "two budgets over one pod are TooManyBudgets",
    run: async (world) => {
      const app = uniqueName("two");
      const pod = await aPod(world, { name: app, labels: { app } });
      await aBudget(world, app, limit);
      await aBudget(world, app, limit);
      const answer = await world.kube.evict(pod.metadata, pod.metadata.uid ?? "");
      assert.equal(answer.kind, "TooManyBudgets");
    },
  },
  {
    name: "a pod of a namespace that is being deleted is left to that",
    run: async (world) => {
      const metadata = { name: uniqueName("dying") };
      await world.kube.create("Namespace", { apiVersion: "v1", kind: "Namespace", metadata });
      const pod = await aPod(world, { name: "p", namespace: metadata.name });
      await world.kube.delete("Namespace", metadata);
      const answer = await world.kube.evict(pod.metadata, pod.metadata.uid ?? "");
      assert.equal(answer.kind, "NamespaceTerminating");
    },
  },
];
