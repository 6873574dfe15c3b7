/** The next step of one pod, state by state. */
import assert from "node:assert/strict";
import test from "node:test";
import type { PodObject } from "../../schema/kubernetes.ts";
import { nextPodStep } from "./pod.ts";

const now = Date.parse("2026-03-02T10:00:00Z");

const running = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } as const;

const cases: readonly (readonly [
  string,
  Partial<PodObject["metadata"]>,
  PodObject["status"],
  string | null,
])[] = [
  ["a pod without a status starts", {}, undefined, "Start 1000"],
  ["a pending pod starts", {}, { phase: "Pending" }, "Start 1000"],
  ["a running pod that is not ready gets ready", {}, { phase: "Running" }, "Ready 1000"],
  [
    "a slow pod gets ready when it is due",
    { annotations: { "poolkeeper.dev/sim-ready-seconds": "9" } },
    { phase: "Running" },
    "Ready 9000",
  ],
  ["a ready pod is left alone", {}, running, null],
  ["a finished pod is left alone", {}, { phase: "Succeeded" }, null],
  ["a failed pod is left alone", {}, { phase: "Failed" }, null],
  [
    "a pod deleted a second ago ends in another",
    { deletionTimestamp: "2026-03-02T10:00:29Z", deletionGracePeriodSeconds: 30 },
    running,
    "Finish 1000",
  ],
  [
    "a pod whose time is over ends at once",
    { deletionTimestamp: "2026-03-02T09:00:00Z", deletionGracePeriodSeconds: 30 },
    running,
    "Finish now",
  ],
  [
    "a deleted pod that never ran ends at once",
    { deletionTimestamp: "2026-03-02T10:00:30Z", deletionGracePeriodSeconds: 30 },
    { phase: "Pending" },
    "Finish now",
  ],
  [
    "a finished pod that is deleted goes",
    { deletionTimestamp: "2026-03-02T10:00:30Z", deletionGracePeriodSeconds: 30 },
    { phase: "Succeeded" },
    "Finish now",
  ],
  [
    "a pod that was ended and is held by a finalizer is left alone",
    { deletionTimestamp: "2026-03-02T10:00:00Z", deletionGracePeriodSeconds: 0 },
    running,
    null,
  ],
];

for (const [what, metadata, status, wanted] of cases) {
  test(what, () => {
    const pod: PodObject = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "default", name: "p", ...metadata },
      ...(status === undefined ? {} : { status }),
    };
    const step = nextPodStep(pod, now, 1000);
    const found = step === null ? null : `${step.kind} ${step.delayMs <= 0 ? "now" : step.delayMs}`;
    assert.equal(found, wanted);
  });
}
