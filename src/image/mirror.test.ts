import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { aptProxies, findMirror } from "./mirror.ts";
import { aFolder, withServer } from "./testing.ts";

const surroundings = { env: process.env, signal: undefined };
const apt = existsSync("/usr/lib/apt/apt-helper") ? {} : { skip: "needs apt" };

const bookworm = "Origin: Debian\nLabel: Debian\nSuite: oldstable\nCodename: bookworm\n";

test("a mirror that a person names is taken, with the security updates beside it", apt, async () => {
  const files = {
    "/debian/dists/bookworm/InRelease": bookworm,
    "/debian-security/dists/bookworm-security/InRelease": bookworm.replace("bookworm", "bookworm-security"),
  };
  await withServer(files, async (url) => {
    const archive = `${url}/debian`;
    assert.deepEqual(await findMirror(`${archive}/`, surroundings), {
      archive,
      security: `${archive}-security`,
    });
  });
});

test("a named mirror that cannot be used is no reason to take another", apt, async () => {
  const files = {
    "/ubuntu/dists/bookworm/InRelease": "Origin: Ubuntu\nCodename: bookworm\n",
    "/old/dists/bookworm/InRelease": "Origin: Debian\nCodename: bullseye\n",
  };
  await withServer(files, async (url) => {
    const refusals = [
      [`${url}/ubuntu`, /ubuntu: its origin is "Ubuntu" and not Debian\n/],
      [`${url}/old`, /old: it has bullseye and not bookworm\n/],
      [`${url}/nothing`, /nothing: 404 /],
      ["http://127.0.0.1:2/debian", /127\.0\.0\.1:2\/debian: .*(connect|refused)/i],
      ["ftp://example.org/debian", /debian: not an http or https address/],
    ] as const;
    for (const [mirror, expected] of refusals)
      await assert.rejects(findMirror(mirror, surroundings), expected);
    await assert.rejects(findMirror(`${url}/old`, surroundings), /--mirror URL or POOLKEEPER_DEBIAN_MIRROR/);
  });
});

test(
  "a proxy that only apt knows of is used for the packages, and the environment comes before it",
  apt,
  async (t) => {
    const settings = join(aFolder(t), "apt.conf");
    const proxy = "http://127.0.0.1:3128/";
    const proxies = async (text: string, env: Readonly<Record<string, string>> = {}): Promise<object> => {
      writeFileSync(settings, text);
      return await aptProxies({
        env: { PATH: process.env["PATH"], APT_CONFIG: settings, ...env },
        signal: undefined,
      });
    };
    const set = `Acquire::http::Proxy "${proxy}";`;
    assert.deepEqual(await proxies(set), { http_proxy: proxy, https_proxy: proxy });
    assert.deepEqual(await proxies(set, { https_proxy: "http://other/" }), { http_proxy: proxy });
    assert.deepEqual(await proxies(`${set} Acquire::https::Proxy "DIRECT";`), { http_proxy: proxy });
    assert.deepEqual(await proxies(""), {});
  },
);
