import assert from "node:assert/strict";
import test from "node:test";
import { CommandError } from "./failure.ts";
import { fillTemplate } from "./json-path.ts";

const data = {
  items: [
    {
      metadata: { name: "web", labels: { "poolkeeper.dev/pool": "web" } },
      status: {
        conditions: [
          { type: "Ready", status: "True" },
          { type: "Paused", status: "False" },
        ],
      },
    },
    { metadata: { name: "gpu" }, status: { conditions: [{ type: "Ready", status: "False" }] } },
  ],
};

const table: readonly (readonly [template: string, text: string])[] = [
  ["{.items[0].metadata.name}", "web"],
  ["{.items[*].metadata.name}", "web gpu"],
  ["{.items[-1].metadata.name}", "gpu"],
  [".items[1].metadata.name", "gpu"],
  ["{$.items[0].metadata.name}", "web"],
  ["{.items[0].metadata.labels.poolkeeper\\.dev/pool}", "web"],
  ["{.items[0].metadata.labels['poolkeeper.dev/pool']}", "web"],
  ["{.items[0].nothing}", ""],
  ["name={.items[0].metadata.name}!", "name=web!"],
  ['{range .items[*]}{.metadata.name}{"\\n"}{end}', "web\ngpu\n"],
  [
    "{range .items[*]}{.metadata.name}:{range .status.conditions[*]}{.type},{end};{end}",
    "web:Ready,Paused,;gpu:Ready,;",
  ],
  ['{.items[0].status.conditions[?(@.type=="Ready")].status}', "True"],
  ["{.items[*].status.conditions[?(@.type!='Ready')].status}", "False"],
  ["{.items[0].metadata}", '{"name":"web","labels":{"poolkeeper.dev/pool":"web"}}'],
];

for (const [template, text] of table) {
  test(`${template} gives ${JSON.stringify(text)}`, () => {
    assert.equal(fillTemplate(template, data), text);
  });
}

for (const template of ["{.items[}", "{range .items[*]}{.a}", "{.items[?(@.a<1)]}", "{.items"]) {
  test(`${template} is refused as no template`, () => {
    assert.throws(() => fillTemplate(template, data), CommandError);
  });
}
