/** What may be asked of the API: bodies and queries, one schema each. What a wish means is decided in src/core/intent. */
import { z } from "zod";
import { operationSpec } from "../schema/operation.ts";
import { exclusion } from "../schema/window.ts";

/** Fields of every wish. */
const sure = {
  confirm: z
    .string()
    .max(253)
    .optional()
    .describe("The name typed out, where the preview's friction is TypeName."),
  seen: z
    .string()
    .max(64)
    .optional()
    .describe("Digest of the preview that was shown: if it would do something else by now, nothing is done."),
};

const mergePatch = z
  .record(z.string().max(64), z.unknown())
  .describe("A JSON merge patch of the spec: only the fields that change, null for those that go.");

/** A spec is checked by the parser of its kind; the document shows what that one takes. */
const specOf = (of: string) => z.record(z.string().max(64), z.unknown()).meta({ "x-poolkeeper-input": of });

const names = z.array(z.string().min(1).max(253)).max(2000);
const map = z.record(z.string().max(317), z.string().max(8192));

export const plainWish = z.strictObject(sure);
export const createPoolWish = z.strictObject({
  name: z.string().max(253),
  spec: specOf("PoolSpecInput"),
  labels: map.optional(),
  annotations: map.optional(),
  ...sure,
});
export const modifyWish = z.strictObject({
  spec: mergePatch.default({}),
  sync: z.boolean().default(false).describe("Bring labels, taints and tags to the existing nodes too."),
  ...sure,
});
export const cloneWish = z.strictObject({ name: z.string().max(253), spec: mergePatch.default({}), ...sure });
export const scaleWish = z.strictObject({
  add: z.int().optional().describe("Nodes to add."),
  replicas: z.int().optional().describe("Or the whole count."),
  ...sure,
});
export const removeWish = z.strictObject({
  nodes: names.describe("Nodes, instances or machines by name."),
  drain: z.boolean().default(true).describe("Move the pods away first."),
  release: z
    .boolean()
    .default(false)
    .describe("Give the instances back; a subscription instance is kept all the same."),
  ...sure,
});
export const deleteWish = z.strictObject({
  instances: z.enum(["Release", "Keep"]).optional().describe("Absent: as the pool says."),
  ...sure,
});
export const upgradeWish = z.strictObject({
  image: z.strictObject({ family: z.string().max(128), version: z.string().max(128).optional() }).optional(),
  kubernetesVersion: z.string().max(32).optional(),
  nodes: names.default([]).describe("Empty: all that are behind."),
  when: z.enum(["Now", "InWindow"]).default("InWindow"),
  ...sure,
});
export const rollbackWish = z.strictObject({ revision: z.int(), ...sure });
export const repairWish = z.strictObject({
  action: operationSpec.shape.options.unwrap().shape.rung.unwrap().default("Reboot"),
  ...sure,
});
export const operationWish = z.strictObject({
  nodes: names
    .default([])
    .describe(
      "Retry and skip: nodes or machines by name. Retry without any means all that failed or are blocked.",
    ),
  ...sure,
});
export const createWindowWish = z.strictObject({
  name: z.string().max(253),
  spec: specOf("WindowSpecInput"),
  ...sure,
});
export const changeSpecWish = z.strictObject({ spec: mergePatch, ...sure });
export const excludeWish = z.strictObject({ ...exclusion.shape, ...sure });
export const createProviderWish = z.strictObject({
  name: z.string().max(253),
  spec: specOf("ProviderSpecInput"),
  ...sure,
});

const flag = z.enum(["true", "false"]).default("false");
export const wishQuery = z.strictObject({
  dryRun: flag.describe("true: nothing is written; the answer says what would happen."),
});

const limit = (fallback: number) => z.coerce.number().int().min(1).max(1000).default(fallback);
const cursor = z.string().max(1024).optional().describe("`continue` of the page before.");
const search = z.string().max(253).optional().describe("Part of a name.");

export const poolQuery = z.strictObject({
  limit: limit(200),
  continue: cursor,
  q: search,
  state: z.string().max(64).optional(),
  provider: z.string().max(253).optional(),
  window: z.string().max(253).optional(),
});
export const machineQuery = z.strictObject({
  limit: limit(200),
  continue: cursor,
  q: search,
  pool: z.string().max(253).optional(),
  state: z.string().max(64).optional(),
  zone: z.string().max(64).optional(),
  instanceType: z.string().max(64).optional(),
  kubernetesVersion: z.string().max(32).optional(),
  operation: z.string().max(253).optional().describe("Only machines that this operation has in hand."),
  sort: z.enum(["name", "-name", "age", "-age", "state", "node"]).default("name"),
});
export const operationQuery = z.strictObject({
  limit: limit(100),
  continue: cursor,
  q: search,
  pool: z.string().max(253).optional(),
  kind: z.enum(["RemoveNodes", "Upgrade", "Repair", "SyncAttributes"]).optional(),
  isOpen: z.enum(["true", "false"]).optional().describe("Under way, or ended."),
  approval: operationSpec.shape.approval.unwrap().optional(),
});
export const plainListQuery = z.strictObject({ limit: limit(200), continue: cursor, q: search });
export const windowQuery = z.strictObject({
  openings: z.coerce.number().int().min(0).max(100).default(5).describe("How many openings to list."),
});
export const eventQuery = z.strictObject({
  limit: limit(200),
  continue: cursor,
  pool: z.string().max(253).optional(),
});
export const forecastQuery = z.strictObject({
  imageFamily: z.string().max(128).optional(),
  imageVersion: z.string().max(128).optional(),
  kubernetesVersion: z.string().max(32).optional(),
  nodes: z.string().max(8192).optional().describe("Names, with commas between."),
  when: z.enum(["Now", "InWindow"]).default("InWindow"),
});
export const streamQuery = z.strictObject({
  resources: z
    .string()
    .max(100)
    .optional()
    .describe("Such as pools,machines; absent: all that you may watch."),
  lastEventId: z
    .string()
    .max(100)
    .optional()
    .describe("As the header Last-Event-ID, for clients that cannot set it."),
});
export const signInWish = z.strictObject({
  code: z.string().max(200).optional().describe("Of the one-time link."),
  token: z
    .string()
    .max(16_384)
    .optional()
    .describe("A bearer token of the cluster. It is kept in memory only."),
});
export const linkWish = z.strictObject({
  key: z.string().max(200).describe("Of console.json in the data directory, which only its owner can read."),
});
