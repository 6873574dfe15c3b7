/** A number of nodes as somebody types it. Whether so many are possible is for the API to say. */
import { z } from "zod";
import { parse } from "../../../src/schema/parse.ts";
import { complaintText } from "../../../src/text/complaint.ts";
import type { Language } from "../../../src/text/words.ts";

export type Count =
  | { readonly ok: true; readonly value: number; readonly problem: undefined }
  | { readonly ok: false; readonly problem: string };

export function readCount(text: string, language: Language): Count {
  const trimmed = text.trim();
  const given = trimmed === "" ? undefined : Number(trimmed);
  const parsed = parse(z.int(), Number.isNaN(given) ? trimmed : given);
  if (parsed.ok) return { ok: true, value: parsed.value, problem: undefined };
  return { ok: false, problem: complaintText(parsed.problems[0]?.message ?? "", language) };
}
