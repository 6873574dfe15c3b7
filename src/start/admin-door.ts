/** How the person at this machine comes into the console: one-time codes, and the files that a later start finds again. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AdminDoor } from "../api/world.ts";
import type { Clock } from "../ports/clock.ts";
import { writeWholeFile } from "./whole-file.ts";

/** Long enough to find the window with the link. */
const codeMs = 10 * 60_000;
const maxCodes = 100;

export interface OwnDoor extends AdminDoor {
  /** For `poolkeeper console`: where we are, and what proves that it may read this folder. */
  publish(url: string): void;
}

export function createAdminDoor(dataDir: string, clock: Clock): OwnDoor {
  const codes = new Map<string, number>();
  const key = randomBytes(32).toString("base64url");
  const sessionsFile = join(dataDir, "console-sessions.json");
  return {
    issue: () => {
      const code = randomBytes(24).toString("base64url");
      const [oldest] = codes.keys();
      if (codes.size >= maxCodes && oldest !== undefined) codes.delete(oldest);
      codes.set(digest(code), clock.now() + codeMs);
      return { code, expiresAt: clock.now() + codeMs };
    },
    redeem: (code) => {
      const name = digest(code);
      const expiresAt = codes.get(name);
      codes.delete(name);
      return expiresAt !== undefined && clock.now() < expiresAt;
    },
    isKey: (text) => timingSafeEqual(Buffer.from(digest(text)), Buffer.from(digest(key))),
    load: () => (existsSync(sessionsFile) ? readFileSync(sessionsFile, "utf8") : null),
    save: (text) => writeWholeFile(sessionsFile, text, 0o600),
    publish: (url) => writeWholeFile(join(dataDir, "console.json"), JSON.stringify({ url, key }), 0o600),
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
