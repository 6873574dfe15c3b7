/** What the REST API answers with: one schema per resource, for the documents, the tests and the console. No code of a server. */
import { z } from "zod";
import { instanceRequest, operationInHand, repairRecord } from "../schema/machine.ts";
import { operationSpec } from "../schema/operation.ts";
import { poolSpec, template } from "../schema/pool.ts";
import { catalogueImage, catalogueType, providerSpec } from "../schema/provider.ts";
import { windowSpec } from "../schema/window.ts";

const time = () => z.string().meta({ format: "date-time" });
const count = () => z.int().min(0);

/** A closed code, the facts it speaks of, and both as a sentence in the caller's language. */
export const said = z.object({
  reason: z.string().describe("Closed code, such as WindowClosed."),
  facts: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe("What the sentence speaks of: names, numbers, times."),
  sentence: z.string().describe("The same in the language of Accept-Language."),
  try: z.string().nullable().describe("The command that helps; null where the thing is waited out."),
});
export type Said = z.infer<typeof said>;

/** Somebody or something in the way, and since when. */
export const wait = said.extend({
  object: z.string().describe("Machine or object in the way, such as web-3 or Pod shop/cart-0."),
  since: time(),
});
export type Wait = z.infer<typeof wait>;

/** How a word of state is meant, for its colour. */
export const tone = z.enum(["Good", "Busy", "Bad", "Plain"]);
export type Tone = z.infer<typeof tone>;

export const state = z.object({
  code: z.string().describe("The code, such as Scaling. English and stable."),
  word: z.string().describe("The word for people, in the language of Accept-Language."),
  tone,
});
export type State = z.infer<typeof state>;

/** What every object carries. */
export const meta = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string(),
  version: z.string().describe("For If-Match. Changes with every write of the object or of its status."),
  createdTime: time(),
  deletingSince: time().nullable(),
  labels: z.record(z.string(), z.string()),
  managedBy: z.string().nullable().describe("Such as Argo CD or Flux, where the object is kept in Git."),
});
export type Meta = z.infer<typeof meta>;

export const condition = z.object({
  type: z.string(),
  word: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  tone,
  reason: z.string(),
  message: z.string(),
  since: time(),
});
export type ConditionView = z.infer<typeof condition>;

const image = z.object({ family: z.string(), version: z.string() });

export const opening = z.object({
  opens: time(),
  closes: time(),
  isOpen: z.boolean(),
  isEndless: z.boolean().describe("It does not close within the year that is looked ahead."),
});
export type OpeningView = z.infer<typeof opening>;

export const revision = z.object({
  number: z.int(),
  hash: z.string(),
  recordedTime: time(),
  isCurrent: z.boolean(),
  template: template.partial(),
  changes: z
    .array(
      z.object({
        field: z.string(),
        from: z.union([z.string(), z.number()]),
        to: z.union([z.string(), z.number()]),
      }),
    )
    .describe("Against the revision before it."),
});
export type RevisionView = z.infer<typeof revision>;

/** A pool with the numbers that `kubectl get mnp` shows. */
export const poolView = meta.extend({
  spec: poolSpec,
  state,
  message: z.string().describe("The state in a sentence; empty where the word says it all."),
  isSeen: z.boolean().describe("The controller has looked at the newest settings."),
  nodes: z.object({
    desired: count(),
    machines: count(),
    ready: count(),
    upToDate: count(),
    unavailable: count(),
  }),
  target: z
    .object({ image, kubernetesVersion: z.string() })
    .nullable()
    .describe("What new disks are made from."),
  revision: z.int().nullable(),
  nextWindow: opening.nullable(),
  waits: z.array(wait).describe("What it waits for, most telling first."),
  waitsOmitted: count().describe("How much more it waits for than is listed."),
});
export type PoolView = z.infer<typeof poolView>;

export const poolDetail = poolView.extend({
  conditions: z.array(condition),
  revisions: z.array(revision).describe("The newest first."),
  operations: z.array(z.string()).describe("Names of the operations under way."),
});
export type PoolDetail = z.infer<typeof poolDetail>;

/** A machine as a row of a table of ten thousand. */
export const machineView = meta.omit({ labels: true, managedBy: true }).extend({
  pool: z.string(),
  node: z.string().nullable(),
  instance: z.string().nullable(),
  state,
  message: z.string().describe("What the provider says of a machine that is late; empty otherwise."),
  step: z
    .object({ code: z.string(), word: z.string(), since: time(), operation: z.string().nullable() })
    .nullable()
    .describe("What is being done to it now."),
  zone: z.string().nullable(),
  instanceType: z.string().nullable(),
  image: image.nullable(),
  kubernetesVersion: z.string().nullable(),
  chargeType: z.enum(["PayAsYouGo", "Subscription"]),
  revision: z.int(),
  isReady: z.boolean(),
  isCordoned: z.boolean(),
  pods: count().nullable().describe("Pods on the node; null where you may not list pods."),
});
export type MachineView = z.infer<typeof machineView>;

const resources = z.object({ cpuMilli: z.number(), memoryMiB: z.number() });

