/** What a reason says to people, and the command that helps. The sentences themselves are in en.ts and zh.ts. */
import type { Facts, Reason } from "../core/reason.ts";
import { commands } from "./commands.ts";
import { complaintText } from "./complaint.ts";
import { en } from "./en.ts";
import { fillPattern } from "./pattern.ts";
import { type Language, stepWord } from "./words.ts";
import { zh } from "./zh.ts";

export type { Language } from "./words.ts";

const catalogues: Readonly<Record<Language, Readonly<Record<Reason, string>>>> = { en, zh };

export function sentence(reason: Reason, facts: Facts, language: Language = "en"): string {
  return finish(fillPattern(catalogues[language][reason], factsIn(facts, language)), language);
}

/** Facts that are words of ours, in the language of the sentence around them. */
export function factsIn({ step, message, ...facts }: Facts, language: Language): Facts {
  return {
    ...facts,
    ...(step === undefined ? {} : { step: stepWord(String(step), language) }),
    ...(message === undefined ? {} : { message: complaintText(String(message), language) }),
  };
}

/** Chinese is set with a space at Latin words and digits, and without one elsewhere, wherever the facts were put. */
export function finish(text: string, language: Language): string {
  if (language === "en") return text;
  return text
    .replaceAll(/(?<=\p{Script=Han})(?=[\w])|(?<=[\w])(?=\p{Script=Han})/gu, " ")
    .replaceAll(
      /(?<=\p{Script=Han}) +(?=\p{Script=Han})| *(?=[，。：；？（）])|(?<=[，。：；？（）]) +/gu,
      "",
    );
}

/** The fact `try`, if there is one. Null where no command helps, or where the facts do not say on what. */
export function nextCommand(reason: Reason, facts: Facts): string | null {
  const { try: own } = facts;
  if (own !== undefined) return String(own);
  const pattern = commands[reason];
  if (pattern === undefined) return null;
  const command = fillPattern(`[${pattern}]`, facts);
  return command === "" ? null : command;
}

/** Reasons arrive as text in the API's objects, perhaps from another version. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(en, text);
}
