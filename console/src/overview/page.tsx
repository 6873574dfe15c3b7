/** The whole fleet on one screen: what there is, what needs somebody, and every node as a cell. */
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { cellsQuery, fleetQuery, sessionQuery } from "../ask/queries.ts";
import { PageProblem } from "../parts/page-problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { Attention } from "./attention.tsx";
import { FleetGrid } from "./fleet-grid.tsx";
import { Running } from "./running.tsx";
import { Tiles } from "./tiles.tsx";

export const route = createLazyRoute("/")({ component: Overview });

function Overview(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "overview" });
  const asker = useAsker();
  const { data: session } = useQuery(sessionQuery(asker));
  const fleet = useQuery(fleetQuery(asker));
  const cells = useQuery(cellsQuery(asker));
  if (fleet.data === undefined) {
    return fleet.isError ? (
      <PageProblem title={t("title")} error={fleet.error} onRetry={() => fleet.refetch()} />
    ) : (
      <Waiting />
    );
  }
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={t("about", { cluster: session?.cluster.name, version: session?.cluster.version })}
      >
        {t("title")}
      </Header>
      <Tiles fleet={fleet.data} />
      <Attention fleet={fleet.data} />
      <Running operations={fleet.data.operations} />
      {cells.data !== undefined && <FleetGrid cells={cells.data} />}
    </SpaceBetween>
  );
}
