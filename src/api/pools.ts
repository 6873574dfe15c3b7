/** Reads of pools. Changes of them are in pool-wishes.ts. */
import { keyOf } from "../ports/kube.ts";
import type { ManagedNodePoolObject } from "../schema/pool.ts";
import type { z } from "zod";
import { pageOf } from "./answers.ts";
import { pageOfItems } from "./page.ts";
import { permissionFor } from "./permissions.ts";
import { poolDetail, poolView } from "./pool-view.ts";
import { byName, etagOf, findObject, hasPart, isFitting, isOpen, momentOf, operationsOf } from "./read.ts";
import { poolQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { poolDetail as detailSchema, poolView as viewSchema } from "./types.ts";

export const poolRoutes: readonly Route[] = [
  reading({
    path: "/pools",
    tag: "Pools",
    summary: "All pools, by name",
    query: poolQuery,
    answer: pageOf(viewSchema),
    run: async ({ query, world, person, language, now }) => {
      await person.mustBeAllowed(permissionFor("list", "ManagedNodePool", world.namespace));
      const pools = world.cache.list("ManagedNodePool").filter((pool) => isWanted(pool, query));
      const show = (pool: ManagedNodePoolObject) =>
        poolView(pool, world.lastLook(keyOf(pool)), { language, now });
      return ok(pageOfItems(pools, byName(), query, { show, moment: momentOf(world, now) }));
    },
  }),
  reading({
    path: "/pools/{name}",
    tag: "Pools",
    summary: "One pool, with its conditions and revisions",
    query: null,
    answer: detailSchema,
    run: async ({ params, world, person, language, now }) => {
      await person.mustBeAllowed(permissionFor("get", "ManagedNodePool", world.namespace));
      const pool = findObject(world, "ManagedNodePool", params["name"]);
      const maySee = await person.may(permissionFor("list", "NodeOperation", world.namespace));
      const running = maySee ? operationsOf(world, pool).filter(isOpen) : [];
      const operations = running.map(({ metadata }) => metadata.name);
      const around = { look: world.lastLook(keyOf(pool)), operations };
      return ok(poolDetail(pool, around, { language, now }), { etag: etagOf(pool) });
    },
  }),
];

function isWanted(
  { metadata, spec, status }: ManagedNodePoolObject,
  query: z.output<typeof poolQuery>,
): boolean {
  const found = {
    state: status?.summary ?? "Pending",
    provider: spec.providerRef.name,
    window: spec.management.maintenanceWindowRef?.name,
  };
  return isFitting(query, found) && hasPart(query.q, metadata.name);
}
