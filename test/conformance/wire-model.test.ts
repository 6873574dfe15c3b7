import { realClock } from "../../src/ports/clock.ts";
import { serveApi } from "../../src/sim/api/http.ts";
import { createApiServer } from "../../src/sim/api/server.ts";
import { createNeighbours } from "../../src/sim/neighbours/create.ts";
import { testWire } from "./wire-behaviours.ts";

testWire("the API server in memory, over the wire", async () => {
  const server = createApiServer({ clock: realClock, seed: 1 });
  const neighbours = createNeighbours(server, realClock);
  const served = await serveApi(server, { port: 0, host: "127.0.0.1" });
  neighbours.start();
  return {
    url: served.url,
    stop: async () => {
      neighbours.stop();
      await served.close();
    },
  };
});
