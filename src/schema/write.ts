/** Writes deploy/ from the schemas: `npm run crds`. Says nothing of its own about what is in it. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { customResourceDefinitions } from "./crd.ts";
import type { KubeObject } from "./kubernetes.ts";
import {
  forceManifests,
  joinManifests,
  rbacManifests,
  signInManifests,
  simulatorManifests,
} from "./manifests.ts";

export const deployFolder = path.resolve(import.meta.dirname, "../../deploy");
const definitionsFolder = path.join(deployFolder, "crds");

/** Each generated file, by its path below `deploy/`. */
export function deployFiles(): ReadonlyMap<string, string> {
  const files = customResourceDefinitions().map((definition): [string, string] => [
    `crds/${definition.spec.names.plural}.yaml`,
    manifestText([definition]),
  ]);
  files.push(["rbac.yaml", manifestText(rbacManifests())]);
  files.push(["rbac-force.yaml", manifestText(forceManifests())]);
  files.push(["rbac-join.yaml", manifestText(joinManifests())]);
  files.push(["rbac-sign-in.yaml", manifestText(signInManifests())]);
  files.push(["rbac-simulator.yaml", manifestText(simulatorManifests())]);
  return new Map(files);
}

/** YAML 1.1 rules for quoting, because many readers still take `on` for true and `22:30` for a number. */
export function manifestText(objects: readonly KubeObject[]): string {
  const documents = objects.map((object) =>
    stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }),
  );
  return `# Written by npm run crds from src/schema. Do not edit.\n${documents.join("---\n")}`;
}

function writeDeploy(): void {
  mkdirSync(definitionsFolder, { recursive: true });
  for (const file of readdirSync(definitionsFolder)) rmSync(path.join(definitionsFolder, file));
  for (const [file, content] of deployFiles()) writeFileSync(path.join(deployFolder, file), content);
}

if (import.meta.main) writeDeploy();
