/** The built console, file by file. Only files that were found in its folder are ever served, so no path leads out of it. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export interface ConsoleFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Its name holds a digest of its contents, so it never changes. */
  readonly isImmutable: boolean;
}

export interface ConsoleFiles {
  /** The file, or the page for a path that is a place in the console; null where neither is. */
  find(urlPath: string): ConsoleFile | null;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

export function createConsoleFiles(folder: string): ConsoleFiles {
  let files: ReadonlyMap<string, ConsoleFile> = new Map();
  let builtAt = 0;
  // A build that is made while we run is seen at the next page.
  const refresh = (): void => {
    const index = path.join(folder, "index.html");
    const changedAt = existsSync(index) ? statSync(index).mtimeMs : 0;
    if (changedAt === builtAt) return;
    builtAt = changedAt;
    files = changedAt === 0 ? new Map() : readAll(folder);
  };
  return {
    find: (urlPath) => {
      const isPlace = path.posix.extname(urlPath) === "";
      if (isPlace || files.size === 0) refresh();
      return files.get(urlPath) ?? (isPlace ? (files.get("/index.html") ?? null) : null);
    },
  };
}

function readAll(folder: string): ReadonlyMap<string, ConsoleFile> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    entries.flatMap((entry): readonly (readonly [string, ConsoleFile])[] => {
      const type = types[path.extname(entry.name)];
      if (type === undefined) return [];
      const file = path.join(entry.parentPath, entry.name);
      const bytes = readFileSync(file);
      const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
      const isImmutable =
        /[-.][\w-]{8,}\.\w+$/.test(entry.name) && file.includes(`${path.sep}assets${path.sep}`);
      return [
        [`/${path.relative(folder, file).split(path.sep).join("/")}`, { bytes, type, etag, isImmutable }],
      ];
    }),
  );
}
