/** A provider of which nothing is asked but what it runs: the instances of a file, read and parsed for each list. */
import { readFile } from "node:fs/promises";
import type { Instance } from "../../src/core/model.ts";
import { capableOf } from "../../src/core/testing-cluster.ts";
import { PortError } from "../../src/ports/errors.ts";
import type { Provider } from "../../src/ports/provider.ts";
import { catalogueOf } from "../../src/sim/cloud/catalogue.ts";

export function fixedCloud(file: string, region: string): Provider {
  const refuse = async (): Promise<never> => {
    throw new PortError({ kind: "Invalid", message: "the instances of this bench are only looked at" });
  };
  return {
    capabilities: capableOf(),
    catalogue: async () => catalogueOf(region),
    list: async () => JSON.parse(await readFile(file, "utf8")) as readonly Instance[],
    create: refuse,
    start: refuse,
    stop: refuse,
    reboot: refuse,
    restartService: refuse,
    replaceSystemDisk: refuse,
    release: refuse,
    leave: refuse,
    tag: refuse,
    joined: async () => {},
    diagnosis: async () => null,
    onChange: () => () => {},
    close: async () => {},
  };
}
