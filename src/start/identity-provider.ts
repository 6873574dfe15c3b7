/** An OpenID Connect provider as the API sees it: authorization code with PKCE, and asking again whether a person is still theirs. */
import * as client from "openid-client";
import type { IdentityProvider, Proven, SignInRequest } from "../api/world.ts";
import { PortError } from "../ports/errors.ts";
import type { OidcSettings } from "./web.ts";

interface Parts {
  readonly settings: OidcSettings;
  readonly redirectUri: string;
  configuration(): Promise<client.Configuration>;
}

/** Its addresses and keys are asked for at the first sign-in, so that a provider that is away stops no start. */
export function createIdentityProvider(settings: OidcSettings, redirectUri: string): IdentityProvider {
  let discovered: Promise<client.Configuration> | null = null;
  const parts: Parts = {
    settings,
    redirectUri,
    configuration: async () => {
      discovered ??= discover(settings);
      try {
        return await discovered;
      } catch (error) {
        discovered = null;
        throw silent(settings, error);
      }
    },
  };
  return {
    begin: () => begin(parts),
    finish: (callback, request) => finish(parts, callback, request),
  };
}

const answerLimitSeconds = 15;

async function discover({ issuer, clientId, secret }: OidcSettings): Promise<client.Configuration> {
  const known = secret();
  const authentication = known === null ? client.None() : client.ClientSecretBasic(known);
  // Over plain http only on loopback; the start has refused everything else.
  const execute = issuer.protocol === "http:" ? [client.allowInsecureRequests] : [];
  return await client.discovery(issuer, clientId, undefined, authentication, {
    timeout: answerLimitSeconds,
    execute,
  });
}

async function begin({ redirectUri, configuration }: Parts): Promise<SignInRequest> {
  const config = await configuration();
  const [state, nonce, verifier] = [
    client.randomState(),
    client.randomNonce(),
    client.randomPKCECodeVerifier(),
  ];
  const { href: url } = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  return { url, state, nonce, verifier };
}

async function finish(parts: Parts, callback: URL, request: SignInRequest): Promise<Proven | null> {
  const config = await parts.configuration();
  try {
    const tokens = await client.authorizationCodeGrant(config, callback, {
      expectedState: request.state,
      expectedNonce: request.nonce,
      pkceCodeVerifier: request.verifier,
      idTokenExpected: true,
    });
    return provenBy(parts, { ...tokens.claims() }, tokens);
  } catch (error) {
    return refusedOrSilent(parts.settings, error);
  }
}

interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string | undefined;
}

function provenBy(parts: Parts, claims: Readonly<Record<string, unknown>>, tokens: Tokens): Proven | null {
  const person = personOf(parts.settings, claims);
  if (person === null) return null;
  const caller = { kind: "Oidc", ...person } as const;
  return { caller, proof: { renew: () => renew(parts, claims, tokens) } };
}

/** With a refresh token where there is one; otherwise with the access token, for as long as that one lives. */
async function renew(
  parts: Parts,
  claims: Readonly<Record<string, unknown>>,
  tokens: Tokens,
): Promise<Proven | null> {
  const config = await parts.configuration();
  try {
    if (tokens.refresh_token === undefined) {
      const subject = String(claims["sub"]);
      const info = await client.fetchUserInfo(config, tokens.access_token, subject);
      return provenBy(parts, { ...claims, ...info }, tokens);
    }
    const fresh = await client.refreshTokenGrant(config, tokens.refresh_token);
    const next = { refresh_token: tokens.refresh_token, ...fresh };
    return provenBy(parts, { ...claims, ...fresh.claims() }, next);
  } catch (error) {
    return refusedOrSilent(parts.settings, error);
  }
}

/** Null where the claims name nobody, or somebody whom no provider may name. */
function personOf(
  { usernameClaim, groupsClaim, prefix }: OidcSettings,
  claims: Readonly<Record<string, unknown>>,
): { readonly user: string; readonly groups: readonly string[] } | null {
  const name = claims[usernameClaim];
  if (typeof name !== "string" || name === "" || !isPlain(name)) return null;
  // An address that was never confirmed is only what somebody has typed.
  if (usernameClaim === "email" && claims["email_verified"] === false) return null;
  const user = `${prefix}${name}`;
  const listed = claims[groupsClaim];
  const groups = (Array.isArray(listed) ? listed : []).filter((group) => typeof group === "string");
  const plain = groups.filter(isPlain).slice(0, maxGroups);
  return { user, groups: plain.map((group) => `${prefix}${group}`) };
}

const maxGroups = 200;

/** Goes into a header as it is. */
function isPlain(text: string): boolean {
  return text.length <= 256 && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text);
}

/** A no is a no, and what cannot be verified is no proof; no answer at all is neither. */
function refusedOrSilent(settings: OidcSettings, error: unknown): null {
  if (error instanceof client.AuthorizationResponseError) return null;
  const isAnswer =
    error instanceof client.ResponseBodyError || error instanceof client.WWWAuthenticateChallengeError;
  if (isAnswer && error.status < 500) return null;
  const code = error instanceof client.ClientError ? (error.code ?? "") : "";
  if (code.startsWith("OAUTH_") && !silentCodes.has(code)) return null;
  throw silent(settings, error);
}

/** The others are answers of something in between, such as a proxy's own page. */
const silentCodes: ReadonlySet<string> = new Set([
  "OAUTH_TIMEOUT",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
  "OAUTH_PARSE_ERROR",
]);

function silent({ issuer }: OidcSettings, error: unknown): PortError {
  const why = error instanceof Error ? error.message : String(error);
  return new PortError({
    kind: "Unreachable",
    message: `The identity provider ${issuer.host} does not answer: ${why}`,
    cause: error,
  });
}
