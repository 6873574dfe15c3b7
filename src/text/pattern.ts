/**
 * The small language of the catalogues: a sentence with places for facts. Knows no reason and no language of people.
 *
 *   {pool}              the fact, and nothing where it is missing
 *   {node,machine}      the first of them that is there
 *   {pool|The pool}     the fact, or these words
 *   {count#node|nodes}  the number with the word that fits it; only the last word where the number is missing
 *   [ since {since}]    a clause that is left out when one of its facts is missing
 */
import type { Facts } from "../core/reason.ts";
import { instantOf, timeOf } from "../core/time.ts";

/** Whatever is missing, the result is a whole sentence: patterns put what may be missing into clauses. */
export function fillPattern(pattern: string, facts: Facts): string {
  return pattern.replaceAll(clausePattern, (place, clause?: string) => {
    if (clause !== undefined) return fillClause(clause, facts);
    return fillPlace(place, facts) ?? wordWithoutNumber(place);
  });
}

/** Every fact that the pattern can show. */
export function factsOf(pattern: string): string[] {
  return [...pattern.matchAll(placePattern)].flatMap((match) => (match[1] ?? "").split(","));
}

const placePattern = /\{([a-zA-Z,]+)([|#][^}]*)?\}/g;
const clausePattern = /\[([^\]]*)\]|\{[^}]*\}/g;
const numberedTimes: ReadonlySet<string> = new Set(["since", "until"]);

function fillClause(clause: string, facts: Facts): string {
  let isComplete = true;
  const filled = clause.replaceAll(placePattern, (place) => {
    const text = fillPlace(place, facts);
    if (text === null) isComplete = false;
    return text ?? "";
  });
  return isComplete ? filled : "";
}

/** Null: the fact is missing and there are no words in its stead. */
function fillPlace(place: string, facts: Facts): string | null {
  const [, names = "", rest = ""] = new RegExp(placePattern.source).exec(place) ?? [];
  const name = names.split(",").find((key) => isPresent(facts[key]));
  const value = name === undefined ? undefined : facts[name];
  if (name === undefined || value === undefined) return rest.startsWith("|") ? rest.slice(1) : null;
  if (rest.startsWith("#"))
    return `${value} ${Number(value) === 1 ? rest.slice(1).split("|")[0] : wordWithoutNumber(place)}`;
  return showFact(name, value);
}

/** The second word of {count#node|nodes}; nothing of any other place. */
function wordWithoutNumber(place: string): string {
  return /#[^|}]*\|([^}]*)\}/.exec(place)?.[1] ?? "";
}

function isPresent(value: string | number | undefined): boolean {
  return value !== undefined && value !== "" && !Number.isNaN(value);
}

function showFact(name: string, value: string | number): string {
  const instant = typeof value === "number" ? value : instantOf(value);
  if (numberedTimes.has(name) && !Number.isNaN(instant)) return timeText(instant);
  // The message of somebody else ends like a sentence of its own; here it stands inside of one.
  return typeof value === "string" ? value.trim().replace(/[.。]$/, "") : String(value);
}

/** An instant without a viewer: sentences are stored and read in many places, so they name the zone. */
function timeText(instant: number): string {
  return `${timeOf(instant).slice(0, 16).replace("T", " ")} UTC`;
}
