/** Signing in at an identity provider: there and back, with a code that only the browser that left can use. */
import { z } from "zod";
import { minuteMs } from "../core/time.ts";
import { cookieOf } from "./guard.ts";
import { failed } from "./problem.ts";
import type { OpenRoute, Reply } from "./route.ts";
import type { Sessions } from "./sessions.ts";
import { cookieText } from "./sign-in.ts";
import type { ApiDeps, IdentityProvider, SignInRequest } from "./world.ts";

export interface OidcDeps {
  readonly deps: ApiDeps;
  readonly sessions: Sessions;
}

/** Long enough for a second factor. */
const wayMs = 10 * minuteMs;
const maxUnderWay = 1000;

/** Gone to the provider and not back yet, by the name in the browser's cookie. */
type UnderWay = Map<string, { readonly request: SignInRequest; readonly until: number }>;

export function oidcRoutes({ deps, sessions }: OidcDeps): readonly OpenRoute[] {
  const underWay: UnderWay = new Map();
  const shared = {
    from: "Anywhere",
    method: "GET",
    tag: "Session",
    body: null,
    answers: { 302: null },
  } as const;
  return [
    {
      ...shared,
      path: "/session/oidc",
      summary: "Go to the identity provider and sign in there",
      query: null,
      problems: [404],
      run: async ({ now }) => {
        const request = await providerOf(deps).begin();
        const name = deps.secret(32);
        for (const [key, { until }] of underWay) if (until < now) underWay.delete(key);
        const [oldest] = underWay.keys();
        if (underWay.size >= maxUnderWay && oldest !== undefined) underWay.delete(oldest);
        underWay.set(name, { request, until: now + wayMs });
        return redirect(request.url, [wayCookie(deps, name)]);
      },
    },
    {
      ...shared,
      path: "/session/oidc/callback",
      summary: "Where the identity provider sends people back to",
      query: z.record(z.string(), z.string()),
      problems: [404],
      run: async ({ headers, query, now }) => {
        const provider = providerOf(deps);
        const taken = take(underWay, cookieOf(headers, wayName(deps)), now);
        if (taken === null) return back(deps, "SignInUnknown");
        const callback = new URL(`${deps.address().url}${callbackPath}`);
        for (const [name, value] of Object.entries({ ...Object(query) })) {
          callback.searchParams.set(name, String(value));
        }
        const proven = await provider.finish(callback, taken);
        if (proven === null) return back(deps, "SignInRefused");
        const cookie = sessions.open(proven.caller, proven.proof);
        return redirect("/", [cookieText(deps, cookie), wayCookie(deps, null)]);
      },
    },
  ];
}

export const callbackPath = "/api/v1/session/oidc/callback";

function providerOf({ identityProvider }: ApiDeps): IdentityProvider {
  if (identityProvider !== null) return identityProvider;
  throw failed("UnknownPath", { found: "an identity provider, because none is set up" });
}

/** Each way is gone once. */
function take(underWay: UnderWay, name: string | null, now: number): SignInRequest | null {
  const found = name === null ? undefined : underWay.get(name);
  if (name !== null) underWay.delete(name);
  return found === undefined || found.until < now ? null : found.request;
}

/** The console says what happened, and offers to begin again. */
function back(deps: ApiDeps, problem: "SignInUnknown" | "SignInRefused"): Reply {
  return redirect(`/signin?problem=${problem}`, [wayCookie(deps, null)]);
}

function redirect(location: string, cookies: readonly string[]): Reply {
  return { status: 302, body: null, headers: { location, "set-cookie": [...cookies] } };
}

function wayName(deps: ApiDeps): string {
  return `${deps.address().cookie}-way`;
}

/** Lax, because the way back begins at another site. It signs nobody in: it only shows that the browser is the one that left. */
function wayCookie(deps: ApiDeps, name: string | null): string {
  const secure = deps.address().isSecure ? "; Secure" : "";
  const age = name === null ? 0 : wayMs / 1000;
  return `${wayName(deps)}=${name ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure}`;
}
