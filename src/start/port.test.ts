import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { chooseApiPort, isPortFree } from "./port.ts";

test("the first free port is chosen, kept, and never changed while somebody else holds it", async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "pk-port-"));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const taken = (other.address() as AddressInfo).port;
  try {
    const free = [taken + 1, taken + 2, taken + 3, taken + 4];
    const chosen = await chooseApiPort({ dataDir, wanted: null, candidates: [taken, ...free] });
    assert(free.includes(chosen));
    assert.equal(await isPortFree(taken), false);
    assert.equal(await chooseApiPort({ dataDir, wanted: null, candidates: [1] }), chosen);

    await assert.rejects(
      chooseApiPort({ dataDir, wanted: taken, candidates: [] }),
      new RegExp(`Port ${taken} on 127.0.0.1, for the Kubernetes API, is taken .*ss -ltnp`),
    );
    assert.equal(readFileSync(path.join(dataDir, "ports.json"), "utf8"), `{"api":${chosen}}\n`);

    writeFileSync(path.join(dataDir, "ports.json"), `{"api":${taken}}`);
    await assert.rejects(
      chooseApiPort({ dataDir, wanted: null, candidates: free }),
      /The kubeconfig names this port, so it was not changed\..*remove .*ports\.json/,
    );

    writeFileSync(path.join(dataDir, "ports.json"), `{"api":"x"}`);
    await assert.rejects(
      chooseApiPort({ dataDir, wanted: null, candidates: free }),
      /cannot be read as .*PORT/,
    );
  } finally {
    other.close();
    rmSync(dataDir, { recursive: true });
  }
});
