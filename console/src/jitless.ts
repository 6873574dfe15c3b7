/** Comes before every schema: the parsers that zod compiles would need `eval`, which the page's policy forbids. */
import { z } from "zod";

z.config({ jitless: true });
