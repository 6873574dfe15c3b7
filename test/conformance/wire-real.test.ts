import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startControlPlane } from "../../src/start/control-plane.ts";
import { testWire } from "./wire-behaviours.ts";

testWire("a real kube-apiserver, over the wire", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "pk-wire-"));
  const plane = await startControlPlane({ dataDir: path.join(folder, "data"), isTest: true });
  return {
    url: plane.url,
    tls: plane.admin,
    stop: async () => {
      await plane.stop();
      rmSync(folder, { recursive: true });
    },
  };
});
