/** Where the cluster's address and the credentials come from, and what is said when they are wrong. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { type ClusterConfig, type ConfigRequest, loadConfig } from "./config.ts";

interface Folder {
  readonly path: string;
  write(name: string, content: string): string;
}

function aFolder(t: TestContext): Folder {
  const folder = mkdtempSync(path.join(tmpdir(), "poolkeeper-config-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: folder,
    write: (name, content) => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}

function pem(text: string): string {
  return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

interface Parts {
  readonly cluster?: string;
  readonly user?: string;
  readonly context?: string;
}

function kubeconfig({ cluster = "server: https://k:6443", user = "token: t", context = "" }: Parts): string {
  return `
apiVersion: v1
kind: Config
current-context: main
clusters:
- name: c
  cluster: { ${cluster} }
users:
- name: u
  user: { ${user} }
contexts:
- name: main
  context: { cluster: c, user: u, ${context} }
- name: lost
  context: { cluster: nowhere, user: u }
`;
}

async function load(
  t: TestContext,
  parts: Parts,
  request: Partial<ConfigRequest> = {},
): Promise<ClusterConfig> {
  const file = aFolder(t).write("config", kubeconfig(parts));
  return loadConfig({ kubeconfig: file, env: {}, ...request });
}

test("a kubeconfig gives address, namespace, certificates and a token", async (t) => {
  const cluster = `server: "https://k:6443/prefix/", certificate-authority-data: ${base64(pem("ca"))}, tls-server-name: k8s`;
  const user = `client-certificate-data: ${base64(pem("cert"))}, client-key-data: ${base64(pem("key"))}, token: secret`;
  const config = await load(t, { cluster, user, context: "namespace: team" });
  assert.equal(config.contextName, "main");
  assert.equal(config.server, "https://k:6443/prefix");
  assert.equal(config.namespace, "team");
  assert.equal(config.isLoopback, false);
  assert.deepEqual(config.tls, { serverName: "k8s", isVerified: true });
  assert.deepEqual(await config.credentials.current(), {
    headers: { authorization: "Bearer secret" },
    ca: pem("ca"),
    cert: pem("cert"),
    key: pem("key"),
  });
});

test("files are found beside the kubeconfig and read again when they change", async (t) => {
  const folder = aFolder(t);
  folder.write("pki/ca.crt", pem("ca"));
  const token = folder.write("token", "one\n");
  const file = folder.write(
    "config",
    kubeconfig({ cluster: "server: https://k, certificate-authority: pki/ca.crt", user: "tokenFile: token" }),
  );
  const { credentials } = await loadConfig({ kubeconfig: file, env: {} });
  const first = await credentials.current();
  assert.deepEqual([first.headers["authorization"], first.ca], ["Bearer one", pem("ca")]);
  writeFileSync(token, "two");
  utimesSync(token, new Date(), new Date(Date.now() + 5_000));
  assert.equal((await credentials.current()).headers["authorization"], "Bearer two");
});

test("impersonation is never overlooked, and basic authentication works", async (t) => {
  const user = "username: a, password: b, as: eve, as-groups: [g1, g2], as-user-extra: { 'x/y': [z] }";
  const { credentials } = await load(t, { user });
  assert.deepEqual((await credentials.current()).headers, {
    authorization: `Basic ${base64("a:b")}`,
    "impersonate-user": "eve",
    "impersonate-group": ["g1", "g2"],
    "impersonate-extra-x%2Fy": ["z"],
  });
});

test("KUBECONFIG may name several files, the first entry of a name wins, and ~/.kube/config comes last", async (t) => {
  const folder = aFolder(t);
  const one = folder.write("one", "current-context: main\nusers: [{ name: u, user: { token: first } }]");
  const two = folder.write("two", kubeconfig({}));
  const merged = await loadConfig({ env: { KUBECONFIG: [one, `${one}.missing`, two].join(path.delimiter) } });
  assert.equal((await merged.credentials.current()).headers["authorization"], "Bearer first");
  folder.write(".kube/config", kubeconfig({ cluster: "server: https://home" }));
  assert.equal((await loadConfig({ env: { HOME: folder.path } })).server, "https://home");
});

test("a pod uses its service account, whose token is read again", async (t) => {
  const folder = aFolder(t);
  folder.write("token", "pod-token");
  folder.write("ca.crt", pem("ca"));
  folder.write("namespace", "poolkeeper-system\n");
  const config = await loadConfig({
    env: { HOME: folder.path, KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" },
    serviceAccountFolder: folder.path,
  });
  assert.deepEqual([config.server, config.namespace], ["https://[fd00::1]:443", "poolkeeper-system"]);
  assert.equal((await config.credentials.current()).headers["authorization"], "Bearer pod-token");
});

test("a sign-in plugin is run once for all that wait, and again when its credentials were refused", async (t) => {
  const folder = aFolder(t);
  const count = folder.write("count", "");
  const script = `
    const fs = require("node:fs");
    fs.appendFileSync(${JSON.stringify(count)}, "x");
    const asked = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
    const token = asked.apiVersion + " " + fs.readFileSync(${JSON.stringify(count)}, "utf8");
    console.log(JSON.stringify({ apiVersion: asked.apiVersion, kind: "ExecCredential", status: { token } }));`;
  const plugin = folder.write("plugin.cjs", script);
  const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: ${process.execPath}, args: [${plugin}] }`;
  const { credentials } = await loadConfig({
    kubeconfig: folder.write("config", kubeconfig({ user: exec })),
    env: {},
  });
  const tokenNow = async (): Promise<unknown> => (await credentials.current()).headers["authorization"];
  const tokens = await Promise.all([tokenNow(), tokenNow(), tokenNow()]);
  assert.deepEqual(new Set(tokens), new Set(["Bearer client.authentication.k8s.io/v1 x"]));
  assert.equal(await tokenNow(), tokens[0]);
  credentials.forget();
  assert.equal(await tokenNow(), "Bearer client.authentication.k8s.io/v1 xx");
});

test("a plugin that fails is named, with what it said", async (t) => {
  const exec = `exec: { apiVersion: v1, command: ${process.execPath}, args: [-e, "console.error('no session');process.exit(1)"] }`;
  const { credentials } = await load(t, { user: exec });
  await assert.rejects(
    credentials.current(),
    /plugin of user u .*failed: no session.*Nothing was sent.*auth whoami/,
  );
});

const wrong: readonly (readonly [string, Parts, string | undefined, RegExp])[] = [
  [
    "an unknown context",
    {},
    "prod",
    /field contexts: there is no context "prod" \(there are: main, lost\).*get-contexts/,
  ],
  [
    "a context without its cluster",
    {},
    "lost",
    /field contexts\[name=lost\].context.cluster: no entry of clusters is named "nowhere"/,
  ],
  ["a missing address", { cluster: "" }, undefined, /field clusters\[name=c\].cluster.server: is missing/],
  [
    "an address of another kind",
    { cluster: "server: 'ftp://k'" },
    undefined,
    /"ftp:\/\/k" is not an http or https address/,
  ],
  [
    "plain http to another machine",
    { cluster: "server: 'http://10.0.0.1:8080'" },
    undefined,
    /plain http to another machine.*kubectl proxy/,
  ],
  [
    "a certificate without its key",
    { user: `client-certificate-data: ${base64(pem("c"))}` },
    undefined,
    /users\[name=u\].user.client-key: is missing/,
  ],
  [
    "data that is no PEM",
    { cluster: "server: https://k, certificate-authority-data: abcd" },
    undefined,
    /certificate-authority-data: is not base64 of a PEM block/,
  ],
  [
    "a field of the wrong type",
    { user: "token: [1]" },
    undefined,
    /users\[name=u\].user.token: must be text, but is \[1\]/,
  ],
];

for (const [what, parts, context, message] of wrong) {
  test(`${what} is refused by file and field`, async (t) => {
    const loading = load(t, parts, context === undefined ? {} : { context });
    await assert.rejects(loading, (error: Error) => {
      assert.match(error.message, message);
      assert.match(error.message, /kubeconfig \/.*\/config, .*Nothing was contacted/);
      return true;
    });
  });
}

test("missing, empty and broken files are told apart", async (t) => {
  const folder = aFolder(t);
  const load = (file: string): Promise<unknown> => loadConfig({ kubeconfig: file, env: {} });
  await assert.rejects(
    load(path.join(folder.path, "no")),
    /named by --kubeconfig does not exist.*Nothing was contacted/,
  );
  await assert.rejects(load(folder.write("empty", "")), /is empty or not a kubeconfig/);
  await assert.rejects(load(folder.write("bad", "a: [1\nb: }")), /is not YAML: .*line/);
  await assert.rejects(load(folder.write("list", "clusters: 7")), /field clusters: must be a list/);
  await assert.rejects(loadConfig({ env: { HOME: folder.path } }), /No cluster is named.*npm start/);
  await assert.rejects(loadConfig({ env: { KUBECONFIG: "/no/such" } }), /named by KUBECONFIG does not exist/);
});

test("plain http is fine on loopback, and proxies leave loopback and NO_PROXY alone", async (t) => {
  const env = { HTTPS_PROXY: "proxy:3128", NO_PROXY: "10.0.0.0/8,.internal" };
  const proxyOf = async (server: string): Promise<string | null> =>
    (await load(t, { cluster: `server: '${server}'` }, { env })).proxyUrl;
  const local = await load(t, { cluster: "server: 'http://127.0.0.1:8001'" });
  assert.deepEqual([local.isLoopback, local.server], [true, "http://127.0.0.1:8001"]);
  assert.equal(await proxyOf("https://k.example:6443"), "http://proxy:3128");
  assert.equal(await proxyOf("https://localhost:6443"), null);
  assert.equal(await proxyOf("https://10.1.2.3"), null);
  assert.equal(await proxyOf("https://k.internal"), null);
  assert.equal(await proxyOf("https://11.1.2.3"), "http://proxy:3128");
  const named = await load(t, { cluster: "server: https://k, proxy-url: socks5://s:1080" }, { env });
  assert.equal(named.proxyUrl, "socks5://s:1080");
});
