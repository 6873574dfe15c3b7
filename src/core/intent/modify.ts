/** May the pool's settings become these, and what of it do the nodes feel? Also rollback, pause and sync. */
import type { NodeOperationObject } from "../../schema/operation.ts";
import type { ManagedNodePoolObject, PoolSpec, Template } from "../../schema/pool.ts";
import { isSame, templateAttributes } from "../attributes.ts";
import { members } from "../member.ts";
import type { Instant } from "../model.ts";
import { isBehind, targetDisk } from "../target.ts";
import {
  type Answer,
  ask,
  type Effect,
  type EffectKind,
  effect,
  effectOn,
  grant,
  none,
  refuse,
} from "./answer.ts";
import { type Surroundings, checkSpec } from "./check.ts";
import type { Sight } from "./departure.ts";
import { type FieldChange, fieldChanges, shownChanges, shownValue } from "./difference.ts";
import { type Asker, draftOperation, nodeNameOf } from "./operation.ts";
import { checkOpen, fieldsPatch, specPatch } from "./pool-guard.ts";
import { sizeEffects } from "./size.ts";

/** Where a change to a field is felt. The longest fitting path decides. */
const reaches: readonly (readonly [path: string, reach: EffectKind])[] = [
  ["template.nodeLabels", "ReachesBySync"],
  ["template.taints", "ReachesBySync"],
  ["template.instanceTags", "ReachesBySync"],
  ["template.image", "ReachesByUpgrade"],
  ["template.kubernetesVersion", "ReachesByUpgrade"],
  ["template.systemDisk", "ReachesByUpgrade"],
  ["template.userDataSecretRef", "ReachesByUpgrade"],
  ["template", "ReachesNewNodes"],
  ["replicas", "ChangesCount"],
];

export interface Modification {
  readonly spec: PoolSpec;
  readonly around: Surroundings;
  /** Who asks for existing nodes to be brought along too; null: only the template changes. */
  readonly sync: Asker | null;
}

export function modify(sight: Sight, wish: Modification, now: Instant): Answer {
  const { pool } = sight;
  const { name } = pool.metadata;
  const changes = fieldChanges(pool.spec, wish.spec);
  const refusal = checkOpen(pool) ?? checkSpec(wish.spec, wish.around);
  if (refusal !== null) return { ok: false, refusal };
  const synced = wish.sync === null ? null : syncOf(sight, wish.spec.template, wish.sync, now);
  if (changes.length === 0 && synced === null) return refuse("NothingToDo", { object: name });
  const removes = wish.spec.replicas < pool.spec.replicas;
  return grant(
    [
      ...fieldsPatch(pool, changes, false),
      ...(synced === null
        ? []
        : [{ kind: "Create" as const, of: "NodeOperation" as const, object: synced.operation }]),
    ],
    [...impact(sight, wish, changes, now), ...(synced?.effects ?? [])],
    removes ? ask : none,
  );
}

/** Each change with where it is felt, and how many nodes it leaves behind. */
function impact(
  sight: Sight,
  { spec, sync }: Modification,
  changes: readonly FieldChange[],
  now: Instant,
): readonly Effect[] {
  const shown = shownChanges(changes);
  const fields = shown.map(({ path, from, to }) =>
    effect("ChangesField", { field: path.join("."), have: shownValue(from), wanted: shownValue(to) }),
  );
  const byReach = Map.groupBy(shown, ({ path }) => reachOf(path.join(".")));
  const felt = [...byReach].flatMap(([reach, group]) => {
    if (reach === "ChangesCount")
      return sizeEffects({ ...sight, pool: { ...sight.pool, spec } }, spec.replicas, now);
    // With a sync the nodes that get it are named instead.
    if (reach === "ReachesBySync" && sync !== null) return [];
    return [effect(reach, { field: group.map(({ path }) => path.join(".")).join(", ") })];
  });
  return [...fields, ...felt, ...outdated(sight, spec, now)];
}

function reachOf(path: string): EffectKind {
  const found = reaches.find(([prefix]) => path === prefix || path.startsWith(`${prefix}.`));
  return found?.[1] ?? "ReachesAtOnce";
}

function outdated(sight: Sight, spec: PoolSpec, now: Instant): readonly Effect[] {
  const before = targetDisk(sight.pool.spec.template, sight.provider, sight.cluster);
  const after = targetDisk(spec.template, sight.provider, sight.cluster);
  if (!after.ok || (before.ok && before.disk.hash === after.disk.hash)) return [];
  const behind = members(sight, now).filter((machine) => isBehind(machine, after.disk));
  const { image, kubernetesVersion } = after.disk;
  const facts = {
    pool: sight.pool.metadata.name,
    image: `${image.family} ${image.version}`,
    version: kubernetesVersion,
  };
  return effectOn("OutdatesNodes", behind.map(nodeNameOf), facts);
}

/** Null where every machine carries the template's labels, taints and tags already. */
function syncOf(
  sight: Sight,
  template: Template,
  asker: Asker,
  now: Instant,
): { readonly operation: NodeOperationObject; readonly effects: readonly Effect[] } | null {
  const wanted = templateAttributes(template);
  const machines = members(sight, now).filter(({ record }) => !isSame(record.spec.attributes, wanted));
  if (machines.length === 0) return null;
  const operation = draftOperation(sight.pool, asker, {
    kind: "SyncAttributes",
    machines,
    options: { when: "Now" },
  });
  return { operation, effects: effectOn("SyncsNodes", machines.map(nodeNameOf)) };
}

export function sync(sight: Sight, asker: Asker, now: Instant): Answer {
  const { pool } = sight;
  const refusal = checkOpen(pool);
  if (refusal !== null) return { ok: false, refusal };
  const synced = syncOf(sight, pool.spec.template, asker, now);
  if (synced !== null)
    return grant([{ kind: "Create", of: "NodeOperation", object: synced.operation }], synced.effects);
  const message = "all nodes carry the template's labels, taints and tags";
  return refuse("NothingToDo", { object: pool.metadata.name, message });
}

export interface Rollback {
  readonly revision: number;
  readonly around: Surroundings;
}

/** The template of a recorded revision becomes the pool's again; count and settings stay. */
export function rollback(sight: Sight, wish: Rollback, now: Instant): Answer {
  const { pool } = sight;
  const revisions = pool.status?.revisions ?? [];
  const found = revisions.find(({ number }) => number === wish.revision);
  if (found === undefined) {
    const valid = revisions.map(({ number }) => number).join(", ");
    const facts = { pool: pool.metadata.name, wanted: wish.revision };
    return refuse("RevisionUnknown", valid === "" ? facts : { ...facts, valid });
  }
  const { systemDisk, chargeType, unschedulable } = pool.spec.template;
  const recorded = Object.fromEntries(
    Object.entries(found.template).filter(([, value]) => value !== undefined),
  );
  const template: Template = { systemDisk, chargeType, unschedulable, ...recorded };
  return modify(sight, { spec: { ...pool.spec, template }, around: wish.around, sync: null }, now);
}

export function pausePool(pool: ManagedNodePoolObject, paused: boolean): Answer {
  const { name } = pool.metadata;
  const refusal = checkOpen(pool);
  if (refusal !== null) return { ok: false, refusal };
  if (pool.spec.paused === paused) {
    const message = paused ? "it is paused already" : "it is not paused";
    return refuse("NothingToDo", { object: name, message });
  }
  const changes = specPatch(pool, { ...pool.spec, paused }, false);
  return grant(changes, [effect(paused ? "PausesPool" : "ResumesPool", { pool: name })]);
}
