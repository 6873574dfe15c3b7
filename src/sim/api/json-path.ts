/** The small part of JSONPath that printer columns use: fields, indexes, `[*]` and one-field filters. */
import { isEqual, isList, isObject, type Json, textOf } from "./json.ts";

type Step = (value: Json) => readonly Json[];

const paths = new Map<string, readonly Step[]>();

/** Every value the path leads to. */
export function valuesAt(object: Json, path: string): readonly Json[] {
  let values: readonly Json[] = [object];
  for (const step of stepsOf(path)) values = values.flatMap((value) => [...step(value)]);
  return values;
}

const stepPattern =
  /\.([A-Za-z0-9_-]+)|\[['"]([^'"]+)['"]\]|\[(\d+)\]|(\[\*\]|\.\*)|\[\?\(@\.([^=\s]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\)\]/y;

function stepsOf(path: string): readonly Step[] {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const steps: Step[] = [];
  stepPattern.lastIndex = 0;
  for (let match = stepPattern.exec(path); match !== null; match = stepPattern.exec(path)) {
    steps.push(stepOf(match));
  }
  paths.set(path, steps);
  return steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, name, quoted, index, all, field, ...wanted] = match;
  if (index !== undefined) return (value) => present(isList(value) ? value[Number(index)] : undefined);
  if (all !== undefined) return everything;
  if (field !== undefined) return filter(field.split("."), wanted.find((one) => one !== undefined) ?? "");
  const key = (name ?? quoted ?? "").replaceAll("\\.", ".");
  return (value) => present(isObject(value) ? value[key] : undefined);
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined || value === null ? [] : [value];
}

function everything(value: Json): readonly Json[] {
  if (isList(value)) return value;
  return isObject(value) ? Object.values(value).flatMap(present) : [];
}

function filter(field: readonly string[], wanted: string): Step {
  return (value) => (isList(value) ? value.filter((item) => isEqual(textAt(item, field), wanted)) : []);
}

function textAt(item: Json, field: readonly string[]): string {
  let here: Json | undefined = item;
  for (const name of field) here = isObject(here) ? here[name] : undefined;
  return here === undefined || here === null ? "" : textOf(here);
}
