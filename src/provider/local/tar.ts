/** Files as one tar archive (ustar), as small Linux images can unpack it. Regular files only; nothing is read from disk. */

export interface ArchiveFile {
  /** Absolute in the guest, such as /etc/hostname. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

const blockSize = 512;

export function tarOf(files: readonly ArchiveFile[], mtimeSeconds: number): Buffer {
  const parts = files.flatMap((file) => {
    const content = Buffer.from(file.text);
    return [header(file, content.length, mtimeSeconds), content, padding(content.length)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * blockSize)]);
}

function padding(length: number): Buffer {
  return Buffer.alloc((blockSize - (length % blockSize)) % blockSize);
}

function header({ path, mode }: ArchiveFile, size: number, mtimeSeconds: number): Buffer {
  const block = Buffer.alloc(blockSize);
  const { prefix, name } = splitName(path.replace(/^\/+/, ""));
  const octal = (value: number, at: number, width: number): void => {
    block.write(value.toString(8).padStart(width - 1, "0"), at, "ascii");
  };
  block.write(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8); // Owner and group are root.
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(mtimeSeconds, 136, 12);
  block.fill(" ", 148, 156); // The checksum counts its own field as blanks.
  block.write("0", 156, "ascii");
  block.write("ustar\u000000", 257, "ascii");
  block.write("root", 265, "ascii");
  block.write("root", 297, "ascii");
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "ascii");
  return block;
}

/** A name of up to 100 bytes, and before it a folder of up to 155. */
function splitName(path: string): { readonly prefix: string; readonly name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path };
  const cut = path.indexOf("/", Math.max(0, path.length - 101));
  const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
  if (cut < 0 || Buffer.byteLength(prefix) > 155 || Buffer.byteLength(name) > 100) {
    throw new RangeError(`${path} is too long for a tar archive`);
  }
  return { prefix, name };
}
