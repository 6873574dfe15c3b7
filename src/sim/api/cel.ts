/** The CEL rules of a schema, compiled once and asked of each write. A rule that does not compile is refused, never skipped. */
import { Environment } from "@marcbachmann/cel-js";
import { isEqual, isList, isObject, type Json, type JsonObject } from "./json.ts";
import { fieldSchema, type Rule, type Schema, valueSchema } from "./schema.ts";
import { type FieldError, invalidValue, shown } from "./status.ts";
import { child } from "./validate.ts";

type Program = (context: Readonly<Record<string, unknown>>) => unknown;

interface CompiledRule {
  readonly rule: Rule;
  readonly program: Program;
  readonly message: Program | null;
  readonly usesOldSelf: boolean;
}

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
});

const programs = new Map<string, Program>();

/** Throws when the text is not CEL. */
function compile(text: string): Program {
  const known = programs.get(text);
  if (known !== undefined) return known;
  const parsed = environment.parse(text);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error("the rule does not type-check");
  programs.set(text, parsed as Program);
  return parsed as Program;
}

const compiled = new WeakMap<Schema, readonly CompiledRule[]>();

function rulesOf(schema: Schema): readonly CompiledRule[] {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const made = (schema["x-kubernetes-validations"] ?? []).map((rule) => ({
    rule,
    program: compile(rule.rule),
    message: rule.messageExpression === undefined ? null : compile(rule.messageExpression),
    usesOldSelf: /\boldSelf\b/.test(rule.rule),
  }));
  compiled.set(schema, made);
  return made;
}

/** What is wrong with the rules themselves: for refusing a definition. */
export function ruleErrors(schema: Schema, path: string): readonly FieldError[] {
  const own = (schema["x-kubernetes-validations"] ?? []).flatMap((rule, i) => {
    const texts = [rule.rule, ...(rule.messageExpression === undefined ? [] : [rule.messageExpression])];
    return texts.flatMap((text) => compileError(text, `${path}.x-kubernetes-validations[${i}].rule`));
  });
  return [...own, ...parts(schema).flatMap(([name, part]) => ruleErrors(part, `${path}.${name}`))];
}

function compileError(text: string, path: string): readonly FieldError[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [invalidValue(path, text, `compilation failed: ${why}`)];
  }
}

function parts(schema: Schema): readonly (readonly [string, Schema])[] {
  const values = valueSchema(schema);
  return [
    ...Object.entries(schema.properties ?? {}).map(([name, part]) => [`properties[${name}]`, part] as const),
    ...(values === null ? [] : [["additionalProperties", values] as const]),
    ...(schema.items === undefined ? [] : [["items", schema.items] as const]),
  ];
}

type Reach = "none" | "state" | "change";

const reaches = new WeakMap<Schema, Reach>();

/** What the rules at and below a place look at: nothing, the state alone, or also how it changed. */
function reachOf(schema: Schema): Reach {
  const known = reaches.get(schema);
  if (known !== undefined) return known;
  const own = rulesOf(schema).map((rule): Reach => (rule.usesOldSelf ? "change" : "state"));
  const all = [...own, ...parts(schema).map(([, part]) => reachOf(part))];
  const result = all.includes("change") ? "change" : all.includes("state") ? "state" : "none";
  reaches.set(schema, result);
  return result;
}

/** Errors of all rules. `before` is absent for a new object: rules about change are then not asked. */
export function celErrors(
  object: JsonObject,
  before: JsonObject | undefined,
  schema: Schema,
): readonly FieldError[] {
  if (reachOf(schema) === "none") return [];
  return walk({ value: object, before, schema, path: "", isSame: false });
}

interface Place {
  readonly value: Json;
  readonly before: Json | undefined;
  readonly schema: Schema;
  readonly path: string;
  /** As before: only rules about change are asked again. */
  readonly isSame: boolean;
}

function walk(place: Place): readonly FieldError[] {
  const reach = reachOf(place.schema);
  if (reach === "none" || (place.isSame && reach === "state") || place.value === null) return [];
  const own = rulesOf(place.schema).filter((rule) => rule.usesOldSelf || !place.isSame);
  const context = own.length === 0 ? null : contextOf(place);
  const errors = context === null ? [] : own.flatMap((rule) => evaluate(rule, context, place));
  return [...errors, ...places(place).flatMap(walk)];
}

