/** C16: signing in at an identity provider, with everything that can be wrong on the way and afterwards. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { callbackPath } from "../../src/api/oidc.ts";
import { type Booth, createBooth, origin, type Reply } from "../../src/api/testing.ts";
import type { IdentityProvider } from "../../src/api/world.ts";
import { createIdentityProvider } from "../../src/start/identity-provider.ts";
import { createTestProvider, type TestProvider } from "./provider.ts";

interface Scene {
  readonly booth: Booth;
  readonly provider: TestProvider;
}

async function createScene(t: TestContext, usernameClaim = "sub"): Promise<Scene> {
  const provider = await createTestProvider(t);
  const settings = {
    issuer: provider.issuer,
    clientId: "poolkeeper",
    secret: () => null,
    usernameClaim,
    groupsClaim: "groups",
    prefix: "oidc:",
  };
  const identityProvider: IdentityProvider = createIdentityProvider(settings, `${origin}${callbackPath}`);
  return { booth: await createBooth(t, { identityProvider }), provider };
}

interface Way {
  readonly cookie: string;
  /** Where the provider sends the browser back to. */
  readonly back: URL;
}

/** To the provider and back to our door, without having knocked. */
async function leave({ booth }: Scene): Promise<Way> {
  const gone = await booth.raw("GET", "/api/v1/session/oidc");
  assert.equal(gone.status, 302);
  const [cookie = ""] = (gone.headers["set-cookie"] ?? "").split(";");
  assert.match(gone.headers["set-cookie"] ?? "", /HttpOnly; SameSite=Lax/);
  const at = await fetch(gone.headers["location"] ?? "", { redirect: "manual" });
  return { cookie, back: new URL(at.headers.get("location") ?? "") };
}

/** As a browser comes from another site. */
function comeBack({ booth }: Scene, { cookie, back }: Way): Promise<Reply> {
  return booth.raw("GET", `${back.pathname}${back.search}`, { cookie, "sec-fetch-site": "cross-site" });
}

async function signIn(scene: Scene): Promise<string> {
  const answer = await comeBack(scene, await leave(scene));
  assert.deepEqual([answer.status, answer.headers["location"]], [302, "/"], JSON.stringify(answer.headers));
  const [cookie = ""] = (answer.headers["set-cookie"] ?? "").split(";");
  return cookie;
}

const session = (booth: Booth, cookie: string) => booth.raw("GET", "/api/v1/session", { cookie });
const access = (booth: Booth, cookie: string) => booth.raw("GET", "/api/v1/access", { cookie });

test("a person signs in at the provider and is known by name and groups, with the prefix before both", async (t) => {
  const scene = await createScene(t);
  const { booth, provider } = scene;
  const stranger = await booth.raw("GET", "/api/v1/session");
  assert.equal(stranger.body.ways.oidc, "/api/v1/session/oidc");
  const cookie = await signIn(scene);
  const { body } = await access(booth, cookie);
  assert.deepEqual([body.user, body.groups], ["oidc:jane", ["oidc:operators"]]);
  assert.equal((await session(booth, cookie)).body.way, "Oidc");
  assert.deepEqual(
    [...new Set(provider.redirects)],
    [`${origin}/api/v1/session/oidc/callback`],
    "the exact address",
  );
});

test("whoever was not sent there by us, or comes back in another browser, or twice, is nobody", async (t) => {
  const scene = await createScene(t);
  const way = await leave(scene);
  const problems = async (...ways: readonly Way[]): Promise<readonly unknown[]> => {
    const places: unknown[] = [];
    for (const one of ways) places.push((await comeBack(scene, one)).headers["location"]);
    return places;
  };
  const unknown = "/signin?problem=SignInUnknown";
  const refused = "/signin?problem=SignInRefused";
  assert.deepEqual(await problems({ ...way, cookie: "" }, { ...way, cookie: "poolkeeper-7410-way=guess" }), [
    unknown,
    unknown,
  ]);
  const other = await leave(scene);
  assert.deepEqual(await problems({ ...other, back: way.back }), [refused], "the state of another way");
  assert.deepEqual(await problems(way), ["/"]);
  assert.deepEqual(await problems(way), [unknown], "each way is gone once");
  const third = await leave(scene);
  const replayed = new URL(third.back);
  replayed.searchParams.set("code", way.back.searchParams.get("code") ?? "");
  assert.deepEqual(await problems({ ...third, back: replayed }), [refused], "a code that was used");
  const denied = await leave(scene);
  denied.back.searchParams.delete("code");
  denied.back.searchParams.set("error", "access_denied");
  assert.deepEqual(await problems(denied), [refused]);
});

