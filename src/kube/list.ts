/** Every object of a kind, page by page at one resource version, trimmed as the pages come. */
import { PortError, isPortError } from "../ports/errors.ts";
import type { Kind, ListOptions, ObjectList, ObjectOf } from "../ports/kube.ts";
import { collectionPath, collectionTarget } from "./path.ts";
import { type Share, shareNothing } from "./share.ts";
import { type Transport, call } from "./transport.ts";
import { trim } from "./trim.ts";

const pageSize = 500;
const maxRestarts = 3;

/** All pages share the version of the first; when that one expires half way, the list begins again. */
export async function list<K extends Kind>(
  transport: Transport,
  kind: K,
  options: ListOptions,
  share: Share = shareNothing,
): Promise<ObjectList<ObjectOf<K>>> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await listOnce(transport, kind, options, share);
    } catch (error) {
      if (!isPortError(error, "Expired") || restarts >= maxRestarts) throw error;
    }
  }
}

/** Where and which objects, as the query of a list or a watch. */
export function selectorQuery(options: ListOptions): Readonly<Record<string, string>> {
  return {
    ...(options.labelSelector === undefined ? {} : { labelSelector: options.labelSelector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
  };
}

async function listOnce<K extends Kind>(
  transport: Transport,
  kind: K,
  options: ListOptions,
  share: Share,
): Promise<ObjectList<ObjectOf<K>>> {
  const items: ObjectOf<K>[] = [];
  let token: string | undefined;
  for (;;) {
    const page = await readPage(transport, kind, options, token);
    for (const raw of page.items) {
      const item = trim(kind, raw, share);
      if (item !== undefined) items.push(item as ObjectOf<K>);
    }
    if (page.token === undefined) return { items, resourceVersion: page.resourceVersion };
    token = page.token;
  }
}

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly token: string | undefined;
}

async function readPage(
  transport: Transport,
  kind: Kind,
  options: ListOptions,
  token: string | undefined,
): Promise<Page> {
  const target = collectionTarget(kind, options.namespace);
  const answer = await call(transport, {
    verb: "list",
    kind,
    target,
    method: "GET",
    path: collectionPath(kind, options.namespace),
    query: {
      ...selectorQuery(options),
      limit: String(pageSize),
      ...(token === undefined ? {} : { continue: token }),
    },
  });
  const { items, metadata } = answer as {
    items?: readonly unknown[] | null;
    metadata?: { resourceVersion?: string; continue?: string };
  };
  // A page cut short must not pass for a short list: a missing object reads as a deleted one.
  if (metadata?.resourceVersion === undefined || items === undefined) {
    throw new PortError({
      kind: "Unreachable",
      message: `The list of ${target} came back without its contents.`,
    });
  }
  const next = metadata.continue;
  return {
    items: items ?? [],
    resourceVersion: metadata.resourceVersion,
    token: next === undefined || next === "" ? undefined : next,
  };
}
