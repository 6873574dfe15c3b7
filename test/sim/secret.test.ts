/** What a machine joins with is in its Secret and in its provider's hands, and is read nowhere else, whatever goes wrong (S38). */
import assert from "node:assert/strict";
import test from "node:test";
import { PortError } from "../../src/ports/errors.ts";
import type { Bootstrap, Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import { createWorld, worldNamespace } from "../../src/sim/world.ts";

const minuteMs = 60_000;
const kinds = [
  "ManagedNodePool",
  "ManagedMachine",
  "NodeOperation",
  "InfrastructureProvider",
  "Node",
] as const;

test("the token of a machine is in no object, event, log line or metric, though its provider repeats it", async () => {
  const told: Bootstrap[] = [];
  const said: unknown[] = [];
  const world = await createWorld({
    seed: 8,
    startAt: Date.parse("2026-11-23T00:00:00Z"),
    connect: (cloud): Provider => {
      const well = createSimulatorProvider(cloud);
      return {
        ...well,
        capabilities: { ...well.capabilities, joinsWithToken: true },
        create: async (_token, _request, bootstrap) => {
          told.push(bootstrap);
          const message = `InvalidUserData: ${JSON.stringify(bootstrap)}`;
          if (told.length % 2 === 0) throw new Error(message);
          throw new PortError({ kind: "Invalid", message, cause: new Error(message) });
        },
      };
    },
    announce: (news) => void said.push(news),
    onError: (_key, error) => void said.push(String(error)),
    onPass: ({ held, failures, snapshot }) =>
      void said.push(
        held,
        failures.map(({ error }) => textOf(error)),
        [...snapshot.outcomes],
      ),
  });
  await world.kube.create("ManagedNodePool", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { namespace: worldNamespace, name: "web" },
    spec: { replicas: 1, providerRef: { name: "simulator" } } as never,
  });
  await world.clock.advance(5 * minuteMs);
  const everything = JSON.stringify([said, kinds.map((kind) => world.list(kind))]);
  assert.match(everything, /InvalidUserData/, "people are told what was wrong");
  assert.ok(told.length > 2);
  for (const { join } of told) {
    const [, secret = ""] = (join?.token ?? "").split(".");
    assert.equal(secret.length, 16);
    assert.ok(!everything.includes(secret), "the secret half of the token");
  }
  await world.stop();
});

/** As much as a careless logger would print. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? ""} ${error.cause === undefined ? "" : textOf(error.cause)}`;
}
