/** What a disk is made from, and which places there are for an instance. */
import assert from "node:assert/strict";
import test from "node:test";
import { isSkewAllowed, placeAfter, placesOf, targetDisk } from "./target.ts";
import { aPool, aSnapshot } from "./testing.ts";

const { provider } = aSnapshot();
const { catalogue } = provider;
const family = "AlibabaCloudLinux";

function disk(
  template: NonNullable<Parameters<typeof aPool>[0]>["template"] = {},
  serverVersion = "v1.36.3",
): string {
  const target = targetDisk(aPool({ template }).spec.template, provider, { serverVersion });
  if (!target.ok) return `${target.reason} ${Object.values(target.facts).join(" ")}`;
  return `${target.disk.image.family} ${target.disk.image.version} ${target.disk.kubernetesVersion}`;
}

const cases: readonly (readonly [string, () => string, string])[] = [
  [
    "without wishes: the default family, its newest image, the API server's version",
    () => disk(),
    `${family} 3.1 v1.36.3`,
  ],
  ["a family without a version: its newest", () => disk({ image: { family } }), `${family} 3.1 v1.36.3`],
  ["a version is kept to", () => disk({ image: { family, version: "3.0" } }), `${family} 3.0 v1.36.3`],
  ["so is a kubelet", () => disk({ kubernetesVersion: "v1.35.2" }), `${family} 3.1 v1.35.2`],
  ["the newest kubelet that the API server allows", () => disk({}, "v1.35.9"), `${family} 3.1 v1.35.2`],
  ["an unknown family", () => disk({ image: { family: "Mars" } }), "ImageUnknown Mars simulator"],
  [
    "an unknown version",
    () => disk({ image: { family, version: "9" } }),
    `ImageUnknown ${family} 9 simulator`,
  ],
  [
    "an unknown kubelet",
    () => disk({ kubernetesVersion: "v1.1.1" }),
    `ImageUnknown ${family} 3.1 v1.1.1 simulator`,
  ],
  ["no kubelet at all that fits", () => disk({}, "v1.20.0"), `ImageUnknown ${family} 3.1 v1.20.0 simulator`],
  [
    "a kubelet that is too new",
    () => disk({ kubernetesVersion: "v1.36.3" }, "v1.35.9"),
    "VersionSkew v1.36.3 v1.35.9",
  ],
];
for (const [name, actual, expected] of cases) test(name, () => assert.equal(actual(), expected));

test("a kubelet may be three minors older than the API server, and not newer", () => {
  const allowed = ["v1.37.0", "v1.36.9", "v1.35.0", "v1.33.0", "v1.32.9", "nonsense"].map((version) =>
    isSkewAllowed(version, "v1.36.3"),
  );
  assert.deepEqual(allowed, [false, true, true, true, false, false]);
});

test("places: types as the person prefers them, zone by zone", () => {
  assert.ok(catalogue);
  const pool = aPool({ template: { instanceTypes: ["big", "small"], zones: ["a", "b"] } });
  const names = placesOf({ pool }, catalogue).map(({ zone, instanceType }) => `${instanceType} ${zone}`);
  assert.deepEqual(names, ["big a", "big b", "small a", "small b"]);
});

test("a zone that the pool names no longer is left at the next attempt", () => {
  assert.ok(catalogue);
  const pool = aPool({ template: { instanceTypes: ["big"], zones: ["a", "b"] } });
  const { zone } = placeAfter({ pool }, catalogue, { zone: "z", attempt: 1 });
  assert.ok(["a", "b"].includes(zone));
});

test("the hash of a disk changes with what goes into it, and with nothing else", () => {
  const hash = (template: NonNullable<Parameters<typeof aPool>[0]>["template"]): string => {
    const target = targetDisk(aPool({ template: template ?? {} }).spec.template, provider, {
      serverVersion: "v1.36.3",
    });
    return target.ok ? target.disk.hash : "";
  };
  const plain = hash({});
  assert.equal(hash({ nodeLabels: { a: "b" }, instanceTypes: ["big"] }), plain);
  for (const template of [
    { systemDisk: { sizeGiB: 80 } },
    { kubernetesVersion: "v1.35.2" },
    { image: { family, version: "3.0" } },
    { userDataSecretRef: { name: "s" } },
  ])
    assert.notEqual(hash(template), plain);
});
