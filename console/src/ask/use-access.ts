/** What the person may do, by the word of the API server, with the sentence for what they may not. */
import { useQuery } from "@tanstack/react-query";
import type { AccessVerb } from "../../../src/api/answers.ts";
import { useAsker } from "./context.ts";
import { accessQuery } from "./queries.ts";

export interface Off {
  readonly disabled: boolean;
  readonly disabledReason?: string | undefined;
}

/** For buttons: off, and why. On while it is not known yet; the API has the last word in any case. */
export function useOff(): (verb: AccessVerb) => Off {
  const { data } = useQuery(accessQuery(useAsker()));
  return (verb) => {
    const grant = data?.can[verb];
    if (grant === undefined || grant.isAllowed) return { disabled: false };
    return { disabled: true, disabledReason: grant.sentence };
  };
}
