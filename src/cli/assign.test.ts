import assert from "node:assert/strict";
import test from "node:test";
import { assigned, readAssignment } from "./assign.ts";
import { CommandError } from "./failure.ts";

const table: readonly (readonly [text: string, path: string, value: unknown])[] = [
  ["nodes=5", "replicas", 5],
  ["image=Linux", "template.image", { family: "Linux" }],
  ["image=Linux:3.1", "template.image", { family: "Linux", version: "3.1" }],
  ["image-version=3.1", "template.image.version", "3.1"],
  ["version=v1.36.3", "template.kubernetesVersion", "v1.36.3"],
  ["zones=a,b", "template.zones", ["a", "b"]],
  ["instance-types=x,y", "template.instanceTypes", ["x", "y"]],
  [
    "taints=a=b:NoExecute,c:NoSchedule",
    "template.taints",
    [
      { key: "a", value: "b", effect: "NoExecute" },
      { key: "c", effect: "NoSchedule" },
    ],
  ],
  ["taints=", "template.taints", []],
  ["system-disk=80:essd", "template.systemDisk", { sizeGiB: 80, category: "essd" }],
  [
    "data-disks=d:10:keep:ssd",
    "template.dataDisks",
    [{ name: "d", sizeGiB: 10, category: "ssd", onRelease: "Keep" }],
  ],
  ["window=nights", "management.maintenanceWindowRef", { name: "nights" }],
  ["window=none", "management.maintenanceWindowRef", undefined],
  ["auto-upgrade=yes", "management.autoUpgrade", true],
  ["auto-repair=off", "management.autoRepair", false],
  ["max-unavailable=2", "upgrade.maxUnavailable", 2],
  ["max-unavailable=5%", "upgrade.maxUnavailable", "5%"],
  ["drain-timeout=1h30m", "drain.timeoutSeconds", 5400],
  ["soak=90", "upgrade.soakSeconds", 90],
  ["on-timeout=stop", "drain.onTimeout", "Stop"],
  ["method=replace-instance", "upgrade.method", "ReplaceInstance"],
  ["labels.team=web", "template.nodeLabels|team", "web"],
  ["labels.example.com/tier=gold", "template.nodeLabels|example.com/tier", "gold"],
  ["labels.team-", "template.nodeLabels|team", undefined],
  ["tags.cost=", "template.instanceTags|cost", ""],
  ["image-", "template.image", undefined],
  ['template.zones=["a"]', "template.zones", ["a"]],
  ["spec.paused=true", "paused", true],
  ["template.nodeLabels.example.com/a=1", "template.nodeLabels|example.com/a", "1"],
];

for (const [text, path, value] of table) {
  test(`"${text}" sets ${path}`, () => {
    const [start = "", end] = path.split("|");
    const wanted = [...start.split("."), ...(end === undefined ? [] : [end])];
    assert.deepEqual(readAssignment(text), { path: wanted, value });
  });
}

for (const text of [
  "nodes",
  "=5",
  "nodes=many",
  "auto-repair=perhaps",
  "colour=red",
  "soak=soon",
  "taints=:x",
]) {
  test(`"${text}" is no setting`, () => {
    assert.throws(() => readAssignment(text), /./);
  });
}

test("A mistyped setting is answered with the one that was meant", () => {
  assert.throws(
    () => readAssignment("windw=nights"),
    (error) => error instanceof CommandError && /Did you mean window/.test(error.message),
  );
});

test("The spec is copied, changed and otherwise kept", () => {
  const spec = { replicas: 1, template: { zones: ["a"], nodeLabels: { team: "web", tier: "gold" } } };
  const next = assigned(spec, ["labels.team-", "zones=b", "window=nights"].map(readAssignment));
  assert.deepEqual(next, {
    replicas: 1,
    template: { zones: ["b"], nodeLabels: { tier: "gold" } },
    management: { maintenanceWindowRef: { name: "nights" } },
  });
  assert.deepEqual(spec.template.zones, ["a"]);
});
