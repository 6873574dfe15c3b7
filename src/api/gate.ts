/** Who asks: by a bearer token or by the cookie of a session. Everything that is not clearly somebody is refused. */
import { createHash } from "node:crypto";
import { checkCsrf, cookieOf, type RequestHeaders, textOf } from "./guard.ts";
import type { People, Person } from "./person.ts";
import { failed } from "./problem.ts";
import type { OpenSession, Sessions } from "./sessions.ts";
import type { ApiDeps, Caller, World } from "./world.ts";

export interface Entered {
  readonly person: Person;
  readonly world: World;
}

/** Watching on is no use of a session: whoever has gone home is signed out all the same. */
export type Entry = "Read" | "Change" | "WatchOn";

export interface Gate {
  /** Throws for strangers, and for changes that a page of another site might have made. */
  enter(headers: RequestHeaders, what: Entry): Promise<Entered>;
  /** Null without a session. */
  sessionOf(headers: RequestHeaders): OpenSession | null;
  worldOrThrow(): World;
}

export interface GateDeps {
  readonly deps: ApiDeps;
  readonly sessions: Sessions;
  readonly people: People;
}

export function createGate({ deps, sessions, people }: GateDeps): Gate {
  const sessionOf = (headers: RequestHeaders): OpenSession | null => {
    const cookie = cookieOf(headers, deps.address().cookie);
    return cookie === null ? null : sessions.find(cookie);
  };
  const worldOrThrow = (): World => {
    const world = deps.world();
    if (world === null) throw failed("NotReady", { message: deps.notReadyBecause() ?? "it is starting" });
    return world;
  };
  return {
    sessionOf,
    worldOrThrow,
    enter: async (headers, what) => {
      const world = worldOrThrow();
      const token = bearerOf(headers);
      if (token !== null) {
        if (world.cluster.isSimulated)
          throw failed("Unauthenticated", { message: "this world knows no tokens" });
        const caller: Caller = { kind: "Token", token };
        return { world, person: await people.personOf(caller, idOf(caller), world) };
      }
      const cookie = cookieOf(headers, deps.address().cookie);
      const session = cookie === null ? null : await sessions.confirm(cookie, what !== "WatchOn");
      if (session === null) throw failed("Unauthenticated");
      if (what === "Change") checkCsrf(headers, session.csrf);
      return { world, person: await people.personOf(session.caller, idOf(session.caller), world) };
    },
  };
}

/** Null where the request carries none. Anything else in its place is nobody. */
export function bearerOf(headers: RequestHeaders): string | null {
  const text = textOf(headers["authorization"]);
  if (text === "") return null;
  const [, token] = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(text) ?? [];
  if (token === undefined) throw failed("Unauthenticated", { message: "Authorization must be Bearer TOKEN" });
  return token;
}

/** Two tokens of one person are two callers; one person's sessions are one. */
export function idOf(caller: Caller): string {
  switch (caller.kind) {
    case "LocalAdmin":
      return "local admin";
    case "Token":
      return `token ${createHash("sha256").update(caller.token).digest("base64url")}`;
    case "Oidc":
      return `oidc ${JSON.stringify([caller.user, caller.groups])}`;
  }
}
