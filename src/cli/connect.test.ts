import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { kubeconfigOf } from "./connect.ts";

let dataDir: string;

before(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "poolkeeper-connect-"));
  await writeFile(path.join(dataDir, "kubeconfig"), "{}");
});

after(async () => {
  await rm(dataDir, { recursive: true });
});

const choice = { kubeconfig: null, context: null };

test("A named kubeconfig goes before everything", () => {
  const found = kubeconfigOf({ ...choice, kubeconfig: "mine", dataDir }, { KUBECONFIG: "theirs" });
  assert.deepEqual([found.file, found.origin], ["mine", "--kubeconfig mine"]);
});

test("KUBECONFIG goes before what a start has left", () => {
  assert.equal(kubeconfigOf({ ...choice, dataDir }, { KUBECONFIG: "theirs" }).origin, "KUBECONFIG=theirs");
});

test("What the last start has left goes before the person's general kubeconfig", () => {
  assert.equal(kubeconfigOf({ ...choice, dataDir }, {}).file, path.join(dataDir, "kubeconfig"));
});

test("Without all of these it is the person's general kubeconfig", () => {
  const found = kubeconfigOf({ ...choice, dataDir: path.join(dataDir, "empty") }, {});
  assert.deepEqual(found, { file: null, origin: "~/.kube/config" });
});
