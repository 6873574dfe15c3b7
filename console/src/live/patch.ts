/** Puts what the stream says into the answers that the page keeps, and asks again for those that cannot be put together. */
import type { QueryClient } from "@tanstack/react-query";
import type { Page, StreamEvent } from "../../../src/api/answers.ts";
import type { Kept } from "../ask/queries.ts";
import type { Pacer } from "./pacer.ts";

interface Named {
  readonly uid: string;
  readonly name: string;
}

type Changed = StreamEvent<"changed">;
type Removed = StreamEvent<"removed">;

export function patchChanged(client: QueryClient, pacer: Pacer<Kept>, { resource, object }: Changed): void {
  let isListed = false;
  client.setQueriesData<Page<Named>>({ queryKey: [resource, "list"] }, (page) => {
    if (page === undefined || !page.items.some(({ uid }) => uid === object.uid)) return page;
    isListed = true;
    return { ...page, items: page.items.map((item) => (item.uid === object.uid ? object : item)) };
  });
  // The page of one object shows more than the stream tells of it.
  client.setQueriesData<Named>({ queryKey: [resource, "one"] }, (shown) =>
    shown?.uid === object.uid ? { ...shown, ...object } : shown,
  );
  pacer.ask(resource, isListed ? "calm" : "soon");
  pacer.ask("sums", "calm");
}

export function patchRemoved(client: QueryClient, pacer: Pacer<Kept>, { resource, name }: Removed): void {
  client.setQueriesData<Page<Named>>({ queryKey: [resource, "list"] }, (page) =>
    page === undefined ? page : { ...page, items: page.items.filter((item) => item.name !== name) },
  );
  pacer.ask(resource, "soon");
  pacer.ask("sums", "calm");
}
