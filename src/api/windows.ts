/** Reads of maintenance windows. */
import type { MaintenanceWindowObject } from "../schema/window.ts";
import { pageOf } from "./answers.ts";
import { pageOfItems } from "./page.ts";
import { permissionFor } from "./permissions.ts";
import { byName, etagOf, findObject, hasPart, momentOf } from "./read.ts";
import { plainListQuery, windowQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { windowView as viewSchema } from "./types.ts";
import { windowView } from "./window-view.ts";

/** Of each window of a list. */
const listedOpenings = 5;

export const windowRoutes: readonly Route[] = [
  reading({
    path: "/windows",
    tag: "Windows",
    summary: "Maintenance windows with their next openings",
    query: plainListQuery,
    answer: pageOf(viewSchema),
    run: async ({ query, world, person, now }) => {
      await person.mustBeAllowed(permissionFor("list", "MaintenanceWindow", world.namespace));
      const windows = world.cache
        .list("MaintenanceWindow")
        .filter(({ metadata }) => hasPart(query.q, metadata.name));
      const pools = world.cache.list("ManagedNodePool");
      const show = (window: MaintenanceWindowObject) =>
        windowView(window, { pools, openings: listedOpenings }, { now });
      return ok(pageOfItems(windows, byName(), query, { show, moment: momentOf(world, now) }));
    },
  }),
  reading({
    path: "/windows/{name}",
    tag: "Windows",
    summary: "One maintenance window, with as many openings as a calendar needs",
    query: windowQuery,
    answer: viewSchema,
    run: async ({ params, query, world, person, now }) => {
      await person.mustBeAllowed(permissionFor("get", "MaintenanceWindow", world.namespace));
      const window = findObject(world, "MaintenanceWindow", params["name"]);
      const around = { pools: world.cache.list("ManagedNodePool"), openings: query.openings };
      return ok(windowView(window, around, { now }), { etag: etagOf(window) });
    },
  }),
];
