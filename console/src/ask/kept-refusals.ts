/** Refusals stay on the page while it asks again, as answers do: what somebody is reading must not go and come back. */
import type { Query, QueryCache } from "@tanstack/react-query";

/** The client itself forgets the error of a query without data whenever it asks again. */
export function keepRefusals(cache: QueryCache): void {
  const refusals = new WeakMap<Query, Error>();
  cache.subscribe((event) => {
    if (event.type !== "updated") return;
    const { query, action } = event;
    const { status, error } = query.state;
    const refusal = refusals.get(query);
    if (status === "error" && error !== null) refusals.set(query, error);
    else if (action.type === "fetch" && refusal !== undefined)
      query.setState({ status: "error", error: refusal });
    else refusals.delete(query);
  });
}
