/** Builders for tests: what stands around a pool's machines. Tests import them from testing.ts. */
import type { Budget, Capabilities, Evidence, Instance, Instant, Node, Pod, ProviderView } from "./model.ts";
import { dayMs, instantOf } from "./time.ts";

/** A Wednesday in summer: the "now" of tests that do not care which. */
export const noon: Instant = instantOf("2026-07-01T12:00:00Z");

export const aRegion = "cn-hangzhou";
export const aVersion = "v1.36.3";
const family = "AlibabaCloudLinux";

export function anInstance(wishes: Partial<Instance> = {}): Instance {
  const id = wishes.id ?? "i-web-1";
  return {
    id,
    state: "Running",
    isBusy: false,
    zone: "cn-hangzhou-a",
    instanceType: "ecs.g7.large",
    chargeType: "PayAsYouGo",
    systemDiskId: `d-${id}`,
    dataDiskIds: [],
    tags: {},
    createdAt: noon - dayMs,
    addresses: [],
    providerId: null,
    hostEvent: null,
    ...wishes,
  };
}

export function aNode(wishes: Partial<Node> = {}): Node {
  const name = wishes.name ?? `${aRegion}.i-web-1`;
  return {
    name,
    uid: uidOf(name),
    resourceVersion: "1",
    createdAt: noon - dayMs,
    labels: { "poolkeeper.dev/pool": "web" },
    annotations: {},
    taints: [],
    isUnschedulable: false,
    ready: "True",
    bootId: `boot-${name}`,
    kubeletVersion: aVersion,
    allocatable: { cpuMilli: 4000, memoryMiB: 8192 },
    ...wishes,
  };
}

/** A Running, Ready pod of ReplicaSet shop/cart with the label app=cart. */
export function aPod(wishes: Partial<Pod> = {}): Pod {
  const name = wishes.name ?? "cart-0";
  return {
    namespace: "shop",
    name,
    uid: uidOf(`${wishes.namespace ?? "shop"}/${name}`),
    nodeName: `${aRegion}.i-web-1`,
    labels: { app: "cart" },
    phase: "Running",
    isReady: true,
    deletionAt: null,
    owner: { kind: "ReplicaSet", name: "cart", uid: uidOf("cart") },
    isMirror: false,
    hasLocalStorage: false,
    safeToEvict: null,
    priorityClass: "",
    requests: { cpuMilli: 100, memoryMiB: 128 },
    ...wishes,
  };
}

/** The budget of app=cart: three pods, two of them needed, so one may go. */
export function aBudget(wishes: Partial<Budget> = {}): Budget {
  return {
    namespace: "shop",
    name: "cart",
    selector: { matchLabels: { app: "cart" } },
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
    isCurrent: true,
    disruptedPods: 0,
    unhealthyPods: "IfHealthyBudget",
    ...wishes,
  };
}

export const healthy: Evidence = {
  notReadyForMs: null,
  silentForMs: null,
  problems: [],
  downForMs: null,
  vanishedForMs: null,
};

export const aProvider: ProviderView = {
  name: "simulator",
  region: aRegion,
  catalogue: {
    zones: ["cn-hangzhou-a", "cn-hangzhou-b", "cn-hangzhou-c"],
    images: ["3.0", "3.1"].map((image) => ({
      family,
      version: image,
      kubernetesVersions: ["v1.35.2", aVersion],
      operatingSystem: "linux" as const,
    })),
    instanceTypes: [{ name: "ecs.g7.large", cpu: 4, memoryMiB: 8192, architecture: "amd64" }],
  },
  isListComplete: true,
  message: "",
  capabilities: capableOf(),
};

/** Everything a provider of instances may offer; its nodes look after themselves. */
export function capableOf(wishes: Partial<Capabilities> = {}): Capabilities {
  return {
    restartService: true,
    replaceSystemDisk: true,
    subscription: true,
    joinsWithToken: false,
    initializesNodes: false,
    ...wishes,
  };
}

export function uidOf(name: string): string {
  return `uid-${name}`;
}
