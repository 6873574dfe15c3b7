/** Asks once more for what is shown, because it may have changed. */
import type { InvalidateQueryFilters, QueryClient } from "@tanstack/react-query";

/**
 * Resolves when the new answers are there. A first answer that is still on its way may be from before the change, and the
 * client does not break it off: it is asked for once more when it has come.
 */
export async function askAgain(client: QueryClient, filters: InvalidateQueryFilters = {}): Promise<void> {
  const first = client
    .getQueryCache()
    .findAll({ ...filters, type: "active", fetchStatus: "fetching" })
    .filter(({ state }) => state.data === undefined);
  await client.invalidateQueries(filters);
  if (first.length > 0) await client.invalidateQueries({ predicate: (query) => first.includes(query) });
}
