import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import test from "node:test";
import { StartError } from "../start/error.ts";
import { bytesText, checkRoom, explainFull } from "./room.ts";
import { createRunner } from "./runner.ts";

const room = { dir: tmpdir(), neededBytes: 2 ** 31, what: "Building an image" };
const surroundings = { env: process.env, signal: undefined };

test("work that fits is begun, and work that does not is refused with both figures", () => {
  checkRoom({ ...room, neededBytes: 1 });
  assert.throws(
    () => checkRoom({ ...room, neededBytes: 2 ** 60 }),
    /Building an image needs 1073741824\.0 GiB in \S+, and [\d.]+ [GM]iB are free\. Nothing was begun\..*XDG_CACHE_HOME/,
  );
});

test("a disk that is full in the middle is told of, however it showed", async () => {
  const full =
    /ran out of room in \S+: it needs 2\.0 GiB there, and [\d.]+ [GM]iB are free now.*Kept it\..*untouched/;
  const byProgram = createRunner(
    room,
    surroundings,
  )(["sh", "-c", "echo 'x: No space left on device' >&2; exit 1"]);
  const said: unknown = await byProgram.catch((error: unknown) => error);
  for (const error of [said, Object.assign(new Error("write"), { code: "ENOSPC" })]) {
    const explained = explainFull(error, room, "Kept it.");
    assert.ok(explained instanceof StartError);
    assert.match(explained.message, full);
  }
});

test("any other failure is left as it is", () => {
  const error = new StartError("Building kubelet needs more disk space");
  assert.equal(explainFull(error, room, ""), error);
});

test("sizes are read at a glance", () => {
  assert.deepEqual([1, 2 ** 20, 180.2 * 2 ** 20, 1.5 * 2 ** 30].map(bytesText), [
    "1 MiB",
    "1 MiB",
    "181 MiB",
    "1.5 GiB",
  ]);
});
