/** A small OpenID Connect provider on loopback, with signed tokens and one person, who can be disabled. Not a secure one. */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export interface TestProvider {
  readonly issuer: URL;
  /** What is true of the person; tests change it. */
  readonly person: {
    claims: Record<string, unknown>;
    isDisabled: boolean;
    hasRefreshToken: boolean;
    /** The nonce that goes into the token instead of the one asked for. */
    nonce: string | null;
    /** Every request is answered with this status. */
    fails: number | null;
  };
  /** Where people were sent back to. */
  readonly redirects: readonly string[];
}

interface Grant {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirectUri: string;
}

const clientId = "poolkeeper";

export async function createTestProvider(t: TestContext): Promise<TestProvider> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" };
  const person: TestProvider["person"] = {
    claims: { sub: "jane", email: "jane@example.com", groups: ["operators"] },
    isDisabled: false,
    hasRefreshToken: true,
    nonce: null,
    fails: null,
  };
  const codes = new Map<string, Grant>();
  const redirects: string[] = [];
  let issuer = "";
  const tokenFor = async (nonce: string | null): Promise<string> =>
    await new SignJWT({ ...person.claims, ...(nonce === null ? {} : { nonce: person.nonce ?? nonce }) })
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(issuer)
      .setAudience(clientId)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);

  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    const redirectUri = query.get("redirect_uri") ?? "";
    redirects.push(redirectUri);
    const code = randomUUID();
    codes.set(code, {
      challenge: query.get("code_challenge") ?? "",
      nonce: query.get("nonce") ?? "",
      redirectUri,
    });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", query.get("state") ?? "");
    back.searchParams.set("iss", issuer);
    response.writeHead(302, { location: back.href }).end();
  };
  const token = async (form: URLSearchParams, response: ServerResponse): Promise<void> => {
    const code = form.get("code") ?? "";
    const isRefresh = form.get("grant_type") === "refresh_token";
    const grant = codes.get(code);
    codes.delete(code);
    const verifier = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isKnown =
      isRefresh || (grant?.challenge === verifier && grant.redirectUri === form.get("redirect_uri"));
    if (!isKnown || person.isDisabled) return send(response, 400, { error: "invalid_grant" });
    send(response, 200, {
      access_token: randomUUID(),
      token_type: "Bearer",
      expires_in: 300,
      id_token: await tokenFor(grant?.nonce ?? null),
      ...(person.hasRefreshToken ? { refresh_token: randomUUID() } : {}),
    });
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    if (person.fails !== null) return send(response, person.fails, { error: "server_error" });
    if (pathname === "/authorize") return authorize(searchParams, response);
    if (pathname === "/token") return await token(new URLSearchParams(await bodyOf(request)), response);
    if (pathname === "/jwks") return send(response, 200, { keys: [jwk] });
    if (pathname === "/userinfo") {
      if (person.isDisabled) response.setHeader("www-authenticate", 'Bearer error="invalid_token"');
      return send(response, person.isDisabled ? 401 : 200, person.claims);
    }
    send(response, 200, {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      authorization_response_iss_parameter_supported: true,
    });
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { issuer: new URL(issuer), person, redirects };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
