/** What an intent will do, in words. The sentences themselves are in preview-en.ts and preview-zh.ts. */
import type { Effect, EffectKind } from "../core/intent/answer.ts";
import { fillPattern } from "./pattern.ts";
import { previewEn } from "./preview-en.ts";
import { previewZh } from "./preview-zh.ts";
import { factsIn, finish } from "./sentence.ts";
import type { Language } from "./words.ts";

const catalogues = { en: previewEn, zh: previewZh };

export function effectText({ kind, facts }: Effect, language: Language = "en"): string {
  const { have, wanted } = facts;
  const shown = {
    ...factsIn(facts, language),
    ...(have === undefined ? {} : { have: valueText(have, language) }),
    ...(wanted === undefined ? {} : { wanted: valueText(wanted, language) }),
  };
  return finish(fillPattern(catalogues[language][kind], shown), language);
}

/** A field without a value is shown by a word. */
function valueText(value: string | number, language: Language): string | number {
  return value === "none" && language === "zh" ? "无" : value;
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
