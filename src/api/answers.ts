/** How the API answers besides the resources themselves: pages, problems, previews, access, forecasts, the stream. No code of a server. */
import { z } from "zod";
import {
  listedOpening,
  machineView,
  operationView,
  poolView,
  providerView,
  said,
  state,
  windowView,
} from "./types.ts";

const time = () => z.string().meta({ format: "date-time" });
const count = () => z.int().min(0);

/** One page of a list. The next one begins with `continue`; null where this is the last. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({
    items: z.array(item),
    total: count().describe("Of all pages, after the filters."),
    continue: z.string().nullable(),
    asOf: time().describe("When the answer was made."),
    isCurrent: z.boolean().describe("False while the watches behind it are being renewed."),
  });

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly continue: string | null;
  readonly asOf: string;
  readonly isCurrent: boolean;
}

/** RFC 9457, with the closed reason, its facts, and what to do next. */
export const problem = z.object({
  type: z.string().describe("A URN of the reason."),
  title: z.string(),
  status: z.int(),
  detail: z
    .string()
    .describe("What is wrong, with what, and what was kept; in the language of Accept-Language."),
  instance: z.string().describe("The request, as it stands in the log."),
  reason: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  try: z.string().nullable().describe("The next command or request."),
  fields: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe("What is wrong with the request, field by field."),
  preview: z
    .lazy(() => outcome)
    .optional()
    .describe("What it would do, where that has to be confirmed first."),
});
export type Problem = z.infer<typeof problem>;

export const effectView = z.object({
  kind: z.string().describe("Closed code, such as ReleasesInstances."),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  sentence: z.string(),
  isWarning: z.boolean().describe("A person should not overlook it."),
});
export type EffectView = z.infer<typeof effectView>;

/** The answer to every wish: what it did, or with dryRun what it would do. Both come from the same place. */
export const outcome = z.object({
  outcome: z
    .enum(["Done", "DryRun", "Satisfied"])
    .describe("Satisfied: everything was as asked already, nothing was written."),
  sentence: z.string().describe("Why there was nothing to do; empty otherwise."),
  effects: z.array(effectView),
  friction: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("None") }),
      z.object({ kind: z.literal("Ask") }),
      z.object({ kind: z.literal("TypeName"), name: z.string() }),
    ])
    .describe("How sure a person must be. With TypeName the request must carry the name in `confirm`."),
  seen: z
    .string()
    .describe("Digest of the effects: send it back as `seen`, and nothing else is done than what was shown."),
  unseen: z
    .array(z.string())
    .describe("Kinds that you may not list, so that what happens to them is not foreseen."),
  changes: z.array(
    z.object({
      kind: z.enum(["Create", "Patch", "Delete"]),
      of: z.string(),
      name: z.string(),
      body: z.unknown().describe("The object or the merge patch; null for a deletion."),
    }),
  ),
  objects: z
    .array(z.object({ kind: z.string(), name: z.string(), uid: z.string(), version: z.string() }))
    .describe("As written. Empty with dryRun."),
});
export type Outcome = z.infer<typeof outcome>;

/** What a person may do here, each thing with the permission behind it. */
export const accessVerb = z.enum([
  "view",
  "createPool",
  "scale",
  "modify",
  "deletePool",
  "removeNodes",
  "upgrade",
  "repair",
  "sync",
  "changeOperation",
  "createWindow",
  "changeWindow",
  "deleteWindow",
  "createProvider",
  "deleteProvider",
  "viewNodes",
  "viewPods",
  "viewEvents",
]);
export type AccessVerb = z.infer<typeof accessVerb>;

export const permission = z.object({
  verb: z.string(),
  group: z.string(),
  resource: z.string(),
  subresource: z.string().nullable(),
  namespace: z.string().nullable(),
});
export type Permission = z.infer<typeof permission>;

export const grant = z.object({
  isAllowed: z.boolean(),
  missing: z.array(permission).describe("What the API server does not allow you."),
  sentence: z.string().describe("Why not; empty where it is allowed."),
});
export type Grant = z.infer<typeof grant>;

export const access = z.object({
  user: z.string(),
  groups: z.array(z.string()),
  namespace: z.string(),
  can: z.record(accessVerb, grant),
});
export type Access = z.infer<typeof access>;

export const session = z.object({
  isSignedIn: z.boolean(),
  user: z.string().nullable().describe("Null for a token: /access asks the API server whose it is."),
  way: z.enum(["LocalAdmin", "Token", "Oidc"]).nullable(),
  csrf: z
    .string()
    .nullable()
    .describe("To be sent as X-Poolkeeper-Csrf with every change that a cookie signs."),
  expiresTime: time().nullable(),
  ways: z.object({
    localAdmin: z.boolean().describe("By a one-time link that the start prints."),
    token: z.boolean().describe("By a bearer token of the cluster."),
    oidc: z.string().nullable().describe("Where to begin; null where no provider is set up."),
  }),
  cluster: z.object({ name: z.string(), server: z.string(), version: z.string(), isSimulated: z.boolean() }),
  namespace: z.string(),
  productVersion: z.string(),
  notReadyBecause: z.string().nullable(),
});
export type SessionView = z.infer<typeof session>;

