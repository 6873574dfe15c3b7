/** Coming in and going out: the session that the console asks for first, the one-time link, and the pasted token. */
import { timeOf } from "../core/time.ts";
import { link as linkSchema, session as sessionSchema, type SessionView } from "./answers.ts";
import { type Gate, idOf } from "./gate.ts";
import { checkCsrf, cookieOf, type RequestHeaders } from "./guard.ts";
import type { Limiter } from "./limits.ts";
import type { People } from "./person.ts";
import { failed, invalid } from "./problem.ts";
import { linkWish, signInWish } from "./requests.ts";
import type { OpenCall, OpenRoute } from "./route.ts";
import type { OpenSession, Sessions } from "./sessions.ts";
import type { ApiDeps, Caller, World } from "./world.ts";
import type { z } from "zod";

export interface SignInDeps {
  readonly deps: ApiDeps;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly people: People;
  /** Guesses are few, whoever makes them. */
  readonly guesses: Limiter;
}

export function signInRoutes(parts: SignInDeps): readonly OpenRoute[] {
  const { deps, gate, sessions } = parts;
  return [
    {
      method: "GET",
      path: "/session",
      from: "Console",
      tag: "Session",
      summary: "Who you are here, and how you could sign in",
      query: null,
      body: null,
      answers: { 200: sessionSchema },
      problems: [],
      run: ({ headers }) => ({ status: 200, body: sessionView(parts, headers) }),
    },
    signInRoute(parts),
    linkRoute(parts),
    {
      method: "DELETE",
      path: "/session",
      from: "Console",
      tag: "Session",
      summary: "Sign out",
      query: null,
      body: null,
      answers: { 204: null },
      problems: [],
      run: ({ headers }) => {
        const cookie = cookieOf(headers, deps.address().cookie);
        const session = gate.sessionOf(headers);
        if (session !== null && cookie !== null) {
          checkCsrf(headers, session.csrf);
          sessions.close(cookie);
        }
        return { status: 204, body: null, headers: { "set-cookie": cookieText(deps, null) } };
      },
    },
  ];
}

function signInRoute(parts: SignInDeps): OpenRoute {
  const { deps, sessions } = parts;
  return {
    method: "POST",
    path: "/session",
    from: "Console",
    tag: "Session",
    summary: "Sign in with the code of a one-time link, or with a bearer token of the cluster",
    query: null,
    body: signInWish,
    answers: { 200: sessionSchema },
    problems: [401],
    run: async (call) => {
      const caller = await callerOf(parts, call as OpenCall<null, z.output<typeof signInWish>>);
      const cookie = sessions.open(caller, null);
      const { cookie: name } = deps.address();
      const view = sessionView(parts, { cookie: `${name}=${cookie}` });
      return { status: 200, body: view, headers: { "set-cookie": cookieText(deps, cookie) } };
    },
  };
}

function linkRoute(parts: SignInDeps): OpenRoute {
  return {
    method: "POST",
    path: "/session/link",
    from: "Console",
    tag: "Session",
    summary: "A new one-time link, for whoever can read the data directory",
    query: null,
    body: linkWish,
    answers: { 200: linkSchema },
    problems: [401],
    run: (call) => ({
      status: 200,
      body: linkOf(parts, call as OpenCall<null, z.output<typeof linkWish>>),
    }),
  };
}

function linkOf(
  parts: SignInDeps,
  { body }: OpenCall<null, z.output<typeof linkWish>>,
): z.output<typeof linkSchema> {
  const { deps } = parts;
  countGuess(parts);
  if (deps.admin?.isKey(body.key) !== true) throw failed("CodeInvalid");
  const { code, expiresAt } = deps.admin.issue();
  return { link: `${deps.address().url}/signin#code=${code}`, expiresTime: timeOf(expiresAt) };
}

function countGuess({ deps, guesses }: SignInDeps): void {
  const seconds = guesses.take("sign in", deps.clock.monotonic());
  if (seconds === null) return;
  throw failed("TooManyRequests", { seconds }, { headers: { "retry-after": String(seconds) } });
}

async function callerOf(
  parts: SignInDeps,
  { body }: OpenCall<null, z.output<typeof signInWish>>,
): Promise<Caller> {
  const { deps, gate, people } = parts;
  const world = gate.worldOrThrow();
  countGuess(parts);
  const { code, token } = body;
  if (code !== undefined) {
    if (deps.admin?.redeem(code) !== true) throw failed("CodeInvalid");
    return { kind: "LocalAdmin" };
  }
  if (token === undefined || token.trim() === "") {
    throw invalid([{ path: "code", message: "must be given, or a token" }]);
  }
  if (world.cluster.isSimulated) throw failed("TokenInvalid", { message: "this world knows no tokens" });
  const caller: Caller = { kind: "Token", token: token.trim() };
  await people.personOf(caller, idOf(caller), world);
  return caller;
}

function sessionView({ deps, gate }: SignInDeps, headers: RequestHeaders): SessionView {
  const world = deps.world();
  return {
    ...openView(gate.sessionOf(headers), world),
    ways: {
      localAdmin: deps.admin !== null,
      token: world?.cluster.isSimulated !== true,
      oidc: deps.identityProvider === null ? null : oidcPath,
    },
    cluster: clusterView(world),
    namespace: world?.namespace ?? "",
    productVersion: deps.productVersion,
    notReadyBecause: deps.notReadyBecause(),
  };
}

function openView(
  open: OpenSession | null,
  world: World | null,
): Pick<SessionView, "isSignedIn" | "user" | "way" | "csrf" | "expiresTime"> {
  if (open === null) return { isSignedIn: false, user: null, way: null, csrf: null, expiresTime: null };
  const { caller, csrf, expiresAt } = open;
  const user = nameOf(caller, world?.adminName ?? null);
  return { isSignedIn: true, user, way: caller.kind, csrf, expiresTime: timeOf(expiresAt) };
}

function clusterView(world: World | null): SessionView["cluster"] {
  if (world === null) return { name: "", server: "", version: "", isSimulated: false };
  return { ...world.cluster, version: world.serverVersion() };
}

/** The name behind a token is told by /access, which asks the API server for it. */
function nameOf(caller: Caller, adminName: string | null): string | null {
  switch (caller.kind) {
    case "LocalAdmin":
      return adminName;
    case "Oidc":
      return caller.user;
    case "Token":
      return null;
  }
}

/** Where a browser goes to sign in at the provider. */
export const oidcPath = "/api/v1/session/oidc";

/** A session cookie: it ends with the browser, and earlier when the session does. */
export function cookieText(deps: ApiDeps, value: string | null): string {
  const { cookie, isSecure } = deps.address();
  const age = value === null ? "; Max-Age=0" : "";
  const secure = isSecure ? "; Secure" : "";
  return `${cookie}=${value ?? ""}; Path=/; HttpOnly; SameSite=Strict${secure}${age}`;
}
