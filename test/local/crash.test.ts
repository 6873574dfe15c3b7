/** Poolkeeper is killed before each effect that it has on the host, one after the other; whoever comes next ends up the same. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { type Host, realHost } from "../../src/provider/local/host.ts";
import { live } from "./life.ts";
import { anImage, aPlace, type Place, qemusIn, noQemu } from "./testing.ts";

/** What only looks changes nothing that a kill could interrupt. */
const looks: readonly string[] = ["connect", "freeBytes"];

/** The real host, which calls `before` with the name of each effect. */
function watched(before: (effect: string) => void): Host {
  const effects = Object.entries(realHost).map(([name, effect]: [string, (...args: never[]) => unknown]) => [
    name,
    (...args: never[]) => {
      if (!looks.includes(name)) before(name);
      return effect(...args);
    },
  ]);
  return Object.fromEntries(effects) as Host;
}

/** This file again, as the process that is killed. */
if (process.env["PK_CRASH_AT"] !== undefined) {
  let left = Number(process.env["PK_CRASH_AT"]);
  const place = JSON.parse(process.env["PK_CRASH_IN"] ?? "") as Place;
  const host = watched(() => {
    if ((left -= 1) === 0) process.kill(process.pid, "SIGKILL");
  });
  await live(place, host);
  process.exit(0);
}

async function killedAt(effect: number, place: Place): Promise<boolean> {
  const child = spawn(process.execPath, [import.meta.filename], {
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: "",
      PK_CRASH_AT: String(effect),
      PK_CRASH_IN: JSON.stringify({ ...place, opened: [] }),
    },
    stdio: "inherit",
  });
  const [, signal] = (await once(child, "exit")) as [unknown, unknown];
  return signal === "SIGKILL";
}

function filesIn(place: Place): readonly string[] {
  return readdirSync(place.root, { recursive: true }).map(String).toSorted();
}

test("killed before any of its effects, the next one brings the same life to the same end", {
  skip: noQemu,
}, async (t) => {
  const place = aPlace(t);
  anImage(place);
  anImage(place, { version: "2", kubernetesVersion: "v1.36.3" });
  const begin = (): void => {
    rmSync(place.dataDir, { recursive: true, force: true });
    rmSync(path.join(place.dataDir, "..", "phase"), { force: true });
  };

  const effects: string[] = [];
  const clean = await live(
    place,
    watched((effect) => effects.push(effect)),
  );
  const cleanFiles = filesIn(place);
  t.diagnostic(`${effects.length} effects: ${effects.join(" ")}`);
  assert.deepEqual([clean.at(-1), qemusIn(place)], ["gone", []]);

  for (let at = 1; at <= effects.length; at += 1) {
    begin();
    if (!(await killedAt(at, place))) continue; // Some effects are one more look at what is slow; not each life has them.
    const rest = await live(place, realHost);
    const what = `killed before effect ${at}, ${effects[at - 1]}`;
    assert.deepEqual(rest, clean.slice(clean.length - rest.length), what);
    assert.deepEqual(filesIn(place), cleanFiles, what);
    assert.deepEqual(qemusIn(place), [], what);
  }
});
