/**
 * Who may do what, on a real kube-apiserver with its own RBAC: the API allows exactly what the API server allows the
 * same person, says what is missing, and forgets nothing that was taken away.
 */
import assert from "node:assert/strict";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { loadConfig } from "../../src/kube/config.ts";
import { isPortError } from "../../src/ports/errors.ts";
import { realClock } from "../../src/ports/clock.ts";
import type { Kind, Kube } from "../../src/ports/kube.ts";
import { createCallers } from "../../src/start/callers.ts";
import { createRig, namespace, type Rig, root } from "../e2e/rig.ts";

interface Reply {
  readonly status: number;
  readonly body: any; // oxlint-disable-line no-explicit-any -- looked at by each test
  readonly headers: Headers;
}

type Ask = (method: string, path: string, body?: object) => Promise<Reply>;

interface Scene {
  readonly rig: Rig;
  readonly url: string;
  /** What the product has logged and printed so far. */
  output(): string;
  as(token: string, headers?: Readonly<Record<string, string>>): Ask;
  /** A service account with these roles in our namespace; its token. */
  person(name: string, ...roles: readonly string[]): Promise<string>;
  /** The API server itself, with the same token. */
  direct(token: string): Kube;
}

async function createScene(t: TestContext): Promise<Scene> {
  const rig = await createRig(t);
  await rig.startCluster();
  const server = rig.start(
    ...["--kubeconfig", rig.kubeconfig, "--install-crds", "--provider", "simulator"],
    ...["--data-dir", rig.dataDir, "--port", "0"],
  );
  await server.ready();
  const [, url = ""] = /ready on (\S+),/.exec(server.output()) ?? [];
  assert.ok(!server.output().includes("signin"), "no link where the rights are not this machine's own");
  await rig.pk("install");
  const config = await loadConfig({ env: {}, kubeconfig: rig.kubeconfig });
  const callers = createCallers({ config, clock: realClock, version: "test", onRequest: () => {} });
  t.after(() => callers.close());
  return {
    rig,
    url,
    output: server.output,
    as: (token, headers = {}) => asker(url, { authorization: `Bearer ${token}`, ...headers }),
    direct: (token) => callers.kubeAs({ kind: "Token", token }),
    person: async (name, ...roles) => {
      await rig.kubectl("-n", namespace, "create", "serviceaccount", name);
      for (const role of roles) await bind(rig, name, role);
      return (await rig.kubectl("-n", namespace, "create", "token", name)).trim();
    },
  };
}

function asker(url: string, headers: Readonly<Record<string, string>>): Ask {
  return async (method, path, body) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text), headers: answer.headers };
  };
}

function bind(rig: Rig, name: string, role: string): Promise<string> {
  const subject = `--serviceaccount=${namespace}:${name}`;
  return rig.kubectl(
    "-n",
    namespace,
    "create",
    "rolebinding",
    `${name}-${role}`,
    `--clusterrole=${role}`,
    subject,
  );
}

const spec = { providerRef: { name: "simulator" }, upgrade: { soakSeconds: 0 } };
const window = { weekdays: ["Saturday"], start: "02:00", durationMinutes: 240, timeZone: "UTC" };

/** Each wish with the one permission that it needs besides reading. */
const wishes: readonly (readonly [
  need: readonly [verb: string, resource: string],
  method: string,
  path: string,
  body?: object,
])[] = [
  [["create", "managednodepools"], "POST", "/pools", { name: "other", spec }],
  [["patch", "managednodepools"], "PATCH", "/pools/web", { spec: { drain: { timeoutSeconds: 99 } } }],
  [["patch", "managednodepools"], "POST", "/pools/web/pause"],
  [["patch", "managednodepools/scale"], "POST", "/pools/web/scale", { add: 1 }],
  [["create", "managednodepools"], "POST", "/pools/web/clone", { name: "copy" }],
  [["create", "nodeoperations"], "POST", "/pools/web/remove", { nodes: ["web-1"], confirm: "web" }],
  [["create", "nodeoperations"], "POST", "/machines/web-1/repair", { action: "Reboot" }],
  [["create", "maintenancewindows"], "POST", "/windows", { name: "more", spec: window }],
  [["patch", "maintenancewindows"], "PATCH", "/windows/nights", { spec: { start: "03:00" } }],
  [["delete", "maintenancewindows"], "DELETE", "/windows/nights"],
  [
    ["create", "infrastructureproviders"],
    "POST",
    "/providers",
    { name: "x", spec: { type: "simulator", region: "y" } },
  ],
  [["delete", "infrastructureproviders"], "DELETE", "/providers/spare"],
];

