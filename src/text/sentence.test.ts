import assert from "node:assert/strict";
import test from "node:test";
import type { Facts, Reason } from "../core/reason.ts";
import { commands } from "./commands.ts";
import { en } from "./en.ts";
import { factsOf } from "./pattern.ts";
import { effectText, isWarning } from "./preview.ts";
import { previewEn } from "./preview-en.ts";
import { previewZh } from "./preview-zh.ts";
import { isReason, type Language, nextCommand, sentence } from "./sentence.ts";
import { stateWord, stepWord } from "./words.ts";
import { zh } from "./zh.ts";

/** Every fact by which the core speaks; a pattern with another one would never be filled. */
const everyFact: Facts = {
  pool: "web",
  machine: "web-5",
  node: "cn-hangzhou.i-5",
  instance: "i-5",
  count: 3,
  wanted: 8,
  have: 5,
  limit: 2,
  ready: 1,
  since: "2026-11-24T02:00:00Z",
  until: "2026-11-24T06:00:00Z",
  object: "Pod shop/cart-0",
  message: "not now.",
  step: "Drain",
  operation: "web-upgrade-x1",
  window: "nights",
  image: "AlibabaCloudLinux 3.1",
  version: "v1.36.3",
  zone: "cn-hangzhou-a",
  instanceType: "ecs.g7.large",
  provider: "cloud",
  by: "ann",
  percent: 30,
  error: "no permission.",
  pod: "shop/cart-0",
  budget: "shop/cart",
  allowed: 0,
  healthy: 2,
  desired: 2,
  expected: 2,
  minutes: 12,
  field: "zones",
  value: "x",
  found: "y",
  valid: "a, b",
  suggestion: "web",
  namespace: "poolkeeper-system",
};

const reasons = Object.keys(en).filter(isReason);
const languages: readonly Language[] = ["en", "zh"];
const endings: Readonly<Record<Language, RegExp>> = { en: /[.?]$/, zh: /[。？]$/ };

for (const language of languages) {
  test(`Every reason is a whole sentence without any fact (${language})`, () => {
    for (const reason of reasons) assertSentence(sentence(reason, {}, language), reason, language);
  });

  test(`Every reason is a whole sentence with every fact (${language})`, () => {
    for (const reason of reasons) assertSentence(sentence(reason, everyFact, language), reason, language);
  });

  test(`Every reason is a whole sentence with any one fact alone (${language})`, () => {
    for (const reason of reasons) {
      for (const [name, value] of Object.entries(everyFact)) {
        assertSentence(sentence(reason, { [name]: value }, language), reason, language);
      }
    }
  });
}

function assertSentence(text: string, reason: string, language: Language): void {
  assert.match(text, endings[language], `${reason}: ${text}`);
  assert.doesNotMatch(text, /undefined|NaN|[{}[\]#|]| {2}| [.,;:]|\.\./, `${reason}: ${text}`);
}

test("Patterns show only facts that the core knows", () => {
  for (const [reason, pattern] of [
    ...Object.entries(en),
    ...Object.entries(zh),
    ...Object.entries(commands),
  ]) {
    for (const fact of factsOf(pattern)) assert.ok(fact in everyFact, `${reason} shows {${fact}}`);
  }
});

const spoken: readonly (readonly [Reason, Facts, string])[] = [
  [
    "WindowClosed",
    { window: "nights", until: "2026-11-24T18:00:00Z" },
    "The maintenance window nights is closed; it opens at 2026-11-24 18:00 UTC.",
  ],
  [
    "DrainBlocked",
    {
      machine: "web-1",
      pod: "shop/cart-0",
      budget: "shop/cart",
      allowed: 0,
      healthy: 1,
      desired: 2,
      expected: 2,
    },
    "web-1 cannot be drained: shop/cart-0 cannot be evicted now, because budget shop/cart allows 0 evictions (1 healthy, 2 needed).",
  ],
  [
    "DrainImpossible",
    { machine: "web-1", pod: "shop/cart-0", budget: "shop/cart", expected: 2 },
    "web-1 can never be drained as things are: shop/cart-0 cannot be evicted, because budget shop/cart needs every pod it covers: 2 pods.",
  ],
  [
    "BelowDesired",
    { pool: "web", have: 5, wanted: 8 },
    "web has fewer nodes than wanted (5 of 8); new ones are added.",
  ],
  [
    "NotFound",
    { object: "pool wev", namespace: "poolkeeper-system", suggestion: "web" },
    "There is no pool wev in namespace poolkeeper-system. Did you mean web?",
  ],
  [
    "UnknownZone",
    { provider: "cloud", zone: "x", valid: "a, b" },
    "The provider cloud has no zone x; it has a, b.",
  ],
  [
    "AwaitingInstance",
    { machine: "web-1", step: "ReplaceDisk" },
    "web-1 waits for its instance at step replace the system disk.",
  ],
];

for (const [reason, facts, text] of spoken) {
  test(`${reason} says: ${text}`, () => {
    assert.equal(sentence(reason, facts), text);
  });
}

test("Chinese is set with spaces at Latin words and none elsewhere", () => {
  const text = sentence("BelowDesired", { pool: "web", have: 5, wanted: 8 }, "zh");
  assert.equal(text, "web 的节点数少于期望值（5/8），正在添加新节点。");
});

test("A command is offered only when the facts say on what", () => {
  assert.equal(nextCommand("Paused", { pool: "web" }), "poolkeeper resume web");
  assert.equal(nextCommand("Paused", {}), null);
  assert.equal(nextCommand("Soaking", { pool: "web" }), null);
  assert.equal(nextCommand("NothingBehind", { pool: "web" }), "poolkeeper upgrade start web --to VERSION");
});

test("A fact `try` is the command, whatever the reason", () => {
  assert.equal(nextCommand("Soaking", { try: "poolkeeper status" }), "poolkeeper status");
});

test("Every effect of an intent is said in both languages", () => {
  assert.deepEqual(Object.keys(previewEn).toSorted(), Object.keys(previewZh).toSorted());
  for (const kind of keysOf(previewEn)) {
    for (const language of languages) {
      const text = effectText({ kind, facts: everyFact }, language);
      assert.doesNotMatch(text, /undefined|NaN|[{}[\]#|]| {2}/, `${kind}: ${text}`);
    }
  }
});

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(record) as K[];
}

test("What costs money or data is marked", () => {
  assert.ok(isWarning({ kind: "KeepsSubscriptions", facts: {} }));
  assert.ok(isWarning({ kind: "LosesSystemDisks", facts: {} }));
  assert.ok(!isWarning({ kind: "AddsNodes", facts: {} }));
});

test("A code without a word is shown with its parts set apart", () => {
  assert.equal(stepWord("PolishScreen"), "Polish Screen");
  assert.equal(stateWord("Active", "zh"), "已激活");
});
