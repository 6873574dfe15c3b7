/** The answers of the Eviction API, in the words of a kube-apiserver 1.36. */
import assert from "node:assert/strict";
import test from "node:test";
import type { EvictionAnswer } from "../ports/kube.ts";
import { evict } from "./evict.ts";
import { type StatusParts, answer, answerStatus, plainTransport, startServer } from "./testing.ts";

const pod = { name: "cart-0", namespace: "shop" };
const violated = "Cannot evict pod as it would violate the pod's disruption budget.";

function budgetStatus(message: string, retryAfterSeconds?: number): StatusParts {
  const causes = [{ reason: "DisruptionBudget", message }];
  return { reason: "TooManyRequests", message: violated, details: { retryAfterSeconds, causes } };
}

interface Case {
  readonly what: string;
  readonly code: number;
  readonly status: StatusParts;
  readonly expected: EvictionAnswer;
}

const needs = "The disruption budget web needs 2 healthy pods and has 2 currently";
const processing = "The disruption budget web is still being processed by the server.";
const tooMany =
  "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
const terminating = "unable to create new content in namespace shop because it is being terminated";
const otherUid =
  'Operation cannot be fulfilled on Pod "cart-0": the UID in the precondition (u1) does not match the UID in record (u2).';
const negative = 'poddisruptionbudget.policy "web" is forbidden: pdb disruptions allowed is negative';
const contended = 'couldn\'t update PodDisruptionBudget "web" due to conflicts';

const cases: readonly Case[] = [
  {
    what: "a budget at its limit blocks without a hint",
    code: 429,
    status: budgetStatus(needs),
    expected: { kind: "Blocked", retryAfterMs: null, message: `${violated} ${needs}` },
  },
  {
    what: "a budget whose controller has to catch up blocks with a hint",
    code: 429,
    status: budgetStatus(processing, 10),
    expected: { kind: "Blocked", retryAfterMs: 10_000, message: `${violated} ${processing}` },
  },
  {
    what: "two budgets over one pod can never be met",
    code: 500,
    status: { message: tooMany },
    expected: { kind: "TooManyBudgets", message: tooMany },
  },
  {
    what: "a namespace that is being deleted takes the pod itself",
    code: 403,
    status: {
      reason: "Forbidden",
      message: terminating,
      details: { causes: [{ reason: "NamespaceTerminating", message: "" }] },
    },
    expected: { kind: "NamespaceTerminating", message: terminating },
  },
  {
    what: "a pod that is not there is gone",
    code: 404,
    status: { reason: "NotFound", message: 'pods "cart-0" not found', details: { name: "cart-0" } },
    expected: { kind: "Gone" },
  },
  {
    what: "a pod of the same name with another UID means that ours is gone",
    code: 409,
    status: { reason: "Conflict", message: otherUid },
    expected: { kind: "Gone" },
  },
  {
    what: "a budget in an impossible state blocks, and is no missing permission",
    code: 403,
    status: { reason: "Forbidden", message: negative },
    expected: { kind: "Blocked", retryAfterMs: null, message: negative },
  },
  {
    what: "a budget that many write at once blocks with a hint",
    code: 504,
    status: { reason: "Timeout", message: contended, details: { retryAfterSeconds: 10 } },
    expected: { kind: "Blocked", retryAfterMs: 10_000, message: contended },
  },
];

for (const { what, code, status, expected } of cases) {
  test(what, async (t) => {
    const server = await startServer((_, response) => answerStatus(response, code, status));
    const transport = plainTransport(server.url);
    t.after(() => Promise.all([transport.close(), server.close()]));
    assert.deepEqual(await evict(transport, pod, "u1"), expected);
  });
}

test("an eviction names the pod by UID", async (t) => {
  const server = await startServer((_, response) =>
    answer(response, 201, { kind: "Status", status: "Success" }),
  );
  const transport = plainTransport(server.url);
  t.after(() => Promise.all([transport.close(), server.close()]));
  assert.deepEqual(await evict(transport, pod, "u1"), { kind: "Evicted" });
  assert.equal(server.seen[0]?.path, "/api/v1/namespaces/shop/pods/cart-0/eviction");
  assert.deepEqual(server.seen[0]?.body, {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: pod,
    deleteOptions: { preconditions: { uid: "u1" } },
  });
});
