/** Each step: what it sends, and when it is over. */
import assert from "node:assert/strict";
import test from "node:test";
import { type Brief, doing, waiting } from "./testing-brief.ts";
import { act, create, ours, reboot, release, restart, type Scene, since, stopped } from "./testing-step.ts";
import { aPod } from "./testing.ts";
import { hourMs, minuteMs } from "./time.ts";

type Case = readonly [name: string, scene: Scene, expected: Brief];

function table(cases: readonly Case[]): void {
  for (const [name, wishes, expected] of cases) test(name, () => assert.deepEqual(act(wishes), expected));
}

table([
  [
    "a request is sent until the instance is seen",
    { operation: { ...create, step: "Request" }, instance: null, node: null, ...ours },
    doing("RequestInstance web-1"),
  ],
  [
    "but not before the request is written down",
    { operation: { ...create, step: "Request" }, instance: null, node: null },
    waiting("web-1 StepStuck"),
  ],
  [
    "an instance that is seen ends the request",
    { operation: { ...create, step: "Request" }, node: null },
    doing("web-1: Create Create Boot"),
  ],
  [
    "a booting instance is waited for",
    { operation: { ...create, step: "Boot" }, instance: { state: "Starting" }, node: null },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "a running instance has booted",
    { operation: { ...create, step: "Boot" } },
    doing("web-1: Create Create Join"),
  ],
  [
    "a node that is not ready has not joined",
    { operation: { ...create, step: "Join" }, node: { ready: "False" } },
    waiting("web-1 AwaitingNode"),
  ],
  ["a ready node has joined", { operation: { ...create, step: "Join" } }, doing("web-1: Create Succeeded")],
  [
    "a node is cordoned first",
    { operation: { step: "Cordon" }, node: { isUnschedulable: false, annotations: {} } },
    doing("CordonNode web-1"),
  ],
  [
    "a node that a person has cordoned is taken as it is",
    { operation: { step: "Cordon" }, node: { annotations: {} } },
    doing("web-1: Upgrade ReplaceSystemDisk Drain"),
  ],
  [
    "a node that is missing needs no cordon",
    { operation: { step: "Cordon" }, node: null },
    doing("web-1: Upgrade ReplaceSystemDisk Drain"),
  ],
  [
    "pods are evicted in the drain",
    { operation: { step: "Drain" }, pods: [aPod({ name: "a" }), aPod({ name: "b" })] },
    doing("EvictPod web-1 a", "EvictPod web-1 b"),
  ],
  [
    "an empty node is drained",
    { operation: { step: "Drain" } },
    doing("web-1: Upgrade ReplaceSystemDisk Stop"),
  ],
  [
    "without a drain the pods are left to what follows",
    { operation: { step: "Drain", options: { drain: false, release: false } }, pods: [aPod()] },
    doing("web-1: Upgrade ReplaceSystemDisk Stop"),
  ],
  [
    "a node that a person made schedulable during the drain is left alone, also when it is empty",
    { operation: { step: "Drain" }, node: { isUnschedulable: false } },
    waiting("web-1 UncordonedByPerson"),
  ],
  [
    "a node that has joined since the drain began is cordoned then",
    { operation: { step: "Drain" }, node: { isUnschedulable: false, annotations: {} } },
    doing("CordonNode web-1"),
  ],
  [
    "pods of an instance that is gone are not waited for",
    {
      operation: { ...release, step: "Drain" },
      pods: [aPod()],
      instance: null,
      status: { instanceId: "i-web-1" },
      around: { evidence: { "web-1": { vanishedForMs: minuteMs } } },
    },
    doing("web-1: Remove Release Stop"),
  ],
  ["a running instance is stopped", { operation: { step: "Stop" } }, doing("StopInstance web-1")],
  [
    "a busy instance is not touched",
    { operation: { step: "Stop" }, instance: { isBusy: true } },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "a stopped instance is stopped",
    { operation: { step: "Stop" }, instance: stopped },
    doing("web-1: Upgrade ReplaceSystemDisk ReplaceDisk"),
  ],
  [
    "the disk of a stopped instance is replaced",
    { operation: { step: "ReplaceDisk" }, instance: stopped },
    doing("ReplaceSystemDisk web-1"),
  ],
  [
    "a disk that is being replaced is waited for",
    { operation: { step: "ReplaceDisk" }, instance: { ...stopped, isBusy: true, systemDiskId: "d-new" } },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "another disk on an idle instance ends the replacement",
    { operation: { step: "ReplaceDisk" }, instance: { ...stopped, systemDiskId: "d-new" } },
    doing("web-1: Upgrade ReplaceSystemDisk Start"),
  ],
  [
    "a disk is never taken for new when nobody noted the one before",
    { operation: { step: "ReplaceDisk", prior: {} }, instance: stopped },
    doing("ReplaceSystemDisk web-1"),
  ],
  [
    "a stopped instance is started",
    { operation: { step: "Start" }, instance: stopped },
    doing("StartInstance web-1"),
  ],
  [
    "a running instance has started",
    { operation: { step: "Start" } },
    doing("web-1: Upgrade ReplaceSystemDisk AwaitReady"),
  ],
  [
    "an instance that stands still all the same, whoever saw it running, is started",
    { operation: { step: "AwaitReady" }, instance: stopped, node: { bootId: "boot-before" } },
    doing("StartInstance web-1"),
  ],
  [
    "a node that is ready with the old boot is old news",
    { operation: { step: "AwaitReady" }, node: { bootId: "boot-before" } },
    waiting("web-1 AwaitingNode"),
  ],
  [
    "a node that is ready with another boot is back",
    { operation: { step: "AwaitReady" } },
    doing("web-1: Upgrade ReplaceSystemDisk Restore"),
  ],
  ["our cordon is lifted at the end", { operation: { step: "Restore" } }, doing("UncordonNode web-1")],
  [
    "a person's cordon stays at the end",
    { operation: { step: "Restore" }, node: { annotations: {} } },
    doing("web-1: Upgrade Succeeded"),
  ],
  [
    "our mark is taken off a node that a person has made schedulable",
    { operation: { step: "Restore" }, node: { isUnschedulable: false } },
    doing("UncordonNode web-1"),
  ],
  [
    "a node that has vanished meanwhile has nothing to restore",
    { operation: { step: "Restore" }, node: null },
    doing("web-1: Upgrade Succeeded"),
  ],
]);

