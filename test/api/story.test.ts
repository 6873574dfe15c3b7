/** The five flows of a pool's life through the REST API alone, on a real kube-apiserver, by a person with a role of ours. */
import assert from "node:assert/strict";
import test from "node:test";
import { quickProvider, workload } from "../e2e/objects.ts";
import { createRig, namespace } from "../e2e/rig.ts";

type Body = any; // oxlint-disable-line no-explicit-any -- looked at by each step

test("a pool is created, scaled out, cloned, loses a node and is deleted through the API on a real kube-apiserver", async (t) => {
  const rig = await createRig(t);
  await rig.startCluster();
  const server = rig.start(
    ...["--kubeconfig", rig.kubeconfig, "--install-crds", "--data-dir", rig.dataDir, "--port", "0"],
  );
  await server.ready();
  await rig.pk("install");
  await rig.kubectl("-n", namespace, "create", "serviceaccount", "jane");
  const subject = `--serviceaccount=${namespace}:jane`;
  await rig.kubectl(
    "-n",
    namespace,
    "create",
    "rolebinding",
    "jane",
    "--clusterrole=poolkeeper-admin",
    subject,
  );
  await rig.kubectl("create", "clusterrolebinding", "jane", "--clusterrole=poolkeeper-node-reader", subject);
  await rig.apply("cloud.yaml", quickProvider("cloud"));
  const token = (await rig.kubectl("-n", namespace, "create", "token", "jane")).trim();
  const [, url = ""] = /ready on (\S+),/.exec(server.output()) ?? [];
  const ask = async (method: string, path: string, body?: object): Promise<Body> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    return await answer.json();
  };
  /** First the preview, then what it has shown. */
  const wish = async (method: string, path: string, body: object): Promise<Body> => {
    const shown = await ask(method, `${path}?dryRun=true`, body);
    assert.equal(shown.outcome, "DryRun", JSON.stringify(shown));
    assert.deepEqual(shown.unseen, []);
    const done = await ask(method, path, { ...body, seen: shown.seen });
    assert.equal(done.outcome, "Done", JSON.stringify(done));
    return done;
  };
  const settled = (name: string, nodes: number) =>
    rig.eventually(`${name} to be Active with ${nodes}`, async () => {
      const pool = await ask("GET", `/pools/${name}`);
      return pool.state.code === "Active" && pool.nodes.ready === nodes && pool.nodes.machines === nodes;
    });
  await rig.eventually(
    "the catalogue",
    async () => (await ask("GET", "/providers/cloud/catalogue")).isKnown === true,
  );

  const spec = { providerRef: { name: "cloud" }, replicas: 2, upgrade: { soakSeconds: 0 } };
  await wish("POST", "/pools", { name: "web", spec });
  await settled("web", 2);
  await wish("POST", "/pools/web/scale", { add: 1 });
  await settled("web", 3);
  await wish("POST", "/pools/web/clone", { name: "copy", spec: { replicas: 1 } });
  await settled("copy", 1);

  await rig.apply("shop.yaml", ...workload("shop", { pods: 4, minAvailable: 2 }));
  const [first] = (await ask("GET", "/machines?pool=web")).items;
  await rig.eventually(
    "a pod on the node",
    async () => (await ask("GET", `/machines/${first.node}`)).podList.length > 0,
  );
  const removal = await wish("POST", "/pools/web/remove", {
    nodes: [first.node],
    drain: true,
    release: true,
    confirm: "web",
  });
  const operation = removal.objects[0].name;
  await rig.eventually("the removal to end", async () => {
    const { state } = await ask("GET", `/operations/${operation}`);
    return state.code === "Succeeded";
  });
  await settled("web", 2);
  const { requestedBy } = await ask("GET", `/operations/${operation}`);
  assert.equal(requestedBy, `system:serviceaccount:${namespace}:jane`, "the person is written down");

  const unsure = await ask("DELETE", "/pools/web");
  assert.equal(unsure.reason, "ConfirmationNeeded");
  const shown = await ask("DELETE", "/pools/web?dryRun=true");
  const kinds = shown.effects.map(({ kind }: { kind: string }) => kind);
  for (const kind of ["DeletesPool", "ReleasesInstances", "MovesPods"]) assert.ok(kinds.includes(kind), kind);
  // A budget that no other node can satisfy keeps its last nodes, as it should.
  await rig.kubectl("delete", "deployment,pdb", "shop");
  await rig.eventually("the pods to be gone", async () => {
    const { items: pods } = (await rig.get("pods")) as Body;
    return pods.length === 0;
  });
  for (const name of ["web", "copy"]) await wish("DELETE", `/pools/${name}`, { confirm: name });
  await rig.eventually("both pools to be gone", async () => (await ask("GET", "/pools")).total === 0);
  assert.deepEqual(((await rig.get("nodes")) as Body).items, []);
  const { items } = await ask("GET", "/audit");
  const verbs = items.map(({ verb }: { verb: string }) => verb);
  for (const verb of ["create", "scale", "clone", "remove", "delete"]) assert.ok(verbs.includes(verb), verb);
});
