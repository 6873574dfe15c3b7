/** Is there room for one more instance, and what is said where there is none. */
import assert from "node:assert/strict";
import test from "node:test";
import { type Room, shortageFor } from "./capacity.ts";
import { typeNamed, typesFor } from "./instance-types.ts";

const small = typeNamed("local.small");

function room(fields: Partial<Room> = {}): Room {
  const plenty = { availableMiB: 16_000, freeBytes: 100 * 2 ** 30, folder: "/data" };
  return { settings: {}, others: [], overheadMiB: 300, ...plenty, ...fields };
}

const cases: readonly (readonly [name: string, room: Room, says: RegExp | null])[] = [
  ["there is room on an empty host", room(), null],
  [
    "what others hold already counts once",
    room({ availableMiB: 3000, others: [{ type: small, residentMiB: 1580 }] }),
    null,
  ],
  [
    "what was promised to others and not touched yet is not free",
    room({ availableMiB: 3000, others: [{ type: small, residentMiB: 200 }] }),
    /needs 1580 MiB/,
  ],
  [
    "memory that is short is told in numbers",
    room({ availableMiB: 2500, others: [{ type: small, residentMiB: 500 }] }),
    /needs 1580 MiB of memory \(300 MiB of them for QEMU\), and this host has 1164 MiB to give \(2500 MiB free, 1080 MiB of them promised to other instances, 256 MiB kept for the host\)/,
  ],
  ["the limit on instances holds", room({ settings: { maxInstances: 0 } }), /there are 0 of at most 0/],
  [
    "the limit on CPUs holds",
    room({ settings: { cpus: 1 }, others: [{ type: small, residentMiB: 1280 }] }),
    /needs 1 of the 1 CPUs in spec.local.cpus, and 1 are taken/,
  ],
  [
    "a full disk is told",
    room({ freeBytes: 2 ** 30 }),
    /needs 3072 MiB of disk to begin with, and \/data has 1024/,
  ],
];

for (const [name, given, says] of cases) {
  test(name, () => {
    const shortage = shortageFor(small, given);
    if (says === null) assert.equal(shortage, null);
    else assert.match(shortage ?? "", says);
  });
}

test("a host offers the sizes it could hold, and the smallest in any case", () => {
  const names = (cpus: number, memoryMiB: number) =>
    typesFor({ cpus, memoryMiB }, "amd64").map(({ name }) => name);
  assert.deepEqual(names(1, 1000), ["local.small"]);
  assert.deepEqual(names(2, 8192), ["local.small", "local.medium", "local.large"]);
  assert.deepEqual(names(8, 64_000), ["local.small", "local.medium", "local.large", "local.xlarge"]);
});
