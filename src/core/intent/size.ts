/** May the pool have so many nodes, and which ones would go? */
import { members } from "../member.ts";
import type { Instant, Machine } from "../model.ts";
import { pickVictims } from "../scale.ts";
import { ask, type Answer, type Effect, effect, grant, none, refuse } from "./answer.ts";
import { checkCount } from "./check.ts";
import { departureEffects, protectionEffects, type Sight } from "./departure.ts";
import { checkOpen, specPatch } from "./pool-guard.ts";

export function addNodes(sight: Sight, count: number, now: Instant): Answer {
  const { pool } = sight;
  if (!Number.isInteger(count) || count < 1) {
    return refuse("CountOutOfRange", { count, field: "nodes to add", valid: "a whole number of 1 or more" });
  }
  return resize(sight, { wanted: pool.spec.replicas + count, isRelative: true }, now);
}

export function setReplicas(sight: Sight, count: number, now: Instant): Answer {
  return resize(sight, { wanted: count, isRelative: false }, now);
}

interface Size {
  readonly wanted: number;
  readonly isRelative: boolean;
}

function resize(sight: Sight, { wanted, isRelative }: Size, now: Instant): Answer {
  const { pool } = sight;
  const { name } = pool.metadata;
  const have = pool.spec.replicas;
  const refusal = checkOpen(pool) ?? checkCount(wanted, "nodes");
  if (refusal !== null) return { ok: false, refusal };
  if (wanted === have)
    return refuse("NothingToDo", { object: name, message: `it has ${have} nodes already` });
  const effects = [
    effect("ChangesCount", { pool: name, have, wanted }),
    ...sizeEffects(sight, wanted, now),
    ...(pool.spec.paused ? [effect("IsPaused", { pool: name })] : []),
  ];
  const changes = specPatch(pool, { ...pool.spec, replicas: wanted }, isRelative);
  return grant(changes, effects, wanted < have ? ask : none);
}

/** What the controller will do about the difference: its own choice of nodes, shown before it acts. */
export function sizeEffects(sight: Sight, wanted: number, now: Instant): readonly Effect[] {
  const staying = members(sight, now);
  const missing = wanted - staying.length;
  if (missing > 0) return [effect("AddsNodes", { count: missing })];
  if (missing === 0) return [];
  const victims: readonly Machine[] = pickVictims(sight, staying, -missing);
  return [
    ...(victims.length < -missing ? protectionEffects(staying) : []),
    ...departureEffects(sight, victims, { drain: true, release: true }),
  ];
}
