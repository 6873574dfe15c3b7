/** Whether deploy/ is what the schemas give. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { parseAllDocuments } from "yaml";
import { customResourceDefinitions } from "./crd.ts";
import { rbacManifests } from "./manifests.ts";
import { deployFiles, deployFolder, manifestText } from "./write.ts";

test("deploy/ holds what the schemas give: after a change, run npm run crds", () => {
  for (const [file, content] of deployFiles()) {
    assert.equal(readFileSync(path.join(deployFolder, file), "utf8"), content, file);
  }
  const definitions = readdirSync(path.join(deployFolder, "crds")).map((file) => `crds/${file}`);
  assert.deepEqual(
    definitions.toSorted(),
    [...deployFiles().keys()].filter((file) => file.includes("/")).toSorted(),
  );
});

test("the files say the same to readers of both YAML versions", () => {
  const objects = [...customResourceDefinitions(), ...rbacManifests()];
  for (const version of ["1.1", "1.2"] as const) {
    const read = parseAllDocuments(manifestText(objects), { version }).map((document) => document.toJS());
    assert.deepEqual(read, objects);
  }
});

test("words that YAML 1.1 takes for something else are quoted", () => {
  const labels = { on: "yes", no: "NO", time: "22:30" };
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n", labels } };
  for (const version of ["1.1", "1.2"] as const) {
    const [document] = parseAllDocuments(manifestText([object]), { version });
    assert.deepEqual(document?.toJS(), object, version);
  }
});
