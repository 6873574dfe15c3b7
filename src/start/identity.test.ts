import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { createIdentity } from "./identity.ts";

const file = JSON.stringify(new URL("./identity.ts", import.meta.url).href);

test("a process of this machine is gone when it was killed, and not a moment before", async () => {
  const program = `console.log((await import(${file})).createIdentity().name); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const name = String(line).trim();
  const { isGone } = createIdentity();
  assert.equal(isGone(name), false);
  child.kill("SIGSTOP");
  assert.equal(isGone(name), false, "a process that is stopped may go on");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(isGone(name), true);
});

test("one's own name is not gone, and two names of one process are the same", () => {
  const { name, isGone } = createIdentity();
  assert.equal(isGone(name), false);
  assert.equal(createIdentity().name, name);
});

test("nothing is concluded about names from elsewhere, though no such process is here", () => {
  const { isGone } = createIdentity();
  for (const name of ["", "otherhost_4194305", "otherhost_4194305_1_0123456789ab", "pool-1_x_y_z"]) {
    assert.equal(isGone(name), false, name);
  }
});