test("a token that was made for another sign-in is refused", async (t) => {
  const scene = await createScene(t);
  scene.provider.person.nonce = "of another";
  const answer = await comeBack(scene, await leave(scene));
  assert.equal(answer.headers["location"], "/signin?problem=SignInRefused");
});

test("a person who is disabled at the provider is out within five minutes, whatever they do meanwhile", async (t) => {
  for (const hasRefreshToken of [true, false]) {
    const scene = await createScene(t);
    const { booth, provider } = scene;
    provider.person.hasRefreshToken = hasRefreshToken;
    const cookie = await signIn(scene);
    provider.person.claims = { ...provider.person.claims, groups: ["viewers"] };
    await booth.world.clock.advance(4 * 60_000);
    assert.deepEqual(
      (await access(booth, cookie)).body.groups,
      ["oidc:viewers"],
      "groups follow the provider",
    );
    provider.person.isDisabled = true;
    await booth.world.clock.advance(60_000);
    assert.equal((await access(booth, cookie)).status, 200);
    await booth.world.clock.advance(3 * 60_000);
    assert.equal((await access(booth, cookie)).status, 401);
    provider.person.isDisabled = false;
    assert.equal((await access(booth, cookie)).status, 401, "and signs in anew");
  }
});

test("a provider that is away lets nobody in on its old word, and signs nobody out", async (t) => {
  const scene = await createScene(t);
  const { booth, provider } = scene;
  const cookie = await signIn(scene);
  provider.person.fails = 502;
  assert.equal((await access(booth, cookie)).status, 200, "its word is four minutes old at most");
  await booth.world.clock.advance(4 * 60_000);
  const silent = await access(booth, cookie);
  assert.deepEqual([silent.status, silent.body.reason], [503, "ClusterUnreachable"]);
  provider.person.fails = null;
  assert.equal((await access(booth, cookie)).status, 200);
});

test("names that would end a header or come from nobody are refused, and an unconfirmed address is no name", async (t) => {
  for (const sub of ["jane\r\nimpersonate-group: system:masters", " jane", "jäne", "x".repeat(300)]) {
    const scene = await createScene(t, "name");
    scene.provider.person.claims = { sub: "jane", name: sub, groups: ["a\nb", "ok", 7] };
    const answer = await comeBack(scene, await leave(scene));
    assert.equal(answer.headers["location"], "/signin?problem=SignInRefused", JSON.stringify(sub));
  }
  const scene = await createScene(t, "email");
  scene.provider.person.claims = { sub: "jane", email: "ceo@example.com", email_verified: false };
  const answer = await comeBack(scene, await leave(scene));
  assert.equal(answer.headers["location"], "/signin?problem=SignInRefused");
});

test("people of the provider cannot be taken for users and groups of the cluster", async (t) => {
  const scene = await createScene(t);
  scene.provider.person.claims = { sub: "system:admin", groups: ["system:masters", "ok"] };
  const { body } = await access(scene.booth, await signIn(scene));
  assert.deepEqual([body.user, body.groups], ["oidc:system:admin", ["oidc:system:masters", "oidc:ok"]]);
});

test("without a provider there is nothing at its address", async (t) => {
  const booth = await createBooth(t);
  assert.equal((await booth.raw("GET", "/api/v1/session/oidc")).status, 404);
});
