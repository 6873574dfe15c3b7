/**
 * kubectl's JSONPath templates: text with {.field}, {[0]}, {[*]}, {[?(@.type=="Ready")]}, {"\n"} and {range …}…{end} in it.
 * Not the whole language: no recursion, no unions, no arithmetic.
 */
import { usageError } from "./failure.ts";

export function fillTemplate(template: string, data: unknown): string {
  const tokens = tokensOf(template.includes("{") ? template : `{${template}}`);
  return fill(tokens, data);
}

type Token = { readonly kind: "Text" | "Code"; readonly value: string };

function tokensOf(template: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = template;
  while (rest !== "") {
    const open = rest.indexOf("{");
    if (open !== 0) tokens.push({ kind: "Text", value: open < 0 ? rest : rest.slice(0, open) });
    if (open < 0) break;
    const close = rest.indexOf("}", open);
    if (close < 0) throw usageError(`The jsonpath template ends inside of {…}: ${template}`);
    tokens.push({ kind: "Code", value: rest.slice(open + 1, close).trim() });
    rest = rest.slice(close + 1);
  }
  return tokens;
}

function fill(tokens: readonly Token[], data: unknown): string {
  let text = "";
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || token.value === "end") continue;
    if (token.kind === "Text") text += token.value;
    else if (token.value.startsWith("range ")) {
      const end = endOf(tokens, at);
      const inner = tokens.slice(at + 1, end);
      const items = select(token.value.slice("range ".length).trim(), data);
      text += items.map((item) => fill(inner, item)).join("");
      at = end;
    } else text += valueOf(token.value, data);
  }
  return text;
}

function endOf(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    const code = tokens[at]?.kind === "Code" ? (tokens[at]?.value ?? "") : "";
    if (code.startsWith("range ")) depth += 1;
    if (code === "end") depth -= 1;
    if (depth === 0) return at;
  }
  throw usageError("The jsonpath template has a {range …} without its {end}.");
}

function valueOf(code: string, data: unknown): string {
  if (code.startsWith('"')) return String(JSON.parse(code));
  return select(code, data)
    .map((value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value)))
    .join(" ");
}

const stepPattern =
  /^(?:\.?(?<field>(?:\\\.|[\w/-])+)|\.?\[(?<index>-?\d+)\]|\.?\[(?<all>\*)\]|\.(?<star>\*)|\.?\['(?<quoted>[^']+)'\]|\.?\[\?\((?<filter>[^)]*)\)\])/;

/** Every value the path leads to; missing fields lead nowhere. */
function select(path: string, data: unknown): readonly unknown[] {
  let values: readonly unknown[] = [data];
  let rest = path.replace(/^[$@]/, "");
  while (rest !== "" && rest !== ".") {
    const match = stepPattern.exec(rest);
    if (match === null) throw usageError(`The jsonpath expression is not understood at: ${rest}`);
    values = values.flatMap((value) => takeStep(match.groups ?? {}, value));
    rest = rest.slice(match[0].length);
  }
  return values;
}

function takeStep(step: Readonly<Record<string, string | undefined>>, value: unknown): readonly unknown[] {
  const field = step["field"]?.replaceAll("\\.", ".") ?? step["quoted"];
  if (field !== undefined) {
    const found = isFields(value) ? value[field] : undefined;
    return found === undefined ? [] : [found];
  }
  if (step["index"] !== undefined) {
    const found: unknown = Array.isArray(value) ? value.at(Number(step["index"])) : undefined;
    return found === undefined ? [] : [found];
  }
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : isFields(value)
      ? Object.values(value)
      : [];
  return step["filter"] === undefined ? items : items.filter(filterOf(step["filter"]));
}

/** @.path, or @.path compared with a text or a number by == or !=. */
function filterOf(source: string): (item: unknown) => boolean {
  const match =
    /^\s*@(?<path>[^=!\s]+)\s*(?:(?<sign>==|!=)\s*(?:["'](?<text>.*)["']|(?<bare>\S+))\s*)?$/.exec(source);
  if (match === null) throw usageError(`The jsonpath filter is not understood: ${source}`);
  const { path = "", sign, text, bare } = match.groups ?? {};
  return (item) => {
    const values = select(path, item);
    if (sign === undefined) return values.length > 0;
    const isEqual = values.some((value) => String(value) === (text ?? bare));
    return sign === "==" ? isEqual : !isEqual;
  };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
