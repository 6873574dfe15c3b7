/** What may be asked of pools: each wish is weighed by the core, and the answer carried out in the caller's name. */
import { clonedSpec, clonePool, createPool } from "../core/intent/create.ts";
import { modify, pausePool, rollback, sync } from "../core/intent/modify.ts";
import { deletePool, removeNodes } from "../core/intent/remove.ts";
import { addNodes, setReplicas } from "../core/intent/size.ts";
import { startUpgrade, type UpgradeWish } from "../core/intent/upgrade.ts";
import { parsePool } from "../schema/parse.ts";
import type { ManagedNodePoolObject, PoolSpec } from "../schema/pool.ts";
import type { z } from "zod";
import type { Weighed } from "./carry-out.ts";
import { invalid } from "./problem.ts";
import {
  cloneWish,
  createPoolWish,
  deleteWish,
  modifyWish,
  plainWish,
  removeWish,
  rollbackWish,
  scaleWish,
  upgradeWish,
} from "./requests.ts";
import type { Call, Route } from "./route.ts";
import { type Ground, surroundingsOf } from "./sight.ts";
import { checkedSpec, fresh, merged, sighted, type WishCall, type WishMaker } from "./wish.ts";

const tag = "Pools";
const onPool = { tag, adds: null, method: "POST" } as const;

export function poolWishes(wish: WishMaker): readonly Route[] {
  return [
    wish({
      method: "POST",
      path: "/pools",
      tag,
      summary: "Create a pool",
      body: createPoolWish,
      adds: "pools",
      weigh: async (call) => create(call),
    }),
    wish({
      method: "PATCH",
      path: "/pools/{name}",
      tag,
      summary: "Modify settings; existing nodes change only where asked, or when they are upgraded",
      body: modifyWish,
      adds: null,
      weigh: async (call, asker) => {
        const shrinks = (pool: ManagedNodePoolObject) => groundFor(pool, call.body.spec["replicas"]);
        const { pool, sight, unseen } = await sighted(call, call.params["name"], shrinks);
        const spec = checkedPool(call, merged(pool.spec, call.body.spec));
        const modification = {
          spec,
          around: surroundingsOf(call.world),
          sync: call.body.sync ? asker : null,
        };
        return { answer: modify(sight, modification, call.now), subject: pool, unseen };
      },
    }),
    wish({
      method: "DELETE",
      path: "/pools/{name}",
      tag,
      summary: "Delete a pool: its nodes are drained, its instances released or kept",
      body: deleteWish,
      adds: null,
      weigh: async (call) => {
        const { pool, sight, unseen } = await sighted(call, call.params["name"], () => "Whole");
        const answer = deletePool(sight, { instances: call.body.instances ?? null });
        return { answer, subject: pool, unseen };
      },
    }),
    ...sizeWishes(wish),
    ...nodeWishes(wish),
    ...settingWishes(wish),
  ];
}

function sizeWishes(wish: WishMaker): readonly Route[] {
  return [
    wish({
      ...onPool,
      path: "/pools/{name}/scale",
      summary: "Add nodes, or set their number",
      body: scaleWish,
      weigh: async (call) => scale(call),
    }),
    wish({
      ...onPool,
      path: "/pools/{name}/clone",
      summary: "Create a pool with the configuration of this one",
      body: cloneWish,
      adds: "pools",
      weigh: async (call) => {
        const { name, spec: changes } = call.body;
        const source = await fresh(call, "ManagedNodePool", call.params["name"]);
        const spec = checkedPool(call, merged(clonedSpec(source), changes));
        const draft = { name, namespace: call.world.namespace, spec };
        return { answer: clonePool(source, draft, surroundingsOf(call.world)), subject: source, unseen: [] };
      },
    }),
  ];
}