/** A link that signs in once. */
export const link = z.object({ link: z.string(), expiresTime: time() });

export const blockerView = z.object({
  level: z.enum(["Block", "Warn"]),
  reason: z.string(),
  sentence: z.string(),
  machine: z.string(),
  node: z.string(),
  pod: z.string(),
  owner: z.string(),
  budgets: z.array(z.object({ name: z.string(), allowed: z.int() })),
});

/** An upgrade run ahead: when each node's turn comes, and what stands in the way. */
export const forecast = z.object({
  target: z.object({
    image: z.object({ family: z.string(), version: z.string() }),
    kubernetesVersion: z.string(),
  }),
  method: z.enum(["ReplaceSystemDisk", "ReplaceInstance"]),
  maxUnavailable: z.union([z.int(), z.string()]),
  turns: z.array(
    z.object({
      machine: z.string(),
      node: z.string(),
      startsTime: time(),
      endsTime: time(),
      outcome: z.enum(["Succeeded", "Blocked", "Failed"]),
      opening: z.int().nullable().describe("Index in `openings`; null without a window."),
    }),
  ),
  notReached: z.array(z.string()).describe("Machines whose turn never comes as things are."),
  finishesTime: time().nullable(),
  totalSeconds: z.number().nullable(),
  windowsNeeded: z.int(),
  openings: z.array(listedOpening),
  hold: said.nullable().describe("Why it never gets through."),
  blockers: z.array(blockerView).nullable().describe("Null where you may not list pods."),
});
export type Forecast = z.infer<typeof forecast>;

const tally = z.object({ state, count: count() });

/** The whole fleet on one screen. */
export const fleet = z.object({
  pools: z.array(tally),
  machines: z.array(tally),
  nodes: z.object({ desired: count(), machines: count(), ready: count(), upToDate: count() }),
  operations: z.array(operationView).describe("Those under way."),
  waits: z.array(z.object({ pool: z.string(), wait: said.extend({ object: z.string(), since: time() }) })),
  windows: z.array(
    z.object({
      name: z.string(),
      isOpen: z.boolean(),
      opens: time(),
      closes: time(),
      pools: z.array(z.string()),
    }),
  ),
  approvals: z.array(z.string()).describe("Operations that wait for a person's approval."),
  providers: z.array(z.object({ name: z.string(), state, orphans: count() })),
  asOf: time(),
});
export type Fleet = z.infer<typeof fleet>;

/** Ten thousand nodes in one answer: each cell is machine, index of pool, of state, of zone. */
export const cells = z.object({
  pools: z.array(z.string()),
  states: z.array(state),
  zones: z.array(z.string()),
  cells: z.array(z.tuple([z.string(), z.int(), z.int(), z.int()])),
  asOf: time(),
});
export type Cells = z.infer<typeof cells>;

export const auditEntry = z.object({
  time: time(),
  who: z.string(),
  surface: z.string().describe("Such as poolkeeper-api, poolkeeper-cli, kubectl-edit, or controller."),
  verb: z.string(),
  object: z.object({ kind: z.string(), name: z.string() }),
  pool: z.string().nullable(),
  detail: z.string(),
  result: z.string(),
  request: z.string().nullable().describe("Id of the request in the log, where it came through this API."),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const resourceName = z.enum(["pools", "machines", "operations", "windows", "providers"]);
export type ResourceName = z.infer<typeof resourceName>;

/**
 * What the stream sends, by the name of the event. `changed` always carries the object as it is now, so several changes
 * of one object may arrive as one. After `reset` everything has to be read anew.
 */
export const streamEvents = {
  ready: z.object({ resources: z.array(resourceName), asOf: time(), isCurrent: z.boolean() }),
  changed: z.union([
    z.object({ resource: z.literal("pools"), object: poolView }),
    z.object({ resource: z.literal("machines"), object: machineView }),
    z.object({ resource: z.literal("operations"), object: operationView }),
    z.object({ resource: z.literal("windows"), object: windowView }),
    z.object({ resource: z.literal("providers"), object: providerView }),
  ]),
  removed: z.object({ resource: resourceName, namespace: z.string(), name: z.string() }),
  reset: z.object({ why: z.enum(["TooOld", "Restarted", "Unknown"]) }),
  tick: z.object({ asOf: time(), isCurrent: z.boolean() }),
  end: z.object({ why: z.enum(["SignedOut", "NotPermitted", "Unanswered", "Stopping"]) }),
} as const;
export type StreamEventName = keyof typeof streamEvents;
export type StreamEvent<N extends StreamEventName> = z.infer<(typeof streamEvents)[N]>;
