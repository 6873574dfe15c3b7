/** A pool as the API shows it: the numbers of its status, and what it waits for in the caller's language. */
import { fieldChanges, shownChanges, shownValue } from "../core/intent/difference.ts";
import { isEndless } from "../core/intent/window.ts";
import type { Instant } from "../core/model.ts";
import type { Facts } from "../core/reason.ts";
import { heldObject } from "../core/status.ts";
import { instantOf } from "../core/time.ts";
import type { BlockerFields } from "../schema/field.ts";
import type { ManagedNodePoolObject, PoolStatus } from "../schema/pool.ts";
import { blockerCommand } from "../text/blocker.ts";
import { isReason, sentence } from "../text/sentence.ts";
import type { Language } from "../text/words.ts";
import type { OpeningView, PoolDetail, PoolView, RevisionView, Wait } from "./types.ts";
import { conditionView, metaOf, stateOf } from "./words.ts";
import type { Look } from "./world.ts";

export interface Viewer {
  readonly language: Language;
  readonly now: Instant;
}

export function poolView(pool: ManagedNodePoolObject, look: Look | null, viewer: Viewer): PoolView {
  const { metadata, spec, status = {} } = pool;
  const { language, now } = viewer;
  const waits = waitsOf(pool, look, language);
  return {
    ...metaOf(pool),
    spec,
    state: stateOf(status.summary, language),
    message: messageOf(status, waits, language),
    isSeen: status.observedGeneration !== undefined && status.observedGeneration === metadata.generation,
    nodes: {
      desired: spec.replicas,
      machines: status.replicas ?? 0,
      ready: status.readyReplicas ?? 0,
      upToDate: status.upToDateReplicas ?? 0,
      unavailable: status.unavailableReplicas ?? 0,
    },
    target: targetOf(status),
    revision: status.revision ?? null,
    nextWindow: status.nextWindow === undefined ? null : openingView(status.nextWindow, now),
    waits,
    waitsOmitted: status.blockersOmitted ?? 0,
  };
}

export function poolDetail(
  pool: ManagedNodePoolObject,
  around: { readonly look: Look | null; readonly operations: readonly string[] },
  viewer: Viewer,
): PoolDetail {
  const { conditions = [], blockers = [] } = pool.status ?? {};
  const view = poolView(pool, around.look, viewer);
  // A condition has no facts of its own, but says the same as what waits.
  const said = new Map(blockers.map(({ message }, index) => [message, view.waits[index]?.sentence]));
  return {
    ...view,
    conditions: conditions.map((condition) => {
      const shown = conditionView(condition, viewer.language);
      return { ...shown, message: said.get(shown.message) ?? shown.message };
    }),
    revisions: revisionsOf(pool),
    operations: [...around.operations],
  };
}

/** The message is that of the first wait; only its stored form is in English. */
function messageOf(status: PoolStatus, waits: readonly Wait[], language: Language): string {
  const stored = status.message ?? "";
  if (language === "en" || stored === "") return stored;
  return waits[0]?.sentence ?? stored;
}

/** What the status says is waited for, with the facts that the last pass knew of it. */
export function waitsOf(pool: ManagedNodePoolObject, look: Look | null, language: Language): Wait[] {
  const facts = new Map((look?.held ?? []).map((held) => [`${held.reason} ${heldObject(held)}`, held.facts]));
  return (pool.status?.blockers ?? []).map((blocker) => {
    const known = facts.get(`${blocker.reason} ${blocker.object}`);
    return waitOf(blocker, { pool: pool.metadata.name, known: known ?? null }, language);
  });
}

function waitOf(
  { reason, object, message, since }: BlockerFields,
  { pool, known }: { readonly pool: string; readonly known: Facts | null },
  language: Language,
): Wait {
  const text = known !== null && isReason(reason) ? sentence(reason, known, language) : message;
  const command = blockerCommand({ reason, object }, pool);
  return { reason, facts: known ?? {}, sentence: text, try: command, object, since };
}

function targetOf({ targetImage, targetKubernetesVersion }: PoolStatus): PoolView["target"] {
  if (targetImage === undefined || targetKubernetesVersion === undefined) return null;
  return { image: targetImage, kubernetesVersion: targetKubernetesVersion };
}

export function openingView(
  opening: { readonly opens: string; readonly closes: string },
  now: Instant,
): OpeningView {
  const opens = instantOf(opening.opens);
  const closes = instantOf(opening.closes);
  return {
    opens: opening.opens,
    closes: opening.closes,
    isOpen: opens <= now && now < closes,
    isEndless: isEndless({ opens, closes }, now),
  };
}

/** The newest first, each with what it changed against the one before it. */
function revisionsOf({ status }: ManagedNodePoolObject): RevisionView[] {
  const revisions = status?.revisions ?? [];
  return revisions
    .map((revision, index): RevisionView => {
      const before = revisions[index - 1];
      const changes = before === undefined ? [] : fieldChanges(before.template, revision.template);
      return {
        ...revision,
        isCurrent: revision.number === status?.revision,
        changes: shownChanges(changes).map(({ path, from, to }) => ({
          field: path.join("."),
          from: shownValue(from),
          to: shownValue(to),
        })),
      };
    })
    .toReversed();
}
