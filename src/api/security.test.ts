import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { languageOf } from "./language.ts";
import { createBooth, host, origin } from "./testing.ts";

const json = { "content-type": "application/json" };

test("nobody reads or changes anything without having signed in, and nothing is told to them", async (t) => {
  const booth = await createBooth(t);
  for (const { method, path: pattern } of booth.server.routes) {
    if (pattern.startsWith("/session")) continue;
    const url = pattern.replaceAll(/\{\w+\}/g, "web");
    const answer = await booth.ask(method, url, { isStranger: true, headers: { origin } });
    assert.deepEqual([answer.status, answer.body.reason], [401, "Unauthenticated"], `${method} ${url}`);
  }
  assert.equal((await booth.ask("GET", "/stream", { isStranger: true })).status, 401);
  const session = await booth.ask("GET", "/session", { isStranger: true });
  assert.deepEqual([session.body.isSignedIn, session.body.user, session.body.csrf], [false, null, null]);
});

test("credentials of another form than a bearer token are nobody, and a token knows no way past the cookie's checks", async (t) => {
  const booth = await createBooth(t);
  for (const authorization of ["Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer a b", "bearer a\tb", "Token x"]) {
    const answer = await booth.ask("GET", "/pools", { headers: { authorization } });
    assert.equal(answer.status, 401, authorization);
  }
  const token = await booth.ask("GET", "/pools", { headers: { authorization: "Bearer anything" } });
  assert.equal(token.status, 401, "the simulated world has no tokens, so none is accepted");
});

test("C16: a code signs in once, and a wrong or old one never", async (t) => {
  const booth = await createBooth(t);
  const { code } = booth.door.issue();
  const signIn = (text: string) => booth.raw("POST", "/api/v1/session", json, JSON.stringify({ code: text }));
  assert.equal((await signIn("guess")).body.reason, "CodeInvalid");
  const first = await signIn(code);
  assert.equal(first.body.isSignedIn, true);
  assert.equal((await signIn(code)).body.reason, "CodeInvalid", "used up");
});

test("C16: guesses are few, whoever makes them", async (t) => {
  const booth = await createBooth(t);
  const statuses = new Set<number>();
  for (let guess = 0; guess < 40; guess++) {
    const body = JSON.stringify({ code: `guess ${guess}` });
    statuses.add((await booth.raw("POST", "/api/v1/session", json, body)).status);
  }
  assert.deepEqual([...statuses], [401, 429]);
});

test("C16: a session ends when it is idle, when it is old, and when the person signs out", async (t) => {
  const booth = await createBooth(t);
  const hourMs = 3_600_000;
  const isIn = async () => (await booth.ask("GET", "/pools")).status === 200;
  assert.ok(await isIn());
  await booth.world.clock.advance(11 * hourMs);
  assert.ok(await isIn(), "used within its idle time");
  await booth.world.clock.advance(13 * hourMs);
  assert.ok(!(await isIn()), "idle for too long");
  const other = await createBooth(t);
  await other.ask("GET", "/pools");
  const out = await other.ask("DELETE", "/session");
  assert.equal(out.status, 204);
  assert.match(out.headers["set-cookie"] ?? "", /Max-Age=0/);
  assert.equal((await other.ask("GET", "/pools")).status, 401);
});

test("C16: the file that outlives a restart holds nothing that signs in", async (t) => {
  const booth = await createBooth(t);
  const { code } = booth.door.issue();
  const answer = await booth.raw("POST", "/api/v1/session", json, JSON.stringify({ code }));
  const [cookie = ""] = (answer.headers["set-cookie"] ?? "").split(";");
  const [, value = ""] = cookie.split("=");
  const kept = booth.door.load() ?? "";
  assert.ok(kept.includes("expiresAt"));
  assert.ok(!kept.includes(value) && !kept.includes(answer.body.csrf));
});

