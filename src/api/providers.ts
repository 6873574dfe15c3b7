/** Reads of providers and of what they offer. */
import type { InfrastructureProviderObject } from "../schema/provider.ts";
import { pageOf } from "./answers.ts";
import { pageOfItems } from "./page.ts";
import { permissionFor } from "./permissions.ts";
import { catalogueView, providerView } from "./provider-view.ts";
import { byName, etagOf, findObject, hasPart, momentOf } from "./read.ts";
import { plainListQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { catalogueView as catalogueSchema, providerView as viewSchema } from "./types.ts";

export const providerRoutes: readonly Route[] = [
  reading({
    path: "/providers",
    tag: "Providers",
    summary: "Where instances come from",
    query: plainListQuery,
    answer: pageOf(viewSchema),
    run: async ({ query, world, person, language, now }) => {
      await person.mustBeAllowed(permissionFor("list", "InfrastructureProvider", world.namespace));
      const { cache } = world;
      const providers = cache
        .list("InfrastructureProvider")
        .filter(({ metadata }) => hasPart(query.q, metadata.name));
      const pools = cache.list("ManagedNodePool");
      const show = (provider: InfrastructureProviderObject) => providerView(provider, pools, language);
      return ok(pageOfItems(providers, byName(), query, { show, moment: momentOf(world, now) }));
    },
  }),
  reading({
    path: "/providers/{name}",
    tag: "Providers",
    summary: "One provider with its health, quotas and orphans",
    query: null,
    answer: viewSchema,
    run: async ({ params, world, person, language }) => {
      await person.mustBeAllowed(permissionFor("get", "InfrastructureProvider", world.namespace));
      const provider = findObject(world, "InfrastructureProvider", params["name"]);
      const view = providerView(provider, world.cache.list("ManagedNodePool"), language);
      return ok(view, { etag: etagOf(provider) });
    },
  }),
  reading({
    path: "/providers/{name}/catalogue",
    tag: "Providers",
    summary: "Zones, images and instance types for a new pool",
    query: null,
    answer: catalogueSchema,
    run: async ({ params, world, person }) => {
      await person.mustBeAllowed(permissionFor("get", "InfrastructureProvider", world.namespace));
      const provider = findObject(world, "InfrastructureProvider", params["name"]);
      return ok(catalogueView(provider, world.serverVersion()));
    },
  }),
];