function nodeWishes(wish: WishMaker): readonly Route[] {
  return [
    wish({
      ...onPool,
      path: "/pools/{name}/remove",
      summary: "Remove named nodes; the expected count falls with them",
      body: removeWish,
      weigh: async (call, asker) => {
        const { pool, sight, unseen } = await sighted(call, call.params["name"], () => "Whole");
        const { nodes: names, drain, release } = call.body;
        return { answer: removeNodes(sight, { names, drain, release }, asker), subject: pool, unseen };
      },
    }),
    wish({
      ...onPool,
      path: "/pools/{name}/upgrade",
      summary: "Upgrade the nodes that are behind, in the maintenance window or now",
      body: upgradeWish,
      weigh: async (call, asker) => {
        const { pool, sight, unseen } = await sighted(call, call.params["name"], () => "OwnPods");
        const answer = startUpgrade(sight, upgradeOf(call), asker, call.now);
        return { answer, subject: pool, unseen };
      },
    }),
    wish({
      ...onPool,
      path: "/pools/{name}/sync",
      summary: "Set labels, taints and tags of the existing nodes as in the template",
      body: plainWish,
      weigh: async (call, asker) => {
        const { pool, sight, unseen } = await sighted(call, call.params["name"]);
        return { answer: sync(sight, asker, call.now), subject: pool, unseen };
      },
    }),
  ];
}

function settingWishes(wish: WishMaker): readonly Route[] {
  const pausing = (path: string, summary: string, paused: boolean): Route =>
    wish({
      ...onPool,
      path,
      summary,
      body: plainWish,
      weigh: async (call) => {
        const pool = await fresh(call, "ManagedNodePool", call.params["name"]);
        return { answer: pausePool(pool, paused), subject: pool, unseen: [] };
      },
    });
  return [
    pausing("/pools/{name}/pause", "Start nothing new in the pool", true),
    pausing("/pools/{name}/resume", "Go on in a paused pool", false),
    wish({
      ...onPool,
      path: "/pools/{name}/rollback",
      summary: "Make the template of an earlier revision the pool's again",
      body: rollbackWish,
      weigh: async (call) => {
        const { pool, sight, unseen } = await sighted(call, call.params["name"]);
        const wanted = { revision: call.body.revision, around: surroundingsOf(call.world) };
        return { answer: rollback(sight, wanted, call.now), subject: pool, unseen };
      },
    }),
  ];
}

function create(call: WishCall<typeof createPoolWish>): Weighed {
  const { name, spec: given, labels, annotations } = call.body;
  const draft = {
    name,
    namespace: call.world.namespace,
    spec: checkedPool(call, given),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { answer: createPool(draft, surroundingsOf(call.world)), subject: null, unseen: [] };
}

async function scale(call: WishCall<typeof scaleWish>): Promise<Weighed> {
  const { add, replicas } = call.body;
  if ((add === undefined) === (replicas === undefined)) {
    throw invalid([{ path: "add", message: "must be given, or replicas, and not both" }]);
  }
  const ground = (pool: ManagedNodePoolObject) => groundFor(pool, replicas);
  const { pool, sight, unseen } = await sighted(call, call.params["name"], ground);
  const answer =
    add === undefined ? setReplicas(sight, replicas ?? 0, call.now) : addNodes(sight, add, call.now);
  return { answer, subject: pool, unseen };
}

/** Only where nodes go is looked at their pods, and at the room for these elsewhere. */
function groundFor({ spec }: ManagedNodePoolObject, replicas: unknown): Ground {
  return typeof replicas === "number" && replicas < spec.replicas ? "Whole" : "None";
}

export function upgradeOf({
  body,
  world,
}: Pick<WishCall<typeof upgradeWish>, "body" | "world">): UpgradeWish {
  const { image, kubernetesVersion = null, nodes, when } = body;
  return { image: imageOf(image), kubernetesVersion, nodes, when, around: surroundingsOf(world) };
}

function imageOf(image: z.output<typeof upgradeWish>["image"]): UpgradeWish["image"] {
  if (image === undefined) return null;
  const { family, version } = image;
  return version === undefined ? { family } : { family, version };
}

/** Names are judged by the core, in sentences of its own. */
function checkedPool({ world }: Pick<Call, "world">, spec: unknown): PoolSpec {
  const draft = {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { name: "draft", namespace: world.namespace },
    spec,
  };
  return checkedSpec(parsePool(draft), spec);
}
