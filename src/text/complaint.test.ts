/** Whatever a schema finds wrong is said in Chinese too. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { z } from "zod";
import { customResourceDefinitions } from "../schema/crd.ts";
import { parse, parsePool } from "../schema/parse.ts";
import type { CelRule } from "../schema/rule.ts";
import { complaintAt, complaintText } from "./complaint.ts";
import { sentence } from "./sentence.ts";

const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);

test("each rule of the five kinds has its Chinese sentence, which names what the English one names", () => {
  const said = customResourceDefinitions().flatMap(rulesIn).map(saidBy);
  assert.ok(said.length > 40, `only ${said.length} rules were found`);
  for (const message of said) {
    const chinese = complaintText(message, "zh");
    assert.ok(isChinese(chinese), message);
    if (message.includes(found)) assert.ok(chinese.includes(found), `${chinese} does not name ${found}`);
    assert.equal(complaintText(message, "en"), message);
  }
});

test("so has what the parser finds by itself", () => {
  const wrong: readonly (readonly [z.ZodType, unknown])[] = [
    [z.string(), undefined],
    [z.string(), 1],
    [z.number(), "x"],
    [z.int(), "x"],
    [z.boolean(), "x"],
    [z.array(z.string()), "x"],
    [z.object({}), "x"],
    [z.record(z.string(), z.string()), "x"],
    [z.string().min(1), ""],
    [z.string().max(1), "xx"],
    [z.array(z.string()).min(1), []],
    [z.array(z.string()).max(0), ["x"]],
    [z.int().min(1), 0],
    [z.int().max(1), 2],
    [z.enum(["Spot", "OnDemand", "Reserved"]), "x"],
  ];
  for (const [schema, value] of wrong) {
    const parsed = parse(schema, value);
    assert.ok(!parsed.ok);
    for (const { message } of parsed.problems) assert.ok(isChinese(complaintText(message, "zh")), message);
  }
  assert.equal(complaintText("must be Spot or OnDemand", "zh"), "必须是 Spot 或 OnDemand");
  assert.equal(complaintText("must be at least 3", "zh"), "不能小于 3");
});

test("so has what the intents find wrong", () => {
  const folder = path.resolve(import.meta.dirname, "../core/intent");
  const sources = readdirSync(folder).filter((name) => !name.endsWith(".test.ts"));
  const phrases = sources.flatMap((name) => phrasesIn(readFileSync(path.join(folder, name), "utf8")));
  const said = phrases.flatMap((phrase) =>
    phrase === "it is *" ? states.map((state) => `it is ${state}`) : phrase,
  );
  assert.ok(said.length > 12, `only ${said.length} phrases were found`);
  for (const message of said) assert.ok(isChinese(complaintText(message, "zh")), message);
  const facts = {
    field: "endpoint",
    value: "10.0.0.1",
    message: "it points into this machine or network, which is no place of a cloud",
  };
  assert.equal(
    sentence("InvalidValue", facts, "zh"),
    "endpoint = 10.0.0.1 无效：指向本机或本网络，不是云服务的地址。",
  );
});

/** Of a target that is not to be tried again, or not to be skipped. */
const states = ["waiting", "running", "succeeded", "skipped"];

/** Texts that stand as a fact called `message`. */
function phrasesIn(source: string): readonly string[] {
  const texts = source.matchAll(/\bmessage(?::| =)[^"`;]*(?:"([^"]+)"|`([^`]+)`)/g);
  return [...texts].map(([, plain, filled]) => plain ?? (filled ?? "").replaceAll(/\$\{[^}]*\}/g, "*"));
}

test("the first complaint about a field is found, and what nobody knows stays as it is", () => {
  const parsed = parsePool({ metadata: { name: "web" }, spec: { replicas: -1 } });
  assert.ok(!parsed.ok);
  assert.equal(complaintAt(parsed.problems, "spec.replicas", "zh"), "不能小于 0");
  assert.equal(complaintAt(parsed.problems, "spec.drain", "zh"), undefined);
  assert.equal(
    complaintText("carries the tags of machine web-1 of pool web, whose instance is i-2", "zh"),
    "带有节点池 web 的机器 web-1 的标签，但该机器的实例是 i-2",
  );
  assert.equal(complaintText("teleports (.*)", "zh"), "teleports (.*)");
});

/** What a rule names, here. */
const found = "so.und-so";

function saidBy({ message, messageExpression = "" }: CelRule): string {
  if (message !== undefined) return message;
  const literals = messageExpression.match(/'(?:[^'\\]|\\.)*'/g) ?? [];
  // Between its first and its last piece of text stands what it names, with text of its own in it.
  const [first = "", last = ""] = [literals[0], literals.at(-1)].map((literal) =>
    (literal ?? "").slice(1, -1).replaceAll("\\'", "'"),
  );
  return `${first}${found}${last}`;
}

function rulesIn(value: unknown): readonly CelRule[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "x-kubernetes-validations" ? (inner as readonly CelRule[]) : rulesIn(inner),
  );
}
