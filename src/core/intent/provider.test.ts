import assert from "node:assert/strict";
import test from "node:test";
import { isInnerEndpoint } from "./endpoint.ts";
import { createProvider } from "./provider.ts";

test("an endpoint that points into this machine or network is refused (C14)", () => {
  const inner = [
    "100.100.100.200",
    "http://169.254.169.254",
    "169.254.169.254:80/",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "localhost:8080",
    "metadata.google.internal",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "0.0.0.0",
    "LOCALHOST.",
  ];
  for (const endpoint of inner) assert.ok(isInnerEndpoint(endpoint), endpoint);
  for (const endpoint of [
    "ecs.cn-hangzhou.aliyuncs.com",
    "https://api.example.com:8443/",
    "8.8.8.8",
    "172.32.0.1",
  ])
    assert.ok(!isInnerEndpoint(endpoint), endpoint);
});

test("a provider of a cloud with such an endpoint is not made, one on this machine is", () => {
  const make = (type: "ecs" | "local", endpoint: string) =>
    createProvider({ name: "x", namespace: "n", spec: { type, region: "r", endpoint } }, []);
  const refused = make("ecs", "100.100.100.200");
  assert.ok(!refused.ok && refused.refusal.reason === "InvalidValue");
  assert.ok(make("ecs", "ecs.cn-hangzhou.aliyuncs.com").ok);
  assert.ok(make("local", "127.0.0.1").ok);
});
