/**
 * A small CD image (ISO 9660 with Joliet names) of files in one folder: what cloud-init reads as its NoCloud seed. No
 * folders, no Rock Ridge, and no file that is larger than memory.
 */

export interface IsoFile {
  readonly name: string;
  readonly text: string;
}

const sectorSize = 2048;
/** Sectors before this one belong to the boot loaders of others. */
const firstDescriptor = 16;
const pathTables = { plainLittle: 19, plainBig: 20, jolietLittle: 21, jolietBig: 22 } as const;
const plainRoot = 23;
const jolietRoot = 24;
const firstFile = 25;

interface Placed {
  readonly name: string;
  readonly content: Buffer;
  readonly sector: number;
}

export function isoOf(label: string, files: readonly IsoFile[], at: Date): Buffer {
  const placed = place(files);
  const last = placed.at(-1);
  const sectors = last === undefined ? firstFile : last.sector + sectorsOf(last.content.length);
  const image = Buffer.alloc(sectors * sectorSize);
  const put = (sector: number, content: Buffer): void => void content.copy(image, sector * sectorSize);
  const time = directoryTime(at);
  put(firstDescriptor, descriptor({ label, sectors, at, names: plainNames }));
  put(firstDescriptor + 1, descriptor({ label, sectors, at, names: jolietNames }));
  put(firstDescriptor + 2, Buffer.from("\u00ffCD001\u0001", "latin1"));
  put(pathTables.plainLittle, pathTable(plainRoot, "little"));
  put(pathTables.plainBig, pathTable(plainRoot, "big"));
  put(pathTables.jolietLittle, pathTable(jolietRoot, "little"));
  put(pathTables.jolietBig, pathTable(jolietRoot, "big"));
  put(plainRoot, directory(plainRoot, placed.map(plainEntry), time));
  put(jolietRoot, directory(jolietRoot, placed.map(jolietEntry), time));
  for (const { sector, content } of placed) put(sector, content);
  return image;
}

function place(files: readonly IsoFile[]): readonly Placed[] {
  let sector = firstFile;
  return files.map(({ name, text }) => {
    const content = Buffer.from(text);
    const placed = { name, content, sector };
    sector += sectorsOf(content.length);
    return placed;
  });
}

function sectorsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / sectorSize));
}

interface Names {
  readonly type: number;
  readonly escape: string;
  readonly root: number;
  readonly little: number;
  readonly big: number;
  text(value: string, bytes: number): Buffer;
}

const plainNames: Names = {
  type: 1,
  escape: "",
  root: plainRoot,
  little: pathTables.plainLittle,
  big: pathTables.plainBig,
  text: (value, bytes) => Buffer.from(value.padEnd(bytes), "ascii").subarray(0, bytes),
};

/** Joliet: names in big-endian UCS-2, level 3. */
const jolietNames: Names = {
  type: 2,
  escape: "%/E",
  root: jolietRoot,
  little: pathTables.jolietLittle,
  big: pathTables.jolietBig,
  text: (value, bytes) => ucs2(value.padEnd(bytes / 2)).subarray(0, bytes),
};

interface Volume {
  readonly label: string;
  readonly sectors: number;
  readonly at: Date;
  readonly names: Names;
}

function descriptor({ label, sectors, at, names }: Volume): Buffer {
  const block = Buffer.alloc(sectorSize);
  block.writeUInt8(names.type, 0);
  block.write("CD001\u0001", 1, "latin1");
  names.text("", 32).copy(block, 8);
  names.text(label, 32).copy(block, 40);
  both32(sectors).copy(block, 80);
  block.write(names.escape, 88, "ascii");
  both16(1).copy(block, 120);
  both16(1).copy(block, 124);
  both16(sectorSize).copy(block, 128);
  both32(pathTableBytes).copy(block, 132);
  block.writeUInt32LE(names.little, 140);
  block.writeUInt32BE(names.big, 148);
  entry(
    { name: Buffer.from([0]), sector: names.root, bytes: sectorSize, isFolder: true },
    directoryTime(at),
  ).copy(block, 156);
  names.text("", 623).copy(block, 190); // Publisher, preparer, application and the names of three files: none.
  const stamp = volumeTime(at);
  stamp.copy(block, 813);
  stamp.copy(block, 830);
  volumeTime(null).copy(block, 847);
  stamp.copy(block, 864);
  block.writeUInt8(1, 881);
  return block;
}

const pathTableBytes = 10;

/** The root folder alone. */
function pathTable(root: number, order: "little" | "big"): Buffer {
  const table = Buffer.alloc(pathTableBytes);
  table.writeUInt8(1, 0);
  if (order === "little") table.writeUInt32LE(root, 2);
  else table.writeUInt32BE(root, 2);
  if (order === "little") table.writeUInt16LE(1, 6);
  else table.writeUInt16BE(1, 6);
  return table;
}

interface Entry {
  readonly name: Buffer;
  readonly sector: number;
  readonly bytes: number;
  readonly isFolder: boolean;
}

function plainEntry({ name, content, sector }: Placed): Entry {
  const plain = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  return { name: Buffer.from(`${plain}.;1`, "ascii"), sector, bytes: content.length, isFolder: false };
}

function jolietEntry({ name, content, sector }: Placed): Entry {
  return { name: ucs2(name), sector, bytes: content.length, isFolder: false };
}

function directory(self: number, entries: readonly Entry[], time: Buffer): Buffer {
  const folder = (mark: number): Entry => ({
    name: Buffer.from([mark]),
    sector: self,
    bytes: sectorSize,
    isFolder: true,
  });
  const sorted = entries.toSorted((a, b) => Buffer.compare(a.name, b.name));
  // The folder itself, the one above it (itself again, being the root), and the files by name.
  const content = Buffer.concat([folder(0), folder(1), ...sorted].map((each) => entry(each, time)));
  if (content.length > sectorSize)
    throw new RangeError(`${entries.length} files are too many for one folder`);
  return content;
}

function entry({ name, sector, bytes, isFolder }: Entry, time: Buffer): Buffer {
  const length = 33 + name.length + ((33 + name.length) % 2);
  const record = Buffer.alloc(length);
  record.writeUInt8(length, 0);
  both32(sector).copy(record, 2);
  both32(bytes).copy(record, 10);
  time.copy(record, 18);
  record.writeUInt8(isFolder ? 2 : 0, 25);
  both16(1).copy(record, 28);
  record.writeUInt8(name.length, 32);
  name.copy(record, 33);
  return record;
}

/** Numbers are written twice, for machines of either byte order. */
function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}

function ucs2(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

function directoryTime(at: Date): Buffer {
  return Buffer.from([
    at.getUTCFullYear() - 1900,
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    0,
  ]);
}

function volumeTime(at: Date | null): Buffer {
  const digits = at === null ? "0".repeat(16) : `${at.toISOString().replaceAll(/\D/g, "").slice(0, 14)}00`;
  return Buffer.concat([Buffer.from(digits, "ascii"), Buffer.from([0])]);
}
