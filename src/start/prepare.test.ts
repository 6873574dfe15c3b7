/** What a start refuses or asks for before it begins. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { realClock } from "../ports/clock.ts";
import { startEmbedded } from "./embedded.ts";
import { installCrds } from "./install.ts";
import type { StartOptions } from "./options.ts";
import { hasRealMachines, prepareHost, refuseUnreal } from "./prepare.ts";
import { silentProgress } from "./progress.ts";
import { openSession } from "./session.ts";

const options: StartOptions = {
  cluster: "embedded",
  port: 0,
  dataDir: ".",
  kubeconfig: null,
  context: null,
  namespace: "poolkeeper-system",
  provider: null,
  installCrds: false,
  sample: false,
};

test("real machines are refused in the world in memory, with the way to have them", () => {
  refuseUnreal(options);
  refuseUnreal({ ...options, cluster: "local", provider: "local" });
  assert.throws(() => refuseUnreal({ ...options, provider: "local" }), /--cluster local --provider local/);
  assert.equal(hasRealMachines({ ...options, cluster: "local", provider: "cloud" }), false);
});

test("without QEMU a start with real machines is refused, with the command to type", async (t) => {
  const path = process.env["PATH"];
  process.env["PATH"] = tmpdir();
  t.after(() => {
    process.env["PATH"] = path;
  });
  const surroundings = { env: process.env, signal: undefined };
  await prepareHost(options, surroundings, silentProgress);
  await assert.rejects(
    prepareHost({ ...options, cluster: "local", provider: "local" }, surroundings, silentProgress),
    /Nothing was begun\. qemu-system-\w+ is not installed\. Install it: apt-get install qemu-system-\w+ qemu-utils$/,
  );
});

test("a cluster that machines cannot join says why", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "poolkeeper-session-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const embedded = await startEmbedded(folder, realClock);
  t.after(embedded.stop);
  const session = await openSession({
    kubeconfig: embedded.kubeconfigPath,
    context: null,
    component: "test",
    namespace: "default",
    clock: realClock,
    metrics: () => null,
    prepare: (kube) => installCrds(kube, "default", realClock),
    signal: new AbortController().signal,
  });
  t.after(session.stop);
  await assert.rejects(
    session.entry(),
    /Machines cannot join http:.*plain http.*--cluster local.*None was made/,
  );
});
