/** Who is signed in by cookie: which caller stands behind it, and for how long. The cookie holds nothing but a random name. */
import { createHash } from "node:crypto";
import { hourMs, minuteMs } from "../core/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { AdminDoor, Caller } from "./world.ts";

export interface OpenSession {
  /** Tells sessions apart in limits and logs; the cookie cannot be made from it. */
  readonly id: string;
  readonly caller: Caller;
  readonly csrf: string;
  readonly expiresAt: number;
}

export interface Sessions {
  /** The value of the cookie. */
  open(caller: Caller): string;
  find(cookie: string): OpenSession | null;
  close(cookie: string): void;
}

interface Kept {
  readonly caller: Caller;
  readonly expiresAt: number;
  seenAt: number;
}

interface Life {
  readonly idleMs: number;
  readonly wholeMs: number;
}

const lives: Readonly<Record<Caller["kind"], Life>> = {
  LocalAdmin: { idleMs: 12 * hourMs, wholeMs: 72 * hourMs },
  Token: { idleMs: 30 * minuteMs, wholeMs: 8 * hourMs },
  Oidc: { idleMs: 30 * minuteMs, wholeMs: 8 * hourMs },
};

const maxSessions = 1000;

export interface SessionDeps {
  readonly clock: Clock;
  readonly admin: AdminDoor | null;
  secret(bytes: number): string;
}

export function createSessions({ clock, admin, secret }: SessionDeps): Sessions {
  const kept = new Map<string, Kept>(loaded(admin, clock.now()));
  const save = (): void => {
    const own = [...kept].filter(([, { caller }]) => caller.kind === "LocalAdmin");
    admin?.save(JSON.stringify(own.map(([id, { expiresAt }]) => ({ id, expiresAt }))));
  };
  const forget = (id: string): void => {
    const session = kept.get(id);
    kept.delete(id);
    if (session?.caller.kind === "LocalAdmin") save();
  };
  return {
    open: (caller) => {
      const cookie = secret(32);
      const now = clock.now();
      for (const [id, session] of kept) if (!isAlive(session, now)) kept.delete(id);
      const [oldest] = kept.keys();
      if (kept.size >= maxSessions && oldest !== undefined) kept.delete(oldest);
      kept.set(digest(cookie), { caller, expiresAt: now + lives[caller.kind].wholeMs, seenAt: now });
      if (caller.kind === "LocalAdmin") save();
      return cookie;
    },
    find: (cookie) => {
      const id = digest(cookie);
      const session = kept.get(id);
      if (session === undefined) return null;
      const now = clock.now();
      if (!isAlive(session, now)) {
        forget(id);
        return null;
      }
      session.seenAt = now;
      return { id, caller: session.caller, csrf: csrfOf(cookie), expiresAt: session.expiresAt };
    },
    close: (cookie) => forget(digest(cookie)),
  };
}

function isAlive({ caller, expiresAt, seenAt }: Kept, now: number): boolean {
  return now < expiresAt && now - seenAt < lives[caller.kind].idleMs;
}

/** Only digests are kept, in memory and on disk: whoever reads them cannot sign in. */
function digest(cookie: string): string {
  return createHash("sha256").update(cookie).digest("base64url");
}

/** Known to the page that may read our answers, and to nobody who can only send the cookie. */
function csrfOf(cookie: string): string {
  return createHash("sha256").update(`csrf ${cookie}`).digest("base64url");
}

function loaded(admin: AdminDoor | null, now: number): readonly (readonly [string, Kept])[] {
  const text = admin?.load() ?? null;
  if (text === null) return [];
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read)) return [];
    return read.flatMap((item: unknown): readonly (readonly [string, Kept])[] => {
      const { id, expiresAt } = { id: undefined, expiresAt: undefined, ...Object(item) };
      if (typeof id !== "string" || typeof expiresAt !== "number" || expiresAt <= now) return [];
      return [[id, { caller: { kind: "LocalAdmin" }, expiresAt, seenAt: now }]];
    });
  } catch {
    return []; // Whoever was signed in signs in again.
  }
}
