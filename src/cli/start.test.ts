import assert from "node:assert/strict";
import test from "node:test";
import { startOptions } from "./start.ts";

const flags = { port: 7410, installCrds: false };
const common = { color: true };

test("A bare start is the embedded world with its sample", () => {
  assert.deepEqual(startOptions(flags, common, {}), {
    cluster: "embedded",
    port: 7410,
    dataDir: ".poolkeeper",
    kubeconfig: null,
    context: null,
    namespace: "poolkeeper-system",
    provider: null,
    installCrds: false,
    sample: true,
  });
});

test("A kubeconfig means an existing cluster, in which no sample is made unasked", () => {
  const { cluster, kubeconfig, sample } = startOptions(flags, { ...common, kubeconfig: "f" }, {});
  assert.deepEqual([cluster, kubeconfig, sample], ["existing", "f", false]);
});

test("In a pod the pod's own cluster is meant", () => {
  assert.equal(startOptions(flags, common, { KUBERNETES_SERVICE_HOST: "10.0.0.1" }).cluster, "existing");
});

test("A person's general KUBECONFIG is not taken for a wish to manage that cluster", () => {
  assert.equal(startOptions(flags, common, { KUBECONFIG: "f" }).cluster, "embedded");
});

test("A local control plane starts empty, and with a sample when asked", () => {
  const local = { ...flags, cluster: "local" as const };
  assert.equal(startOptions(local, common, {}).sample, false);
  assert.equal(startOptions({ ...local, sample: true }, common, {}).sample, true);
  assert.equal(startOptions({ ...flags, sample: false }, common, {}).sample, false);
});