table([
  [
    "a reboot is sent",
    { operation: { ...reboot, step: "Reboot", claimedBy: "us" }, node: { bootId: "boot-before" } },
    doing("RebootInstance web-1"),
  ],
  [
    "nobody sends a reboot that another one may have sent a moment ago (S25)",
    {
      operation: { ...reboot, step: "Reboot", claimedBy: "another", ...since(minuteMs) },
      node: { bootId: "boot-before" },
    },
    waiting("web-1 AwaitingNode"),
  ],
  [
    "where no boot followed it is taken over, and sent after that is written down",
    {
      operation: { ...reboot, step: "Reboot", claimedBy: "another", ...since(2 * minuteMs) },
      node: { bootId: "boot-before" },
    },
    doing("web-1: Repair Reboot Reboot"),
  ],
  [
    "a stopped instance is started instead of rebooted",
    { operation: { ...reboot, step: "Reboot" }, instance: stopped, node: { bootId: "boot-before" } },
    doing("StartInstance web-1"),
  ],
  [
    "a reboot that was accepted is over",
    {
      operation: { ...reboot, step: "Reboot" },
      node: { bootId: "boot-before" },
      outcome: { action: "RebootInstance" },
    },
    doing("web-1: Repair Reboot AwaitReady"),
  ],
  [
    "a reboot of another epoch says nothing",
    {
      operation: { ...reboot, step: "Reboot", claimedBy: "us" },
      node: { bootId: "boot-before" },
      outcome: { action: "RebootInstance", epoch: 0 },
    },
    doing("RebootInstance web-1"),
  ],
  [
    "the kubelet is restarted",
    { operation: { ...restart, step: "RestartService" } },
    doing("RestartService web-1"),
  ],
  [
    "a restart that was accepted is over",
    { operation: { ...restart, step: "RestartService" }, outcome: { action: "RestartService" } },
    doing("web-1: Repair RestartService AwaitHealthy"),
  ],
  [
    "a node that is ready is healthy",
    { operation: { ...restart, step: "AwaitHealthy" } },
    doing("web-1: Repair Succeeded"),
  ],
  [
    "an instance is released",
    { operation: { ...release, step: "Release" }, instance: stopped },
    doing("ReleaseInstance web-1"),
  ],
  [
    "a busy instance is not released yet",
    { operation: { ...release, step: "Release" }, instance: { ...stopped, isBusy: true } },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "a subscription is never released, whatever the plan says",
    { operation: { ...release, step: "Release" }, instance: { ...stopped, chargeType: "Subscription" } },
    waiting("web-1 StepStuck"),
  ],
  [
    "an instance is not gone because one list lacks it",
    { operation: { ...release, step: "Release" }, instance: null, status: { instanceId: "i-web-1" } },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "an instance is gone when complete lists lack it for a minute",
    {
      operation: { ...release, step: "Release" },
      instance: null,
      status: { instanceId: "i-web-1" },
      around: { evidence: { "web-1": { vanishedForMs: minuteMs } } },
    },
    doing("web-1: Remove Release DeleteNode"),
  ],
  [
    "an incomplete list shows nothing gone",
    {
      operation: { ...release, step: "Release" },
      instance: null,
      status: { instanceId: "i-web-1" },
      around: { evidence: { "web-1": { vanishedForMs: hourMs } }, provider: { isListComplete: false } },
    },
    waiting("web-1 AwaitingInstance"),
  ],
  [
    "an instance leaves the cluster",
    { operation: { ...release, plan: "Leave", step: "Leave" } },
    doing("LeaveCluster web-1"),
  ],
  ["its node is deleted", { operation: { ...release, step: "DeleteNode" } }, doing("DeleteNode web-1")],
  [
    "a node that is gone is deleted",
    { operation: { ...release, step: "DeleteNode" }, node: null },
    doing("web-1: Remove Release Forget"),
  ],
  [
    "the record goes last",
    { operation: { ...release, step: "Forget" }, node: null },
    doing("ForgetMachine web-1"),
  ],
]);