test("C17: the cookie is out of reach of scripts and of other sites; over TLS it is bound to the host", async (t) => {
  const plain = await createBooth(t);
  const body = (booth: typeof plain) => JSON.stringify({ code: booth.door.issue().code });
  const cookie = (await plain.raw("POST", "/api/v1/session", json, body(plain))).headers["set-cookie"] ?? "";
  assert.match(cookie, /^poolkeeper-7410=\S+; Path=\/; HttpOnly; SameSite=Strict$/);
  const secure = await createBooth(t, { isSecure: true });
  const answer = await secure.raw("POST", "/api/v1/session", json, body(secure));
  assert.match(answer.headers["set-cookie"] ?? "", /; Secure$/);
  assert.match(answer.headers["strict-transport-security"] ?? "", /max-age=\d+/);
});

test("C17: a change that a page of another site sends is refused, whatever cookie the browser adds", async (t) => {
  const booth = await createBooth(t);
  await booth.ask("GET", "/pools");
  const foreign = ["http://evil.example", "http://127.0.0.1:9999", "null", `https://${host}`];
  for (const other of foreign) {
    const answer = await booth.ask("POST", "/pools/web/pause", { headers: { origin: other } });
    assert.deepEqual([answer.status, answer.body.reason], [403, "ForeignOrigin"], other);
    const read = await booth.ask("GET", "/pools", { headers: { origin: other } });
    assert.equal(read.status, 403, `reading from ${other}`);
  }
  for (const site of ["cross-site", "same-site"]) {
    const answer = await booth.ask("POST", "/pools/web/pause", { headers: { "sec-fetch-site": site } });
    assert.equal(answer.body.reason, "ForeignOrigin", site);
  }
  for (const csrf of ["", "guess"]) {
    const answer = await booth.ask("POST", "/pools/web/pause", { headers: { "x-poolkeeper-csrf": csrf } });
    assert.deepEqual([answer.status, answer.body.reason], [403, "CsrfMissing"]);
  }
  const noOrigin = await booth.ask("POST", "/pools/web/pause", { headers: { origin: "" } });
  assert.equal(noOrigin.body.reason, "CsrfMissing", "a browser always says where a change comes from");
  const signingIn = await booth.raw(
    "POST",
    "/api/v1/session",
    { ...json, origin: "http://evil.example" },
    "{}",
  );
  assert.equal(signingIn.body.reason, "ForeignOrigin", "nobody is signed in to another's session");
  const out = await booth.ask("DELETE", "/session", { headers: { "x-poolkeeper-csrf": "guess" } });
  assert.equal(out.body.reason, "CsrfMissing");
});

test("C17: a link on another site may lead to a page of ours, and to nothing that the API says", async (t) => {
  const booth = await createBooth(t);
  const fromElsewhere = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  for (const url of ["/", "/api/docs", "/api/openapi.json"])
    assert.equal((await booth.raw("GET", url, fromElsewhere)).status, 200, url);
  for (const path of ["/pools", "/session", "/stream"])
    assert.equal((await booth.ask("GET", path, { headers: fromElsewhere })).status, 403, path);
});

test("C17: no form can be sent to it: only JSON is read", async (t) => {
  const booth = await createBooth(t);
  await booth.ask("GET", "/pools");
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    const answer = await booth.ask("POST", "/pools/web/scale", {
      body: { add: 1 },
      headers: { "content-type": type },
    });
    assert.ok([415, 422].includes(answer.status), `${type}: ${answer.status}`);
  }
});

test("C17: a name that leads here without being ours is not answered, so no page reaches us through its own DNS", async (t) => {
  const booth = await createBooth(t);
  for (const name of [
    "evil.example",
    "evil.example:7410",
    "127.0.0.1",
    "127.0.0.1:80",
    "127.0.0.1:7410.evil.example",
    "",
  ]) {
    for (const url of [
      "/",
      "/api/v1/session",
      "/api/v1/pools",
      "/api/openapi.json",
      "/api/docs",
      "/api/nix",
      "/assets/x.js",
    ]) {
      const answer = await booth.raw("GET", url, { host: name });
      assert.equal(answer.status, 421, `${url} as ${name}`);
    }
  }
  assert.equal(
    (await booth.raw("GET", "/healthz", { host: "10.0.0.7:7410" })).status,
    200,
    "probes use addresses",
  );
});

