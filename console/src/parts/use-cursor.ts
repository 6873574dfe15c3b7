/** Where in a long list one is. The cursor of the page stands in the address; the way back is remembered while one is there. */
import { useState } from "react";
import { useSearchField } from "./use-search-field.ts";

export interface Cursor {
  /** Absent on the first page. */
  readonly after: string | undefined;
  readonly number: number;
  readonly go: (number: number, next: string | null) => void;
}

export function useCursor(): Cursor {
  const [after, setAfter] = useSearchField("after");
  const [visited, setVisited] = useState<readonly string[]>(after === undefined ? [] : [after]);
  // The filter has changed, or somebody went back: a new list.
  const number = after === undefined ? 1 : visited.indexOf(after) + 2;
  return {
    after,
    number,
    go: (wanted, next) => {
      if (wanted > number && next !== null) {
        setVisited([...visited.slice(0, number - 1), next]);
        setAfter(next);
      } else setAfter(wanted <= 1 ? undefined : visited[wanted - 2]);
    },
  };
}