function places(place: Place): readonly Place[] {
  const { value, before, schema, path } = place;
  const items = schema.items;
  if (isList(value)) {
    if (items === undefined) return [];
    const earlier = isList(before) ? before : [];
    return value.map((item, i) => ({
      value: item,
      before: correlated(item, earlier, schema),
      schema: items,
      path: `${path}[${i}]`,
      isSame: place.isSame,
    }));
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const part = fieldSchema(schema, name);
    if (part === null || field === undefined) return [];
    const earlier = isObject(before) ? before[name] : undefined;
    // The parts of the root are compared, so that a change of the status does not judge the spec again.
    const isSame = place.isSame || (path === "" && earlier !== undefined && isEqual(field, earlier));
    return [{ value: field, before: earlier, schema: part, path: child(path, name), isSame }];
  });
}

/** Only items of a list-map can be told to be the same item as before. */
function correlated(item: Json, earlier: readonly Json[], schema: Schema): Json | undefined {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (schema["x-kubernetes-list-type"] !== "map" || keys === undefined || !isObject(item)) return undefined;
  return earlier.find((one) => isObject(one) && keys.every((key) => isEqual(one[key], item[key])));
}

type Context = { readonly self: unknown; readonly oldSelf?: unknown };

function contextOf(place: Place): Context {
  const self = toCel(place.value, place.schema);
  const before = place.before;
  return before === undefined || before === null ? { self } : { self, oldSelf: toCel(before, place.schema) };
}

/** CEL tells whole numbers from fractions, and times from text. */
function toCel(value: Json, schema: Schema | null): unknown {
  if (typeof value === "number")
    return Number.isInteger(value) && schema?.type !== "number" ? BigInt(value) : value;
  if (typeof value === "string") return schema?.format === "date-time" ? new Date(value) : value;
  if (isList(value)) return value.map((item) => toCel(item, schema?.items ?? null));
  return isObject(value) ? objectToCel(value, schema) : value;
}

function objectToCel(value: JsonObject, schema: Schema | null): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined) result[name] = toCel(field, schema === null ? null : fieldSchema(schema, name));
  }
  return result;
}

function evaluate(compiledRule: CompiledRule, context: Context, place: Place): readonly FieldError[] {
  const { rule, program, message } = compiledRule;
  if (compiledRule.usesOldSelf && !("oldSelf" in context)) return [];
  const outcome = run(program, context);
  if (outcome.value === true) return [];
  const shownRule = rule.message ?? `failed rule: ${rule.rule}`;
  if (outcome.error !== null) {
    const why = `${outcome.error} evaluating rule: ${shownRule}`;
    return [invalidValue(place.path, place.schema.type ?? "", why)];
  }
  const told = message === null ? null : run(message, context).value;
  return [refusal(rule, place, typeof told === "string" && told.trim() !== "" ? told : shownRule)];
}

function run(program: Program, context: Context): { readonly value: unknown; readonly error: string | null } {
  try {
    return { value: program(context), error: null };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { value: undefined, error: (text.split("\n")[0] ?? text).replace(/^No such key/, "no such key") };
  }
}

function refusal(rule: Rule, place: Place, detail: string): FieldError {
  const field =
    rule.fieldPath === undefined ? place.path : child(place.path, rule.fieldPath.replace(/^\./, ""));
  const isWhole = isList(place.value) || isObject(place.value);
  const value = isWhole ? "" : ` ${shown(place.value)}:`;
  switch (rule.reason) {
    case "FieldValueRequired":
      return { type: "Required", field, text: `Required value: ${detail}` };
    case "FieldValueForbidden":
      return { type: "Forbidden", field, text: `Forbidden: ${detail}` };
    case "FieldValueDuplicate":
      return { type: "Duplicate", field, text: `Duplicate value:${value} ${detail}` };
    default:
      return { type: "Invalid", field, text: `Invalid value:${value} ${detail}` };
  }
}
