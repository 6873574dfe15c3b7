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

const after = maybe(z.string().max(2000));

/** Filter, order and page of a table of nodes. */
const nodeSearch = { q: text(), state: text(), zone: text(), sort: text(), after };

const overviewRoute = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: z.object({ group: text() }),
}).lazy(() => import("../overview/page.tsx").then(({ route }) => route));

const clustersRoute = createRoute({
  getParentRoute: () => root,
  path: "/clusters",
}).lazy(() => import("../clusters/list-page.tsx").then(({ route }) => route));

const clusterRoute = createRoute({
  getParentRoute: () => root,
  path: "/clusters/$cluster",
  validateSearch: z.object({ tab: text(), after }),
}).lazy(() => import("../clusters/page.tsx").then(({ route }) => route));

const poolsRoute = createRoute({
  getParentRoute: () => root,
  path: "/pools",
  validateSearch: z.object({ q: text(), state: text(), provider: text(), window: text(), after }),
}).lazy(() => import("../pools/list.tsx").then(({ route }) => route));

const poolRoute = createRoute({
  getParentRoute: () => root,
  path: "/pools/$pool",
  /** Also what an upgrade is planned to. */
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
  validateSearch: z.object({ from: text(), step: text() }),
}).lazy(() => import("../pool-form/wizard-page.tsx").then(({ route }) => route));

const nodesRoute = createRoute({
  getParentRoute: () => root,
  path: "/nodes",
  validateSearch: z.object({ ...nodeSearch, pool: text() }),
}).lazy(() => import("../nodes/list-page.tsx").then(({ route }) => route));

const nodeRoute = createRoute({
  getParentRoute: () => root,
  path: "/nodes/$node",
}).lazy(() => import("../nodes/page.tsx").then(({ route }) => route));

const operationsRoute = createRoute({
  getParentRoute: () => root,
  path: "/operations",
  validateSearch: z.object({ q: text(), pool: text(), kind: text(), open: text(), after }),
}).lazy(() => import("../operations/list-page.tsx").then(({ route }) => route));

const operationRoute = createRoute({
  getParentRoute: () => root,
  path: "/operations/$operation",
}).lazy(() => import("../operations/page.tsx").then(({ route }) => route));

const repairsRoute = createRoute({
  getParentRoute: () => root,
  path: "/repairs",
  validateSearch: z.object({ after }),
}).lazy(() => import("../repairs/page.tsx").then(({ route }) => route));

const calendarRoute = createRoute({
  getParentRoute: () => root,
  path: "/maintenance",
  validateSearch: z.object({ month: text(), zone: text(), after }),
}).lazy(() => import("../windows/calendar-page.tsx").then(({ route }) => route));

const windowRoute = createRoute({
  getParentRoute: () => root,
  path: "/maintenance/$window",
}).lazy(() => import("../windows/page.tsx").then(({ route }) => route));

const providersRoute = createRoute({
  getParentRoute: () => root,
  path: "/providers",
  validateSearch: z.object({ after }),
}).lazy(() => import("../providers/list-page.tsx").then(({ route }) => route));

const providerRoute = createRoute({
  getParentRoute: () => root,
  path: "/providers/$provider",
}).lazy(() => import("../providers/page.tsx").then(({ route }) => route));

const eventsRoute = createRoute({
  getParentRoute: () => root,
  path: "/events",
  validateSearch: z.object({ after }),
}).lazy(() => import("../events/page.tsx").then(({ route }) => route));

const auditRoute = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  validateSearch: z.object({ pool: text(), after }),
}).lazy(() => import("../audit/page.tsx").then(({ route }) => route));

const personRoute = createRoute({
  getParentRoute: () => root,
  path: "/settings",
}).lazy(() => import("../settings/page.tsx").then(({ route }) => route));

const routes = root.addChildren([
  overviewRoute,
  clustersRoute,
  clusterRoute,
  poolsRoute,
  poolRoute,
  settingsRoute,
  newPoolRoute,
  nodesRoute,
  nodeRoute,
  operationsRoute,
  operationRoute,
  repairsRoute,
  calendarRoute,
  windowRoute,
  providersRoute,
  providerRoute,
  eventsRoute,
  auditRoute,
  personRoute,
]);

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
