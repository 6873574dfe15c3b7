/** Whether guests are emulated is found out by a kernel that boots or does not, once, and may be said by a person. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import test from "node:test";
import { imagesDir, listImages } from "../../src/image/manifest.ts";
import { realClock } from "../../src/ports/clock.ts";
import { createAccelerators } from "../../src/provider/local/accelerator.ts";
import { type Host, realHost } from "../../src/provider/local/host.ts";
import { layoutOf } from "../../src/provider/local/layout.ts";
import type { LocalSettings } from "../../src/schema/provider.ts";
import { anImage, aPlace, providerName, noQemu } from "./testing.ts";

const { images } = await listImages(imagesDir(process.env));
const newest = images.filter(({ manifest }) => manifest.kernel !== null).at(-1);
const noImage = newest === undefined ? "there is no node image here: bin/poolkeeper image build" : false;
const skip = noQemu || noImage;

function accelerators(place: ReturnType<typeof aPlace>, settings: LocalSettings = {}) {
  mkdirSync(place.root, { recursive: true });
  const log: string[] = [];
  let probes = 0;
  const host: Host = {
    ...realHost,
    launch: (launch) => {
      probes += 1;
      return realHost.launch(launch);
    },
  };
  const layout = layoutOf(place.dataDir, providerName);
  const options = {
    settings,
    layout,
    host,
    clock: realClock,
    qemuVersion: "7",
    log: (line: string) => log.push(line),
  };
  return { choose: createAccelerators(options).choose, log, probes: () => probes };
}

test("what a person says is not doubted", { skip: noQemu }, async (t) => {
  const place = aPlace(t);
  const image = anImage(place);
  for (const accelerator of ["kvm", "tcg"] as const) {
    const { choose, probes } = accelerators(place, { accelerator });
    assert.deepEqual([await choose(image, "nowhere"), probes()], [accelerator, 0]);
  }
});

test("an image without a kernel proves nothing, and is emulated", { skip: noQemu }, async (t) => {
  const place = aPlace(t);
  const { choose, probes } = accelerators(place);
  assert.deepEqual([await choose(anImage(place), "nowhere"), probes()], ["tcg", 0]);
});

test("the answer is found once, said with its reason, and kept over a restart", { skip }, async (t) => {
  assert.ok(newest);
  const place = aPlace(t);
  const first = accelerators(place);
  const answers = await Promise.all([1, 2].map(() => first.choose(newest.manifest, newest.dir)));
  assert.equal(answers[0], answers[1]);
  assert.ok(first.probes() <= 1);
  assert.equal(first.log.length, 1);
  assert.match(first.log[0] ?? "", /^guests (run with KVM|are emulated in software): .*\/dev\/kvm/);
  const second = accelerators(place);
  assert.equal(await second.choose(newest.manifest, newest.dir), answers[0]);
  assert.deepEqual([second.probes(), second.log], [0, first.log]);
});
