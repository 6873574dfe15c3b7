/** Rules that two judges apply alike: the API server in CEL, and the parser in TypeScript. Not the fields themselves. */
import type { z } from "zod";

/** A rule as it stands in a CustomResourceDefinition. */
export interface CelRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly fieldPath?: string;
  readonly reason?: RuleReason;
}

/** FieldValueDuplicate is left out: the API server drops the message of such a rule. */
export type RuleReason = "FieldValueInvalid" | "FieldValueForbidden" | "FieldValueRequired";

/** What must hold of a value. `cel` and `holds` say the same. */
export interface Rule<T> extends ChangeRule<T> {
  holds(self: T): boolean;
}

/** What must hold of a change. Only the API server sees both versions, as `self` and `oldSelf`. */
export interface ChangeRule<T> {
  readonly cel: string;
  /**
   * What is wrong and what to write instead. `{found}` shows the value, for rules about groups of fields: the API
   * server itself shows plain values only. It must be a text of limited length, or the message costs too much.
   */
  readonly says: string;
  /** The field below the value that is to blame, such as `providerRef.name`. Absent: the value itself. */
  readonly field?: string;
  /** What `{found}` shows. Absent: the field that is to blame. */
  readonly found?: { readonly cel: string; of(self: T): unknown };
  readonly reason?: RuleReason;
}

/** The schema with rules on it, for the parser and for the API server. */
export function ruled<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  const checked = schema.superRefine((self, context) => {
    for (const rule of rules) {
      if (rule.holds(self)) continue;
      context.addIssue({ code: "custom", path: fieldNames(rule.field), message: sayRule(rule, self) });
    }
  });
  return checked.meta({ ...schema.meta(), "x-kubernetes-validations": celRules(schema, rules) });
}

/** The schema with rules about its changes on it. */
export function guarded<S extends z.ZodType>(schema: S, ...rules: readonly ChangeRule<z.output<S>>[]): S {
  return schema.meta({ ...schema.meta(), "x-kubernetes-validations": celRules(schema, rules) });
}

/** A field that never changes once the object exists, optional or not. */
export function frozen(field: string, says: string): ChangeRule<unknown> {
  const now = `self.${field}`;
  const before = `oldSelf.${field}`;
  return { cel: `has(${now}) == has(${before}) && (!has(${now}) || ${now} == ${before})`, says, field };
}

/** A rule for the keys of a map. `cel` speaks of the key as `k`; `{found}` is the first key that breaks it. */
export function keyRule(rule: {
  readonly cel: string;
  readonly holds: (key: string) => boolean;
  readonly says: string;
}): Rule<Readonly<Record<string, unknown>>> {
  return {
    cel: `self.all(k, ${rule.cel})`,
    holds: (self) => Object.keys(self).every(rule.holds),
    says: rule.says,
    found: {
      cel: `self.filter(k, !(${rule.cel}))[0]`,
      of: (self) => Object.keys(self).find((key) => !rule.holds(key)),
    },
  };
}

/** A list whose items are told apart by `keys`, so that server-side apply can merge it. */
export function keyed<S extends z.ZodType<readonly object[]>>(schema: S, ...keys: readonly string[]): S {
  const keyOf = (item: object) => keys.map((key) => String(Reflect.get(item, key))).join(":");
  return withoutTwins(schema, keyOf).meta({
    ...schema.meta(),
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": keys,
  });
}

/** A list of plain values without order, none of them twice. */
export function distinct<S extends z.ZodType<readonly string[]>>(schema: S): S {
  return withoutTwins(schema, String).meta({ ...schema.meta(), "x-kubernetes-list-type": "set" });
}

export function celRule<T>(rule: ChangeRule<T>): CelRule {
  return {
    rule: rule.cel,
    ...celMessage(rule),
    ...(rule.field === undefined ? {} : { fieldPath: `.${rule.field}` }),
    ...(rule.reason === undefined ? {} : { reason: rule.reason }),
  };
}

/** A text constant in CEL. */
export function celText(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** What stands at a path of a JSON value. */
export function lookUp(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined),
    value,
  );
}

function celRules<T>(schema: z.ZodType, rules: readonly ChangeRule<T>[]): readonly unknown[] {
  const earlier = schema.meta()?.["x-kubernetes-validations"];
  return [...(Array.isArray(earlier) ? earlier : []), ...rules.map(celRule)];
}

function celMessage<T>(rule: ChangeRule<T>): Partial<CelRule> {
  if (!rule.says.includes("{found}")) return { message: rule.says };
  const found = rule.found?.cel ?? ["self", ...fieldNames(rule.field)].join(".");
  return { messageExpression: rule.says.split("{found}").map(celText).join(` + ${found} + `) };
}

function sayRule<T>(rule: ChangeRule<T>, self: T): string {
  const found = rule.found === undefined ? lookUp(self, fieldNames(rule.field)) : rule.found.of(self);
  return rule.says.replaceAll("{found}", String(found));
}

function fieldNames(field: string | undefined): string[] {
  return field === undefined ? [] : field.split(".");
}

function withoutTwins<T, S extends z.ZodType<readonly T[]>>(schema: S, keyOf: (item: T) => string): S {
  return schema.superRefine((items, context) => {
    const seen = new Set<string>();
    for (const [index, item] of items.entries()) {
      const key = keyOf(item);
      if (seen.has(key)) {
        const message = `${key} is in the list twice: remove one`;
        context.addIssue({ code: "custom", path: [index], message });
      }
      seen.add(key);
    }
  });
}
