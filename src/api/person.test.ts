import assert from "node:assert/strict";
import test from "node:test";
import { createKube } from "../kube/client.ts";
import { createTransport } from "../kube/transport.ts";
import { realClock } from "../ports/clock.ts";
import type { Kube } from "../ports/kube.ts";
import { createBooth } from "./testing.ts";

/** A port to a server that is not there: nobody listens on the discard service's port. */
function createDeadKube(t: { after(run: () => Promise<void>): void }): Kube {
  const transport = createTransport({
    config: {
      contextName: "dead",
      server: "http://127.0.0.1:9",
      namespace: "default",
      userName: "nobody",
      isLoopback: true,
      tls: { serverName: null, isVerified: true },
      proxyUrl: null,
      credentials: {
        current: async () => ({ headers: {}, ca: null, cert: null, key: null }),
        forget: () => {},
      },
    },
    clock: realClock,
    version: "test",
    component: "test",
  });
  t.after(() => transport.close());
  return createKube(transport);
}

test("C19: an API server that does not answer allows nothing: 503, never 200, however often it has said yes before", async (t) => {
  const dead = createDeadKube(t);
  let isDown = false;
  const booth = await createBooth(t, {
    wrap: (kube) => ({
      ...kube,
      create: (kind, object, options) => (isDown ? dead : kube).create(kind, object, options),
    }),
  });
  assert.equal((await booth.ask("GET", "/pools")).status, 200);
  isDown = true;
  assert.equal((await booth.ask("GET", "/pools")).status, 200, "a yes is trusted for seconds");
  await booth.world.clock.advance(5000);
  for (const path of ["/pools", "/fleet", "/access", "/stream"]) {
    const { status, body } = await booth.ask("GET", path);
    assert.deepEqual([status, body.reason], [503, "ClusterUnreachable"], path);
  }
  isDown = false;
  assert.equal((await booth.ask("GET", "/pools")).status, 200, "a missing answer is not remembered");
});

test("rights are asked for once in a while, not with each request", async (t) => {
  let reviews = 0;
  const booth = await createBooth(t, {
    wrap: (kube) => ({
      ...kube,
      create: (kind, object, options) => {
        if (kind === "SelfSubjectAccessReview") reviews += 1;
        return kube.create(kind, object, options);
      },
    }),
  });
  for (let request = 0; request < 50; request++) await booth.ask("GET", "/windows");
  assert.equal(reviews, 1);
  await booth.world.clock.advance(5000);
  await booth.ask("GET", "/windows");
  assert.equal(reviews, 2);
});
