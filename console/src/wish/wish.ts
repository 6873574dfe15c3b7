/** A wish of a person as a request that can be tried out first. What it would do is told by the API, never worked out here. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Outcome } from "../../../src/api/answers.ts";
import type { Asker } from "../ask/asker.ts";

export interface Wish {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The version that was shown, where the wish is about what was seen. */
  readonly version?: string;
  /** The same on the command line; null where it has no words for it. */
  readonly cli: string | null;
}

/** How long a preview stands before it is asked for again: the world goes on while one reads. */
const freshMs = 5000;

export function previewQuery(asker: Asker, wish: Wish | null) {
  return queryOptions({
    ...tryOut(asker, wish),
    enabled: wish !== null,
    placeholderData: keepPreviousData,
    refetchInterval: freshMs,
    gcTime: 0,
  });
}

/** The preview that is there, if it is fresh, else a new one. */
export function tryOut(asker: Asker, wish: Wish | null) {
  return {
    queryKey: ["preview", wish?.method, wish?.path, wish?.body],
    queryFn: () => {
      if (wish === null) throw new Error("There is nothing to ask for.");
      return asker.change<Outcome>({ ...requestOf(wish), query: { dryRun: true } });
    },
    retry: false,
    staleTime: freshMs,
  };
}

export interface Sure {
  readonly seen: string;
  /** The name, typed out. */
  readonly confirm: string;
  /** The same for each attempt, so that a wish whose answer was lost is not granted twice. */
  readonly key: string;
}

export function carryOut(asker: Asker, wish: Wish, { seen, confirm, key }: Sure): Promise<Outcome> {
  const sure = confirm === "" ? { seen } : { seen, confirm };
  return asker.change<Outcome>({ ...requestOf(wish), body: { ...wish.body, ...sure }, key });
}

function requestOf({ method, path, body, version }: Wish) {
  return { method, path, body, version };
}
