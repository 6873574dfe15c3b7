/** Cuts a watch's bytes into parsed lines. A line that does not parse is reported, not thrown. */

export type Line =
  | { readonly kind: "Json"; readonly value: unknown }
  | { readonly kind: "Undecodable"; readonly message: string };

export interface LineSplitter {
  push(chunk: Uint8Array): readonly Line[];
}

/** An object of the API has at most 1.5 MiB; anything near this limit is not a watch event. */
const maxLineBytes = 32 * 1024 * 1024;
const newline = 0x0a;

export function createLineSplitter(): LineSplitter {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const take = (rest: Buffer): Buffer => {
    if (pending.length === 0) return rest;
    const whole = Buffer.concat([...pending, rest]);
    pending = [];
    pendingBytes = 0;
    return whole;
  };
  return {
    push: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const lines: Line[] = [];
      let start = 0;
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        const line = take(bytes.subarray(start, end));
        if (line.length > 0) lines.push(parseLine(line));
        start = end + 1;
      }
      if (start < bytes.length) {
        pending.push(bytes.subarray(start));
        pendingBytes += bytes.length - start;
      }
      if (pendingBytes > maxLineBytes) {
        lines.push({ kind: "Undecodable", message: `a line of more than ${maxLineBytes} bytes` });
        take(Buffer.alloc(0));
      }
      return lines;
    },
  };
}

function parseLine(line: Buffer): Line {
  try {
    return { kind: "Json", value: JSON.parse(line.toString("utf8")) };
  } catch (error) {
    return { kind: "Undecodable", message: error instanceof Error ? error.message : String(error) };
  }
}
