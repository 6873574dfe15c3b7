/** Who is signed in by cookie: which caller stands behind it, and for how long. The cookie holds nothing but a random name. */
import { createHash } from "node:crypto";
import { hourMs, minuteMs } from "../core/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { AdminDoor, Caller, Proof, Proven } from "./world.ts";

export interface OpenSession {
  /** Tells sessions apart in limits and logs; the cookie cannot be made from it. */
  readonly id: string;
  readonly caller: Caller;
  readonly csrf: string;
  readonly expiresAt: number;
}

export interface Sessions {
  /** The value of the cookie. With a proof, the caller is asked for again at their provider every few minutes. */
  open(caller: Caller, proof: Proof | null): string;
  /** As it is known here. */
  find(cookie: string): OpenSession | null;
  /** The same, after their provider has vouched for the caller where that is due; null once it does not any more. */
  confirm(cookie: string, isUse: boolean): Promise<OpenSession | null>;
  close(cookie: string): void;
}

interface Kept {
  caller: Caller;
  readonly expiresAt: number;
  seenAt: number;
  proof: Proof | null;
  provenAt: number;
  proving: Promise<Proven | null> | null;
}

/** Disabling a person at their provider ends their session within five minutes; this leaves one for the asking. */
const provenMs = 4 * minuteMs;

interface Life {
  readonly idleMs: number;
  readonly wholeMs: number;
}

const lives: Readonly<Record<Caller["kind"], Life>> = {
  LocalAdmin: { idleMs: 12 * hourMs, wholeMs: 72 * hourMs },
  Token: { idleMs: hourMs, wholeMs: 8 * hourMs },
  Oidc: { idleMs: hourMs, wholeMs: 8 * hourMs },
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
  const alive = (cookie: string): readonly [string, Kept] | null => {
    const id = digest(cookie);
    const session = kept.get(id);
    if (session === undefined) return null;
    if (isAlive(session, clock.now())) return [id, session];
    forget(id);
    return null;
  };
  return {
    open: (caller, proof) => {
      const cookie = secret(32);
      const now = clock.now();
      for (const [id, session] of kept) if (!isAlive(session, now)) kept.delete(id);
      const [oldest] = kept.keys();
      if (kept.size >= maxSessions && oldest !== undefined) kept.delete(oldest);
      const expiresAt = now + lives[caller.kind].wholeMs;
      kept.set(digest(cookie), { caller, expiresAt, seenAt: now, proof, provenAt: now, proving: null });
      if (caller.kind === "LocalAdmin") save();
      return cookie;
    },
    find: (cookie) => {
      const found = alive(cookie);
      return found === null ? null : viewOf(cookie, ...found);
    },
    confirm: async (cookie, isUse) => {
      const found = alive(cookie);
      if (found === null) return null;
      const [id, session] = found;
      if (isUse) session.seenAt = clock.now();
      if (!(await isProven(session, clock))) {
        forget(id);
        return null;
      }
      return kept.get(id) === session ? viewOf(cookie, id, session) : null;
    },
    close: (cookie) => forget(digest(cookie)),
  };
}

function viewOf(cookie: string, id: string, { caller, expiresAt }: Kept): OpenSession {
  return { id, caller, csrf: csrfOf(cookie), expiresAt };
}

/** Rejects while the provider does not answer: nobody is let in on an old word of it, nor signed out for its silence. */
async function isProven(session: Kept, clock: Clock): Promise<boolean> {
  if (session.proof === null || clock.now() - session.provenAt < provenMs) return true;
  session.proving ??= session.proof.renew().finally(() => {
    session.proving = null;
  });
  const proven = await session.proving;
  if (proven === null) return false;
  session.caller = proven.caller;
  session.proof = proven.proof;
  session.provenAt = clock.now();
  return true;
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
      const session = { expiresAt, seenAt: now, proof: null, provenAt: now, proving: null };
      return [[id, { caller: { kind: "LocalAdmin" }, ...session }]];
    });
  } catch {
    return []; // Whoever was signed in signs in again.
  }
}
