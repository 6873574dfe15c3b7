/** The simulator's file: what survives the end of a process, and what is refused. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createVirtualClock } from "../../sim/clock.ts";
import { createCloud } from "../../sim/cloud/create.ts";
import { aBootstrap, aRequest } from "../../sim/cloud/testing.ts";
import { openFileStore } from "./file-store.ts";

const region = "cn-hangzhou";

async function aFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "poolkeeper-store-"));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, "deep", "cloud.jsonl");
}

async function aCloud(path: string, startAt: number) {
  const clock = createVirtualClock(startAt);
  const store = await openFileStore(path, region);
  return { clock, cloud: createCloud({ clock, region, settings: { jitterPercent: 0 }, seed: 1, store }) };
}

test("an instance that was answered for is there after the process was killed, and goes on booting", async (t) => {
  const path = await aFile(t);
  const before = await aCloud(path, 1_000_000);
  const made = await before.cloud.calls.create("token-1", aRequest(), aBootstrap());

  const after = await aCloud(path, 1_010_000);
  assert.deepEqual(
    after.cloud.instances().map((record) => [record.id, record.state]),
    [[made.id, "Pending"]],
  );
  assert.equal((await after.cloud.calls.create("token-1", aRequest(), aBootstrap())).id, made.id);
  await after.clock.advance(20_000);
  assert.equal(after.cloud.get(made.id)?.state, "Running");
});

test("a release that was answered for is not forgotten", async (t) => {
  const path = await aFile(t);
  const before = await aCloud(path, 1_000_000);
  const made = await before.cloud.calls.create("token-1", aRequest(), aBootstrap());
  await before.clock.advance(60_000);
  await before.cloud.calls.release(made.id);

  const after = await aCloud(path, 2_000_000);
  assert.equal(after.cloud.get(made.id)?.state, "Releasing");
  await after.clock.advance(0);
  assert.equal(after.cloud.get(made.id), undefined);
});

test("every other change is in the file a moment later", { timeout: 30_000 }, async (t) => {
  const path = await aFile(t);
  const { clock, cloud } = await aCloud(path, 0);
  const made = await cloud.calls.create("token-1", aRequest(), aBootstrap());
  cloud.writeDisk(made.dataDisks[0]?.id ?? "", "rows");
  const written = async () => (await readFile(path, "utf8")).includes("rows");
  assert.equal(await written(), false);
  await clock.advance(50);
  while (!(await written())) await new Promise(setImmediate);
});

test("a restarted cloud gives no id twice", async (t) => {
  const path = await aFile(t);
  const ids = new Set<string>();
  for (let life = 0; life < 5; life++) {
    const { cloud } = await aCloud(path, life * 10);
    const made = await cloud.calls.create(`token-${life}`, aRequest(), aBootstrap());
    ids.add(made.id);
  }
  assert.equal(ids.size, 5);
});

test("half a line at the end is what nobody was answered for", async (t) => {
  const path = await aFile(t);
  const { cloud } = await aCloud(path, 0);
  const made = await cloud.calls.create("token-1", aRequest(), aBootstrap());
  await writeFile(path, `{"instance":{"id":"i-ha`, { flag: "a" });
  const after = await aCloud(path, 0);
  assert.deepEqual(
    after.cloud.instances().map((record) => record.id),
    [made.id],
  );
});

test("a file that is damaged in the middle is refused with its line, and left as it is", async (t) => {
  const path = await aFile(t);
  const { cloud } = await aCloud(path, 0);
  await cloud.calls.create("token-1", aRequest(), aBootstrap());
  const damaged = `${(await readFile(path, "utf8")).slice(0, -10)}\n{"forgotten":"i-1"}\n`;
  await writeFile(path, damaged);
  await assert.rejects(openFileStore(path, region), /cloud\.jsonl cannot be used: line 2 is no JSON.*mv /);
  assert.equal(await readFile(path, "utf8"), damaged);
});

test("another region's file, and any other file, are refused", async (t) => {
  const path = await aFile(t);
  await openFileStore(path, region);
  await assert.rejects(openFileStore(path, "cn-beijing"), /region cn-hangzhou, not cn-beijing/);
  await writeFile(path, `{"apiVersion":"v1"}\n`);
  await assert.rejects(openFileStore(path, region), /first line is not that of a simulator's file/);
  await writeFile(path, `{"simulator":1,"region":"${region}","lives":1}\n{"instance":7}\n`);
  await assert.rejects(openFileStore(path, region), /line 2 is no record/);
});

test("a file that has grown long is rewritten with what still counts", async (t) => {
  const path = await aFile(t);
  const { cloud } = await aCloud(path, 0);
  const made = await cloud.calls.create("token-1", aRequest(), aBootstrap());
  for (let round = 0; round < 1200; round++) {
    await cloud.calls.tag(made.id, { round: String(round) }, []);
    await cloud.calls.create("token-1", aRequest(), aBootstrap());
  }
  const lines = (await readFile(path, "utf8")).split("\n").length;
  assert.ok(lines < 1100, `${lines} lines`);
  const after = await aCloud(path, 0);
  assert.equal(after.cloud.get(made.id)?.tags["round"], "1199");
});

test("a save that fails keeps its entries, and the next one brings them whole", async (t) => {
  const path = await aFile(t);
  const store = await openFileStore(path, region);
  let isFull = false;
  const clock = createVirtualClock(0);
  const cloud = createCloud({
    clock,
    region,
    settings: {},
    seed: 1,
    store: {
      saved: store.saved,
      save: (entries) => (isFull ? Promise.reject(new Error("disk full")) : store.save(entries)),
    },
  });
  isFull = true;
  await assert.rejects(cloud.calls.create("token-1", aRequest(), aBootstrap()), /disk full/);
  isFull = false;
  const made = await cloud.calls.create("token-1", aRequest(), aBootstrap());
  const after = await aCloud(path, 0);
  assert.equal(after.cloud.get(made.id)?.clientToken, "token-1");
});
