/** How Vite builds and serves the console. When it is built is decided in build.ts. */
import path from "node:path";
import react from "@vitejs/plugin-react";
import type { InlineConfig } from "vite";

const folder = import.meta.dirname;
const repository = path.resolve(folder, "..");

export const consoleOptions: InlineConfig = {
  configFile: false,
  root: folder,
  base: "/",
  cacheDir: path.join(repository, "node_modules", ".cache", "console"),
  plugins: [react()],
  resolve: { alias: [{ find: /^zod$/, replacement: path.join(folder, "src", "zod.ts") }] },
  build: {
    target: "es2024",
    // Every file is asked for by its name: the pages may load nothing that stands in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
  server: { fs: { allow: [repository] } },
};