async function withPool({ rig }: Scene): Promise<void> {
  await rig.pk("create", "pool", "web", "--provider", "simulator", "--nodes", "1", "--yes", "--wait");
  await rig.pk(
    "create",
    "window",
    "nights",
    "--days",
    "Sat",
    "--start",
    "02:00",
    "--hours",
    "4",
    "--time-zone",
    "UTC",
    "--yes",
  );
  await rig.pk("create", "provider", "spare", "--type", "simulator", "--region", "r", "--yes");
}

test("on a real API server people can do what its RBAC allows them, and see why not the rest", async (t) => {
  const scene = await createScene(t);
  await withPool(scene);

  await t.test(
    "C6: whoever may only scale can scale and nothing else, and is told what is missing",
    async () => {
      const ask = scene.as(await scene.person("scaler", "poolkeeper-scaler"));
      const { body: access } = await ask("GET", "/access");
      assert.equal(
        access.user,
        `system:serviceaccount:${namespace}:scaler`,
        "not the certificate of the start",
      );
      const allowed = Object.entries(access.can as Record<string, { isAllowed: boolean }>)
        .filter(([, grant]) => grant.isAllowed)
        .map(([verb]) => verb);
      assert.deepEqual(allowed.toSorted(), ["scale", "view"]);
      assert.match(
        access.can.deletePool.sentence,
        /You may not patch managednodepools\.poolkeeper\.dev in namespace/,
      );
      for (const [[verb, resource], method, path, body] of wishes) {
        const dry = await ask(method, `${path}?dryRun=true`, body);
        const real = await ask(method, path, body);
        if (path.endsWith("/scale")) {
          assert.equal(real.body.outcome, "Done", JSON.stringify(real.body));
          assert.deepEqual(real.body.unseen, ["managedmachines"]);
          continue;
        }
        for (const { status, body: problem } of [dry, real]) {
          assert.equal(status, 403, `${method} ${path}: ${JSON.stringify(problem)}`);
          assert.equal(problem.reason, "NotPermitted");
          // A machine is looked up before it is repaired, a window before it is deleted.
          const isRead = problem.facts.verb === "get" && !path.startsWith("/pools");
          if (!isRead) assert.equal(problem.facts.verb, verb);
          if (!isRead) assert.equal(problem.facts.resource, withGroup(resource));
          assert.match(problem.try, /^kubectl auth can-i /);
        }
      }
      assert.equal((await ask("GET", "/machines")).body.facts.resource, "managedmachines.poolkeeper.dev");
      const pools = await ask("GET", "/pools");
      assert.equal(pools.body.items[0].spec.replicas, 2, "what was scaled is there");
      const pool = await scene.rig.get("mnp", "web", "-n", namespace, "--show-managed-fields");
      assert.match(JSON.stringify(pool), /"manager":"poolkeeper-api"/, "the API server knows the surface");
    },
  );

  await t.test("C5: headers that ask to be somebody else are not passed on", async () => {
    const token = await scene.person("nobody");
    const impersonation = {
      "impersonate-user": "system:admin",
      "impersonate-group": "system:masters",
      "x-remote-user": "admin",
      "x-remote-group": "system:masters",
    };
    const ask = scene.as(token, impersonation);
    const { body } = await ask("GET", "/access");
    assert.equal(body.user, `system:serviceaccount:${namespace}:nobody`);
    assert.ok(
      Object.values(body.can as Record<string, { isAllowed: boolean }>).every(({ isAllowed }) => !isAllowed),
    );
    assert.equal((await ask("GET", "/pools")).status, 403);
    assert.equal((await ask("GET", "/stream")).status, 403);
    // Which names are taken, and which providers there are, is not told either.
    for (const path of ["/pools", "/windows", "/providers"])
      assert.equal((await ask("POST", path, { name: "web", spec: {} })).status, 403, path);
  });

  await t.test(
    "C5: with random roles each wish is allowed exactly when the API server allows its write",
    async () => {
      await comparesWithServer(scene);
    },
  );

  await t.test(
    "C16, C19: a pasted token is never in the cookie, and what is taken away is gone within seconds",
    async () => {
      await endsWithItsRights(scene);
    },
  );

  await t.test(
    "C5: for people of an identity provider it may speak about its own kinds only, and never as a master",
    async () => {
      await speaksFor(scene);
    },
  );

  await t.test("C24: no token of all these is in what the product has said", async () => {
    assert.ok(!/eyJ[A-Za-z0-9_-]{20,}/.test(scene.output()), "tokens of service accounts begin so");
    assert.match(scene.output(), /change through the API/);
  });

  await t.test("C19: a token for another audience is nobody", async () => {
    const args = ["-n", namespace, "create", "token", "scaler", "--audience", "https://elsewhere.example"];
    const token = (await scene.rig.kubectl(...args)).trim();
    const { status, body } = await scene.as(token)("GET", "/pools");
    assert.deepEqual([status, body.reason], [401, "TokenInvalid"]);
    const garbage = await scene.as("abc.def.ghi")("GET", "/pools");
    assert.deepEqual([garbage.status, garbage.body.reason], [401, "TokenInvalid"]);
  });
});

