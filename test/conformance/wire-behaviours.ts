/** Every behaviour of the wire, and how they run against one server, several at a time. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { certificateBehaviours } from "./wire-certificates.ts";
import { definitionBehaviours } from "./wire-definitions.ts";
import { deletionBehaviours } from "./wire-deletions.ts";
import { discoveryBehaviours } from "./wire-discovery.ts";
import { listBehaviours } from "./wire-lists.ts";
import { objectBehaviours } from "./wire-objects.ts";
import { patchBehaviours } from "./wire-patches.ts";
import { podBehaviours } from "./wire-pods.ts";
import { scaleBehaviours } from "./wire-scale.ts";
import { type Server, type Wire, connectWire, installDefinitions } from "./wire-world.ts";

const behaviours = [
  ...discoveryBehaviours,
  ...objectBehaviours,
  ...patchBehaviours,
  ...listBehaviours,
  ...definitionBehaviours,
  ...deletionBehaviours,
  ...podBehaviours,
  ...scaleBehaviours,
  ...certificateBehaviours,
];

export interface RunningServer extends Server {
  readonly stop: () => Promise<void>;
}

/** Starts the server, asks it everything, and stops it again. */
export function testWire(name: string, start: () => Promise<RunningServer>): void {
  describe(name, { concurrency: 6 }, () => {
    let running: { readonly server: RunningServer; readonly wire: Wire } | null = null;
    before(async () => {
      const server = await start();
      const wire = connectWire(server);
      running = { server, wire };
      await installDefinitions(wire);
    });
    after(async () => {
      await running?.wire.close();
      await running?.server.stop();
    });
    for (const behaviour of behaviours) {
      test(behaviour.name, async () => {
        assert.ok(running !== null, "the server did not start");
        await behaviour.run(running.wire);
      });
    }
  });
}