/** What a drain would do to one pod of the node, as `poolkeeper drain NODE --explain` says it. */
export const podView = z.object({
  namespace: z.string(),
  name: z.string(),
  owner: z.string().describe("Such as ReplicaSet shop/cart; empty without a controller."),
  phase: z.string(),
  isReady: z.boolean(),
  verdict: z
    .enum(["Moves", "Ends", "Waits", "Never", "Going", "Stays"])
    .describe("What a drain does to it: never stands for a budget that can never allow it."),
  budgets: z.array(z.object({ name: z.string(), allowed: z.int() })),
  losesLocalData: z.boolean(),
  askedToStay: z.boolean(),
  requests: resources,
});
export type PodView = z.infer<typeof podView>;

export const machineDetail = machineView.extend({
  waits: z.array(wait),
  nodeConditions: z.array(
    z.object({
      type: z.string(),
      status: z.string(),
      reason: z.string(),
      message: z.string(),
      since: time().nullable(),
      isBad: z.boolean(),
    }),
  ),
  nodeInfo: z.record(z.string(), z.string()),
  nodeLabels: z.record(z.string(), z.string()),
  taints: z.array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() })),
  addresses: z.array(z.object({ type: z.string(), address: z.string() })),
  allocatable: resources.nullable(),
  requested: resources.nullable(),
  podList: z.array(podView).nullable().describe("Null where you may not list pods."),
  inHand: operationInHand.nullable(),
  lastOperation: z
    .object({
      kind: z.string(),
      word: z.string(),
      outcome: z.string(),
      reason: z.string(),
      message: z.string(),
      startedTime: time(),
      finishedTime: time(),
    })
    .nullable(),
  repairs: z.array(repairRecord),
  request: instanceRequest.nullable().describe("What the instance was asked for with."),
});
export type MachineDetail = z.infer<typeof machineDetail>;

/** One node of an operation: a row of its page. */
export const progressView = z.object({
  machine: z.string(),
  uid: z.string(),
  node: z.string().nullable(),
  state,
  step: z.object({ code: z.string(), word: z.string() }).nullable(),
  since: time().nullable(),
  finishedTime: time().nullable(),
  reason: z.string().nullable(),
  message: z.string(),
  waits: z.array(wait).describe("Pods and budgets in the way of this node."),
  steps: z
    .array(z.object({ code: z.string(), word: z.string(), startsTime: time(), endsTime: time().nullable() }))
    .describe("What was done to it in this run, in order; the one without an end goes on."),
});
export type ProgressView = z.infer<typeof progressView>;

export const operationView = meta.omit({ labels: true, managedBy: true }).extend({
  pool: z.string(),
  kind: operationSpec.shape.kind,
  word: z.string().describe("The kind for people."),
  state,
  message: z.string(),
  reason: z.string().nullable(),
  requestedBy: z.string(),
  cause: z.string().nullable().describe("Why the controller asked for it; null for a person's wish."),
  wanted: operationSpec.shape.state,
  approval: operationSpec.shape.approval,
  options: operationSpec.shape.options.unwrap(),
  target: z.object({ image, kubernetesVersion: z.string() }).nullable(),
  nodes: z.object({ total: count(), done: count(), running: count(), failed: count() }),
  startedTime: time().nullable(),
  finishedTime: time().nullable(),
  verbs: z
    .array(z.enum(["pause", "resume", "cancel", "retry", "skip", "approve", "deny"]))
    .describe("What would be granted now."),
});
export type OperationView = z.infer<typeof operationView>;

export const operationDetail = operationView.extend({
  machines: z.array(progressView).describe("In the order of the targets."),
});
export type OperationDetail = z.infer<typeof operationDetail>;

export const listedOpening = z.object({
  opens: time(),
  closes: time(),
  offset: z.string().describe("Offset from UTC when it opens, such as +02:00."),
  clockChangedOn: z.string().nullable().describe("Local day on which the clocks change before it."),
});

export const windowView = meta.extend({
  spec: windowSpec,
  isOpen: z.boolean(),
  openings: z.array(listedOpening).describe("The opening that runs and the next ones."),
  pools: z.array(z.string()).describe("Pools that keep to it."),
});
export type WindowView = z.infer<typeof windowView>;

export const providerView = meta.extend({
  spec: providerSpec,
  state,
  conditions: z.array(condition),
  quotas: z.array(z.object({ name: z.string(), limit: z.int(), used: z.int() })),
  orphans: z.array(z.object({ instanceId: z.string(), since: time(), message: z.string() })),
  offers: z.object({ zones: count(), images: count(), instanceTypes: count() }),
  observedTime: time().nullable(),
  pools: z.array(z.string()),
});
export type ProviderView = z.infer<typeof providerView>;

/** What a form for a new pool offers. */
export const catalogueView = z.object({
  provider: z.string(),
  region: z.string(),
  isKnown: z.boolean().describe("False until the provider has answered; then all lists are empty."),
  zones: z.array(z.string()),
  images: z.array(
    catalogueImage.extend({
      fitting: z.array(z.string()).describe("Its versions that this API server allows."),
    }),
  ),
  instanceTypes: z.array(catalogueType),
  chargeTypes: z.array(z.enum(["PayAsYouGo", "Subscription"])),
  serverVersion: z.string(),
  quotas: z.array(z.object({ name: z.string(), limit: z.int(), used: z.int() })),
});
export type CatalogueView = z.infer<typeof catalogueView>;

export const eventView = z.object({
  time: time(),
  type: z.string(),
  reason: z.string(),
  word: z.string(),
  object: z.object({ kind: z.string(), name: z.string() }),
  count: z.int(),
  note: z.string(),
});
export type EventView = z.infer<typeof eventView>;
