/** Events of all pools. */
import { createLazyRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { EventTable } from "./table.tsx";

export const route = createLazyRoute("/events")({ component: Events });

function Events(): ReactNode {
  return <EventTable level="h1" />;
}
