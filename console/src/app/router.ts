/** Which address leads to which page, and what may stand behind the question mark. Pages are loaded when they are gone to. */
import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { z } from "zod";
import { type Query, queryText } from "../ask/asker.ts";
import { Broken, Missing } from "./failure.tsx";
import { Shell } from "./shell.tsx";

/** A value that is not understood is left out: an old link still leads to its page. */
const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const text = () => maybe(z.string().max(253));

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Missing,
  errorComponent: Broken,
  /** The dialog that is open on whatever page, and what it is about. */
  validateSearch: z.object({ do: text(), of: text(), nodes: maybe(z.string().max(20_000)), to: text() }),
});

const poolsRoute = createRoute({
  getParentRoute: () => root,
  path: "/pools",
  validateSearch: z.object({
    q: text(),
    state: text(),
    provider: text(),
    window: text(),
    after: maybe(z.string().max(2000)),
  }),
}).lazy(() => import("../pools/list.tsx").then(({ route }) => route));

/** Filter, order and page of a table of nodes. */
const nodeSearch = {
  q: text(),
  state: text(),
  zone: text(),
  sort: text(),
  after: maybe(z.string().max(2000)),
};

const poolRoute = createRoute({
  getParentRoute: () => root,
  path: "/pools/$pool",
  validateSearch: z.object({
    tab: text(),
    ...nodeSearch,
    family: text(),
    image: text(),
    kubernetes: text(),
    when: text(),
  }),
}).lazy(() => import("../pools/page.tsx").then(({ route }) => route));

const settingsRoute = createRoute({
  getParentRoute: () => root,
  path: "/pools/$pool/settings",
}).lazy(() => import("../pool-form/settings-page.tsx").then(({ route }) => route));

const newPoolRoute = createRoute({
  getParentRoute: () => root,
  path: "/new/pool",
  /** The pool that is cloned, and the step one is at. */
  validateSearch: z.object({ from: text(), step: maybe(z.string()) }),
}).lazy(() => import("../pool-form/wizard-page.tsx").then(({ route }) => route));

const operationRoute = createRoute({
  getParentRoute: () => root,
  path: "/operations/$operation",
}).lazy(() => import("../operations/page.tsx").then(({ route }) => route));

const routes = root.addChildren([poolsRoute, poolRoute, settingsRoute, newPoolRoute, operationRoute]);

export function createConsoleRouter() {
  return createRouter({
    routeTree: routes,
    // Every value is text, so that addresses read as people would write them.
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => queryText(search as Query),
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: Broken,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
