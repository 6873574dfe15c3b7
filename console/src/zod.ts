/**
 * Stands for the package `zod` in the build (see options.ts): whoever makes a schema gets it with its compiler switched off,
 * which would need `eval`, and that the page's policy forbids. It has to be off before the first schema is made.
 */
import { z } from "zod/v4";

z.config({ jitless: true });

export { z };
