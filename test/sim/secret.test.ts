/** What a machine joins with is in its Secret and in its provider's hands, and is read nowhere else, whatever goes wrong (S38). */
import assert from "node:assert/strict";
import test from "node:test";
import { PortError } from "../../src/ports/errors.ts";
import type { Bootstrap, Provider } from "../../src/ports/provider.ts";
import { createSimulatorProvider } from "../../src/provider/simulator/provider.ts";
import { createWorld, worldNamespace } from "../../src/sim/world.ts";

const userData = "#!/bin/sh\nregister --key hunter2-hunter2\n";
const minuteMs = 60_000;
const kinds = [
  "ManagedNodePool",
  "ManagedMachine",
  "NodeOperation",
  "InfrastructureProvider",
  "Node",
] as const;

test("the token and the user data of a machine are in no object, event, log line or metric, though its provider repeats it", async () => {
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
          const [line] = (bootstrap.userData ?? "").split("\n").slice(1);
          const sent = Buffer.from(bootstrap.userData ?? "").toString("base64");
          const message = `InvalidUserData: ${JSON.stringify(bootstrap)} at '${line}' of ${sent}`;
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
  await world.kube.create("Secret", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: worldNamespace, name: "first-boot" },
    data: { userData: Buffer.from(userData).toString("base64") },
  } as never);
  await world.kube.create("ManagedNodePool", {
    apiVersion: "poolkeeper.dev/v1alpha1",
    kind: "ManagedNodePool",
    metadata: { namespace: worldNamespace, name: "web" },
    spec: {
      replicas: 1,
      providerRef: { name: "simulator" },
      template: { userDataSecretRef: { name: "first-boot" } },
    } as never,
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
  assert.ok(told.every((bootstrap) => bootstrap.userData === userData));
  assert.ok(!everything.includes("hunter2-hunter2"), "a line of the user data");
  assert.ok(!everything.includes(Buffer.from(userData).toString("base64")), "the user data as it is sent");
  await world.stop();
});

/** As much as a careless logger would print. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? ""} ${error.cause === undefined ? "" : textOf(error.cause)}`;
}
