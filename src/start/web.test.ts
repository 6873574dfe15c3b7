import assert from "node:assert/strict";
import test from "node:test";
import { addressOf, webOf } from "./web.ts";

test("without a word it listens on loopback and answers to its names only", () => {
  const web = webOf({});
  assert.deepEqual([web.listen, web.publicUrl, web.isLocal, web.oidc], ["127.0.0.1", null, true, null]);
  for (const env of [{ POOLKEEPER_LISTEN: "0.0.0.0" }, { POOLKEEPER_PUBLIC_URL: "https://x.example" }])
    assert.equal(webOf(env).isLocal, false, "nobody but the person at this machine has its link");
  assert.deepEqual(addressOf(web, 7410), {
    url: "http://127.0.0.1:7410",
    hosts: ["127.0.0.1:7410", "localhost:7410", "[::1]:7410"],
    isSecure: false,
    cookie: "poolkeeper-7410",
  });
});

test("behind TLS the cookie is bound to the host, and the public name is one of ours", () => {
  const address = addressOf(webOf({ POOLKEEPER_PUBLIC_URL: "https://pools.example.com" }), 7410);
  assert.equal(address.url, "https://pools.example.com");
  assert.ok(address.hosts.includes("pools.example.com"));
  assert.deepEqual([address.isSecure, address.cookie], [true, "__Host-poolkeeper"]);
});

const issuer = "https://id.example.com";

test("an identity provider is told by its issuer and client; what is not said has a safe default", () => {
  const { oidc } = webOf({ POOLKEEPER_OIDC_ISSUER: issuer, POOLKEEPER_OIDC_CLIENT_ID: "pk" });
  assert.deepEqual(
    [oidc?.clientId, oidc?.usernameClaim, oidc?.groupsClaim, oidc?.prefix, oidc?.secret()],
    ["pk", "sub", "groups", "oidc:", null],
  );
});

test("what cannot work, or would open a door, ends the start with the way out", () => {
  const cases: readonly (readonly [env: Readonly<Record<string, string>>, says: RegExp])[] = [
    [{ POOLKEEPER_PUBLIC_URL: "pools.example.com" }, /no http or https address/],
    [{ POOLKEEPER_PUBLIC_URL: "https://example.com/pools" }, /below a path/],
    [{ POOLKEEPER_OIDC_ISSUER: issuer }, /POOLKEEPER_OIDC_CLIENT_ID is not/],
    [{ POOLKEEPER_OIDC_ISSUER: "http://id.example.com", POOLKEEPER_OIDC_CLIENT_ID: "pk" }, /without TLS/],
    [
      { POOLKEEPER_OIDC_ISSUER: issuer, POOLKEEPER_OIDC_CLIENT_ID: "pk", POOLKEEPER_OIDC_PREFIX: "" },
      /must not be taken for users of the cluster/,
    ],
    [
      { POOLKEEPER_OIDC_ISSUER: issuer, POOLKEEPER_OIDC_CLIENT_ID: "pk", POOLKEEPER_OIDC_PREFIX: "system:" },
      /must not be taken for users of the cluster/,
    ],
    [
      { POOLKEEPER_OIDC_ISSUER: issuer, POOLKEEPER_OIDC_CLIENT_ID: "pk", POOLKEEPER_LISTEN: "0.0.0.0" },
      /POOLKEEPER_PUBLIC_URL=https:\/\/HOST/,
    ],
  ];
  for (const [env, says] of cases) assert.throws(() => webOf(env), says);
});
