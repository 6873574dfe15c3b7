/** Reads of operations: what runs, what ran, and the page of one. */
import type { z } from "zod";
import type { NodeOperationObject } from "../schema/operation.ts";
import { pageOf } from "./answers.ts";
import { operationDetail, operationView } from "./operation-view.ts";
import { pageOfItems } from "./page.ts";
import { permissionFor } from "./permissions.ts";
import { etagOf, findObject, hasPart, isFitting, isOpen, momentOf, newestFirst } from "./read.ts";
import { operationQuery } from "./requests.ts";
import { ok, reading, type Route } from "./route.ts";
import { operationDetail as detailSchema, operationView as viewSchema } from "./types.ts";

export const operationRoutes: readonly Route[] = [
  reading({
    path: "/operations",
    tag: "Operations",
    summary: "Operations, the latest first",
    query: operationQuery,
    answer: pageOf(viewSchema),
    run: async ({ query, world, person, language, now }) => {
      await person.mustBeAllowed(permissionFor("list", "NodeOperation", world.namespace));
      const operations = world.cache.list("NodeOperation").filter((operation) => isWanted(operation, query));
      const show = (operation: NodeOperationObject) => operationView(operation, language);
      return ok(pageOfItems(operations, newestFirst(), query, { show, moment: momentOf(world, now) }));
    },
  }),
  reading({
    path: "/operations/{name}",
    tag: "Operations",
    summary: "One operation with a row for each of its nodes",
    query: null,
    answer: detailSchema,
    run: async ({ params, world, person, language }) => {
      await person.mustBeAllowed(permissionFor("get", "NodeOperation", world.namespace));
      const operation = findObject(world, "NodeOperation", params["name"]);
      const view = operationDetail(operation, language);
      return ok(view, { etag: etagOf(operation) });
    },
  }),
];

function isWanted(operation: NodeOperationObject, query: z.output<typeof operationQuery>): boolean {
  const { metadata, spec } = operation;
  const found = {
    pool: spec.poolName,
    kind: spec.kind,
    approval: spec.approval,
    isOpen: isOpen(operation) ? "true" : "false",
  };
  const nodes = spec.targets.map(({ node }) => node);
  return isFitting(query, found) && hasPart(query.q, metadata.name, ...nodes);
}
