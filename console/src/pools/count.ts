/** A number of nodes as somebody types it. Whether so many are possible is for the API to say. */
import { z } from "zod";
import { parse } from "../../../src/schema/parse.ts";

export type Count =
  | { readonly ok: true; readonly value: number; readonly problem: undefined }
  | { readonly ok: false; readonly problem: string };

export function readCount(text: string): Count {
  const trimmed = text.trim();
  const given = trimmed === "" ? undefined : Number(trimmed);
  const parsed = parse(z.int(), Number.isNaN(given) ? trimmed : given);
  if (parsed.ok) return { ok: true, value: parsed.value, problem: undefined };
  return { ok: false, problem: parsed.problems[0]?.message ?? "" };
}