function withGroup(resource: string): string {
  const [plural, sub] = resource.split("/");
  return `${plural}.poolkeeper.dev${sub === undefined ? "" : `/${sub}`}`;
}

/** Reading is given to all, so that what differs is the writing. */
async function comparesWithServer(scene: Scene): Promise<void> {
  const permissions = [...new Set(wishes.map(([need]) => need.join(" ")))];
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 25; round++) {
    const given = permissions.filter(() => random() < 0.4);
    const token = await scene.person(`random-${round}`, "poolkeeper-viewer");
    if (given.length > 0) await grant(scene, `random-${round}`, given);
    const ask = scene.as(token);
    const kube = scene.direct(token);
    for (const [need, method, path, body] of wishes) {
      const isAllowed = given.includes(need.join(" "));
      await scene.rig.eventually(
        `the API server's authorizer has seen the role: ${need.join(" ")} with ${given.join(", ")}`,
        async () => (await mayWrite(kube, need)) === isAllowed,
      );
      const answer = await ask(method, `${path}?dryRun=true`, body);
      assert.equal(
        answer.status === 403,
        !isAllowed,
        `${method} ${path} with ${given.join(", ")}: ${JSON.stringify(answer.body)}`,
      );
      assert.ok(
        answer.status === 403 || answer.status === 200,
        `${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    }
  }
}

async function grant({ rig }: Scene, name: string, given: readonly string[]): Promise<void> {
  const rules = given.map((permission) => {
    const [verb = "", resource = ""] = permission.split(" ");
    return { apiGroups: ["poolkeeper.dev"], resources: [resource], verbs: [verb] };
  });
  const metadata = { name, namespace };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  await rig.apply(
    `${name}.yaml`,
    { apiVersion, kind: "Role", metadata, rules },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  );
}

const kinds: Readonly<Record<string, Kind>> = {
  managednodepools: "ManagedNodePool",
  "managednodepools/scale": "ManagedNodePool",
  nodeoperations: "NodeOperation",
  maintenancewindows: "MaintenanceWindow",
  infrastructureproviders: "InfrastructureProvider",
};

/** The write itself, as kubectl would send it, on an object that is not there: only a right is answered with "not found" or "invalid". */
async function mayWrite(
  kube: Kube,
  [verb, resource]: readonly [verb: string, resource: string],
): Promise<boolean> {
  const kind = kinds[resource] ?? "ManagedNodePool";
  const ref = { name: "absent", namespace };
  const isScale = resource.endsWith("/scale");
  try {
    if (verb === "create") {
      const object = { apiVersion: "poolkeeper.dev/v1alpha1", kind, metadata: ref, spec: {} };
      await kube.create(kind, object as never, { dryRun: true });
    }
    if (verb === "delete") await kube.delete(kind, ref);
    if (verb === "patch") {
      const scale = isScale ? ({ subresource: "scale" } as const) : {};
      await kube.patch(kind, ref, { type: "merge", body: {}, dryRun: true, ...scale });
    }
    return true;
  } catch (error) {
    if (!isPortError(error)) throw error;
    assert.notEqual(error.status, 401);
    return error.status !== 403;
  }
}

async function endsWithItsRights(scene: Scene): Promise<void> {
  const { rig, url } = scene;
  const token = await scene.person("leaver", "poolkeeper-viewer");
  const signedIn = await asker(url, { origin: url })("POST", "/session", { token });
  assert.equal(signedIn.status, 200);
  const setCookie = signedIn.headers.get("set-cookie") ?? "";
  assert.ok(!setCookie.includes(token.slice(0, 20)) && !setCookie.includes(token.slice(-20)));
  assert.ok(!JSON.stringify(signedIn.body).includes(token.slice(-20)));
  const [cookie = ""] = setCookie.split(";");
  const bySession = asker(url, { cookie });
  const byToken = scene.as(token);
  for (const ask of [bySession, byToken]) assert.equal((await ask("GET", "/pools")).status, 200);
  await rig.kubectl("-n", namespace, "delete", "rolebinding", "leaver-poolkeeper-viewer");
  for (const ask of [bySession, byToken]) {
    await rig.eventually(
      "the right to be gone",
      async () => (await ask("GET", "/pools")).status === 403,
      30_000,
    );
  }
  await rig.kubectl("-n", namespace, "delete", "serviceaccount", "leaver");
  for (const ask of [bySession, byToken]) {
    // The API server itself remembers a token for ten seconds.
    await rig.eventually(
      "the person to be gone",
      async () => (await ask("GET", "/access")).status === 401,
      60_000,
    );
  }
}

/** With the rights that the shipped role gives, and no certificate beside them. */
async function speaksFor({ rig }: Scene): Promise<void> {
  await rig.kubectl("apply", "-f", path.join(root, "deploy", "rbac-sign-in.yaml"));
  await rig.kubectl(
    ...["-n", namespace, "create", "rolebinding", "operators", "--clusterrole=poolkeeper-operator"],
    "--group=oidc:operators",
  );
  const token = (await rig.kubectl("-n", namespace, "create", "token", "poolkeeper-controller")).trim();
  const config = await loadConfig({ env: {}, kubeconfig: rig.kubeconfig });
  const credentials = {
    current: async () => {
      const { ca } = await config.credentials.current();
      return { headers: { authorization: `Bearer ${token}` }, ca, cert: null, key: null };
    },
    forget: () => {},
  };
  const callers = createCallers({
    config: { ...config, credentials },
    clock: realClock,
    version: "test",
    onRequest: () => {},
  });
  try {
    const jane = (...groups: readonly string[]): Kube =>
      callers.kubeAs({ kind: "Oidc", user: "oidc:jane", groups });
    const operator = jane("oidc:operators");
    const refused = (call: Promise<unknown>, about: RegExp) => assert.rejects(call, about);
    await rig.eventually("the operator to be known", async () => {
      const { items } = await operator.list("ManagedNodePool", { namespace }).catch(() => ({ items: [] }));
      return items.length > 0;
    });
    const body = { metadata: { annotations: { seen: "1" } } };
    const ref = { name: "web", namespace };
    await operator.patch("ManagedNodePool", ref, { type: "merge", body, dryRun: true });
    await refused(operator.delete("ManagedNodePool", ref), /oidc:jane/);
    await refused(jane().list("ManagedNodePool", { namespace }), /oidc:jane/);
    await refused(operator.list("Secret", { namespace }), /impersonat/);
    await refused(jane("system:masters").list("ManagedNodePool", { namespace }), /system:masters/);
  } finally {
    await callers.close();
  }
}
