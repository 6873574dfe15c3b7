/** Label and field selectors: parsed once, asked of many objects. Does not know which fields a kind offers. */
import {
  at,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectsAt,
  type Stored,
  stringAt,
  textOf,
} from "./json.ts";
import { badRequest } from "./status.ts";

export type Labels = { readonly [key: string]: string };
export type Predicate<T> = (value: T) => boolean;

interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "!" | ">" | "<";
  readonly values: readonly string[];
}

const tokenPattern = /\s*(notin\b|in\b|==|!=|=|>|<|!|\(|\)|,|[^\s=!<>(),]+)/gy;

/** The full syntax of `kubectl get -l`: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`. */
export function parseLabelSelector(text: string): Predicate<Labels> {
  if (text.trim() === "") return () => true;
  const tokens = tokenize(text);
  const requirements: Requirement[] = [];
  let position = 0;
  while (position < tokens.length) {
    const parsed = parseRequirement(tokens, position, text);
    requirements.push(parsed.requirement);
    position = parsed.next;
    if (position < tokens.length && tokens[position] !== ",") throw unparsable(text);
    position += 1;
  }
  return (labels) => requirements.every((requirement) => isMet(requirement, labels));
}

function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  for (let match = tokenPattern.exec(text); match !== null; match = tokenPattern.exec(text)) {
    tokens.push(match[1] ?? "");
  }
  if (tokens.join("") !== text.replaceAll(/\s/g, "")) throw unparsable(text);
  return tokens;
}

function unparsable(text: string): Error {
  return badRequest(
    `unable to parse requirement: found '${text}', expected: a label selector such as a=b,c in (d,e)`,
  );
}

interface Parsed {
  readonly requirement: Requirement;
  readonly next: number;
}

function parseRequirement(tokens: readonly string[], start: number, text: string): Parsed {
  const first = tokens[start];
  if (first === "!") {
    return {
      requirement: { key: keyToken(tokens[start + 1], text), operator: "!", values: [] },
      next: start + 2,
    };
  }
  const key = keyToken(first, text);
  const operator = tokens[start + 1];
  if (operator === undefined || operator === ",") {
    return { requirement: { key, operator: "exists", values: [] }, next: start + 1 };
  }
  if (operator === "in" || operator === "notin") return parseSet(tokens, start, text);
  const value = tokens[start + 2];
  const isEmpty = value === undefined || value === ",";
  const values = [isEmpty ? "" : value];
  const next = start + (isEmpty ? 2 : 3);
  if (operator === "=" || operator === "==") return { requirement: { key, operator: "in", values }, next };
  if (operator === "!=") return { requirement: { key, operator: "notin", values }, next };
  if (operator === ">" || operator === "<") return { requirement: { key, operator, values }, next };
  throw unparsable(text);
}

function keyToken(token: string | undefined, text: string): string {
  if (token === undefined || !/^[A-Za-z0-9]/.test(token)) throw unparsable(text);
  return token;
}

function parseSet(tokens: readonly string[], start: number, text: string): Parsed {
  const close = tokens.indexOf(")", start);
  if (tokens[start + 2] !== "(" || close < 0) throw unparsable(text);
  const values = tokens.slice(start + 3, close).filter((token) => token !== ",");
  const operator = tokens[start + 1] === "in" ? "in" : "notin";
  const key = keyToken(tokens[start], text);
  return { requirement: { key, operator, values: values.length === 0 ? [""] : values }, next: close + 1 };
}

function isMet(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  if (requirement.operator === "!") return value === undefined;
  if (requirement.operator === "exists") return value !== undefined;
  if (requirement.operator === "notin") return value === undefined || !requirement.values.includes(value);
  if (value === undefined) return false;
  if (requirement.operator === "in") return requirement.values.includes(value);
  const limit = Number(requirement.values[0]);
  return requirement.operator === ">" ? Number(value) > limit : Number(value) < limit;
}

/** The selector of a spec (`matchLabels`, `matchExpressions`). Absent selects nothing, empty selects everything. */
export function selectsLabels(selector: Json | undefined): Predicate<Labels> {
  if (!isObject(selector)) return selectsNothing;
  const known = predicates.get(selector);
  if (known !== undefined) return known;
  const made = predicateOf(selector);
  predicates.set(selector, made);
  return made;
}

const predicates = new WeakMap<JsonObject, Predicate<Labels>>();

function selectsNothing(): boolean {
  return false;
}

function predicateOf(selector: JsonObject): Predicate<Labels> {
  const wanted = Object.entries(objectOfStrings(selector["matchLabels"]));
  const expressions = objectsAt(selector, "matchExpressions").map(expressionToRequirement);
  return (labels) =>
    wanted.every(([key, value]) => labels[key] === value) && expressions.every((one) => isMet(one, labels));
}

const operators: { readonly [name: string]: Requirement["operator"] } = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

function expressionToRequirement(expression: JsonObject): Requirement {
  const values = listAt(expression, "values").filter((value) => typeof value === "string");
  const operator = operators[stringAt(expression, "operator") ?? ""] ?? "in";
  return { key: stringAt(expression, "key") ?? "", operator, values };
}

function objectOfStrings(value: Json | undefined): Labels {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, textOf(text)]));
}

/** `a.b=c,d!=e`, where the fields on offer are `allowed`. Values may escape `,` and `=` with a backslash. */
export function parseFieldSelector(text: string, allowed: readonly string[]): Predicate<Stored> {
  if (text.trim() === "") return () => true;
  const terms = text.split(/(?<!\\),/).map((term) => parseTerm(term.trim(), text, allowed));
  return (object) => terms.every((term) => term(object));
}

function parseTerm(term: string, text: string, allowed: readonly string[]): Predicate<Stored> {
  const match = /^([^=!]+)(==|!=|=)(.*)$/s.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
  const [, field = "", operator, escaped = ""] = match;
  if (!allowed.includes(field)) throw badRequest(`field label not supported: ${field}`);
  const value = escaped.replaceAll(/\\(.)/g, "$1");
  const path = field.split(".");
  const isWanted = operator !== "!=";
  return (object) => (fieldText(object, path) === value) === isWanted;
}

function fieldText(object: Stored, path: readonly string[]): string {
  const value = at(object, ...path);
  if (value === undefined || value === null) return path.at(-1) === "unschedulable" ? "false" : "";
  return textOf(value);
}

/** A selector as text, from text or from the object form. */
export function selectorText(selector: Json | undefined): string {
  if (typeof selector === "string") return selector;
  if (!isObject(selector)) return "";
  const labels = isObject(selector["matchLabels"]) ? selector["matchLabels"] : {};
  const equal = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${textOf(value)}`);
  const expressions = objectsAt(selector, "matchExpressions").map(expressionText);
  return [...equal, ...expressions].join(",");
}

function expressionText(expression: JsonObject): string {
  const key = stringAt(expression, "key") ?? "";
  const operator = stringAt(expression, "operator");
  const values = Array.isArray(expression["values"])
    ? expression["values"].map(String).toSorted().join(",")
    : "";
  if (operator === "Exists") return key;
  if (operator === "DoesNotExist") return `!${key}`;
  return `${key} ${operator === "In" ? "in" : "notin"} (${values})`;
}