test("C14: a provider whose endpoint points into this machine or network is not made", async (t) => {
  const booth = await createBooth(t);
  for (const endpoint of ["100.100.100.200", "http://169.254.169.254", "localhost:6443", "10.1.2.3"]) {
    const spec = { type: "ecs", region: "cn-hangzhou", endpoint };
    const answer = await booth.ask("POST", "/providers", { body: { name: "inner", spec } });
    assert.deepEqual([answer.status, answer.body.reason], [422, "InvalidValue"], endpoint);
    assert.equal(answer.body.facts.field, "endpoint");
  }
});

test("C18: pages run nothing but our own files, and no frame holds them", async (t) => {
  const booth = await createBooth(t);
  for (const url of ["/", "/api/v1/session", "/api/v1/pools", "/api/docs", "/api/nix", "/nix"]) {
    const { headers } = await booth.raw("GET", url);
    const policy = headers["content-security-policy"] ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      assert.ok(policy.split("; ").includes(part), `${url}: ${part} in ${policy}`);
    }
    assert.ok(!/unsafe|\*|https?:/.test(policy), policy);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["access-control-allow-origin"], undefined);
  }
  const page = String((await booth.raw("GET", "/api/docs")).body);
  assert.ok(
    !/<script|<style|\son\w+=|https?:\/\//i.test(page),
    "the viewer has no script, no style of its own, no other host",
  );
});

test("C15: no path leads out of the console's folder", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "pk-console-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const dist = path.join(folder, "dist");
  mkdirSync(path.join(dist, "assets"), { recursive: true });
  writeFileSync(path.join(folder, "secret.txt"), "secret");
  writeFileSync(path.join(dist, "index.html"), "<!doctype html><title>console</title>");
  writeFileSync(path.join(dist, "assets", "app-1a2b3c4d.js"), "export {};");
  symlinkSync(path.join(folder, "secret.txt"), path.join(dist, "link.txt"));
  const booth = await createBooth(t, { consoleDir: dist });
  const script = await booth.raw("GET", "/assets/app-1a2b3c4d.js");
  assert.equal(script.headers["content-type"], "text/javascript; charset=utf-8");
  assert.match(script.headers["cache-control"] ?? "", /immutable/);
  const place = await booth.raw("GET", "/pools/web?tab=nodes");
  assert.match(String(place.body), /console/, "a place of the console is its page");
  assert.equal(place.headers["cache-control"], "no-cache");
  assert.equal((await booth.raw("GET", "/", { "if-none-match": place.headers["etag"] ?? "" })).status, 304);
  const ways = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/link.txt",
    "/%00.txt",
    "//etc/passwd.txt",
    "/..\\secret.txt",
  ];
  for (const url of ways) {
    const answer = await booth.raw("GET", url);
    assert.ok(!String(answer.body).includes("secret\n") && String(answer.body) !== "secret", url);
    assert.notEqual(answer.status, 200, url);
  }
});

