/** Serves the console while it is being worked on: changes show at once, requests go to a running Poolkeeper. */
import { createServer } from "vite";
import { consoleOptions } from "./options.ts";

const target = process.argv[2] ?? "http://127.0.0.1:7410";

const server = await createServer({
  ...consoleOptions,
  server: {
    ...consoleOptions.server,
    host: "127.0.0.1",
    port: 7420,
    strictPort: true,
    // Poolkeeper answers only under its own name and to its own pages.
    proxy: { "/api": { target, changeOrigin: true, headers: { origin: target } } },
  },
});
await server.listen();
server.printUrls();
