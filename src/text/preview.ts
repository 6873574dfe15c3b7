/** What an intent will do, in words. The sentences themselves are in preview-en.ts and preview-zh.ts. */
import type { Effect, EffectKind } from "../core/intent/answer.ts";
import { fillPattern } from "./pattern.ts";
import { previewEn } from "./preview-en.ts";
import { previewZh } from "./preview-zh.ts";
import { finish } from "./sentence.ts";
import { type Language, stepWord } from "./words.ts";

const catalogues = { en: previewEn, zh: previewZh };

export function effectText({ kind, facts }: Effect, language: Language = "en"): string {
  const { step } = facts;
  const shown = step === undefined ? facts : { ...facts, step: stepWord(String(step), language) };
  return finish(fillPattern(catalogues[language][kind], shown), language);
}

const warnings: ReadonlySet<EffectKind> = new Set([
  "KeepsSubscriptions",
  "KeepsInstances",
  "LosesSystemDisks",
  "DeletesDataDisks",
  "ReplacesInstances",
  "DoesNotDrain",
  "EndsPods",
  "LosesLocalData",
  "EvictsProtected",
  "WaitsForBudget",
  "NeverDrains",
  "LacksRoom",
  "IsPaused",
  "LeavesProtected",
  "PutsBrakeOn",
  "NeverOpens",
  "ShortWindow",
  "CatalogueUnknown",
]);

/** Effects that a person should not overlook. */
export function isWarning({ kind }: Effect): boolean {
  return warnings.has(kind);
}