test("C20: what is too large, too long, too deep or too often is refused, and quickly", async (t) => {
  const booth = await createBooth(t);
  await booth.ask("GET", "/pools");
  const large = await booth.ask("POST", "/pools", { body: { name: "x".repeat(2_000_000), spec: {} } });
  assert.deepEqual([large.status, large.body.reason], [413, "TooLarge"]);
  const long = await booth.ask("GET", `/pools/${"a".repeat(5000)}`);
  assert.equal(long.status, 422);
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const nested = await booth.raw("POST", "/api/v1/session", json, `{"code": ${deep}}`);
  assert.ok(nested.status >= 400 && nested.status < 500, String(nested.status));
  const poison = await booth.raw("POST", "/api/v1/session", json, '{"__proto__": {"isAdmin": true}}');
  assert.equal(poison.status, 400);
  assert.equal(Reflect.get({}, "isAdmin"), undefined);
  const statuses = new Map<number, number>();
  for (let request = 0; request < 1200; request++) {
    const { status, headers } = await booth.ask("GET", "/access");
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 429) assert.ok(Number(headers["retry-after"]) >= 1);
  }
  assert.ok((statuses.get(429) ?? 0) > 0 && (statuses.get(200) ?? 0) >= 900, JSON.stringify([...statuses]));
});

/** A pattern that goes wrong takes minutes. */
test("C20: texts that make a careless pattern slow are answered", { timeout: 60_000 }, async (t) => {
  const booth = await createBooth(t);
  for (const text of [
    `${"a-".repeat(20_000)}!`,
    `${"9".repeat(30_000)}x`,
    ",;q=".repeat(20_000),
    "v1.".repeat(15_000),
  ]) {
    languageOf(text);
    const spec = { providerRef: { name: text }, template: { kubernetesVersion: text, zones: [text] } };
    await booth.ask("POST", "/pools", { body: { name: text.slice(0, 250), spec } });
    await booth.ask("GET", `/machines?q=${encodeURIComponent(text.slice(0, 250))}`);
    await booth.ask("GET", `/pools?continue=${encodeURIComponent(text.slice(0, 1000))}`);
  }
});

test("C24: no secret gets into the audit log, an answer or a problem", async (t) => {
  const booth = await createBooth(t);
  const canary = "canary-s3cr3t";
  const texts: string[] = [];
  const note = async (reply: Promise<{ readonly body: unknown }>): Promise<void> => {
    texts.push(JSON.stringify((await reply).body));
  };
  await note(booth.raw("POST", "/api/v1/session", json, JSON.stringify({ code: canary })));
  await note(booth.raw("POST", "/api/v1/session", json, JSON.stringify({ token: canary })));
  await note(booth.raw("POST", "/api/v1/session/link", json, JSON.stringify({ key: canary })));
  await note(booth.ask("GET", "/pools", { headers: { authorization: `Bearer ${canary}` } }));
  await note(booth.ask("GET", `/pools/nix?token=${canary}`));
  await note(booth.ask("POST", "/pools/nix/scale", { body: { add: 1, confirm: canary } }));
  const spec = { type: "simulator", region: "x", credentialsRef: { name: "keys" } };
  await note(booth.ask("POST", "/providers", { body: { name: "p", spec } }));
  texts.push(JSON.stringify(booth.audit));
  for (const text of texts) assert.ok(!text.includes(canary), text);
});

test("before the cluster is there, everything says so and nothing hangs", async (t) => {
  const booth = await createBooth(t, { isStarting: true });
  const ready = await booth.raw("GET", "/readyz");
  assert.deepEqual([ready.status, ready.body], [503, "not ready: the caches are being filled\n"]);
  assert.equal((await booth.raw("GET", "/healthz")).status, 200);
  const session = await booth.raw("GET", "/api/v1/session");
  assert.equal(session.body.notReadyBecause, "the caches are being filled");
  const pools = await booth.raw("GET", "/api/v1/pools");
  assert.deepEqual([pools.status, pools.body.reason], [503, "NotReady"]);
});

test("only whoever can read the data directory gets a new link", async (t) => {
  const booth = await createBooth(t);
  const ask = (key: string) => booth.raw("POST", "/api/v1/session/link", json, JSON.stringify({ key }));
  assert.equal((await ask("guess")).status, 401);
  const { body } = await ask("the key");
  assert.match(
    body.link,
    /^http:\/\/127\.0\.0\.1:7410\/signin#code=/,
    "the code stands where no server sees it",
  );
});
