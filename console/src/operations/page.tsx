/** One operation, live while it runs and as its record afterwards: how far it is, what is in the way, and a row for each node. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Forecast } from "../../../src/api/answers.ts";
import type { OperationDetail } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { operationForecastQuery, operationQuery } from "../ask/queries.ts";
import { PageProblem } from "../parts/page-problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { Blockers } from "./blockers.tsx";
import { OperationHeader } from "./header.tsx";
import { NodeRows } from "./node-rows.tsx";
import { Progress } from "./progress.tsx";
import { Story } from "./story.tsx";

export const route = createLazyRoute("/operations/$operation")({ component: OperationPage });

function OperationPage(): ReactNode {
  const { operation: name } = useParams({ from: "/operations/$operation" });
  const operation = useQuery(operationQuery(useAsker(), name));
  const forecast = useForecast(operation.data);
  if (operation.data === undefined) {
    if (operation.isError) {
      return <PageProblem title={name} error={operation.error} onRetry={() => operation.refetch()} />;
    }
    return <Waiting />;
  }
  return (
    <SpaceBetween size="l">
      <OperationHeader operation={operation.data} />
      <Progress operation={operation.data} forecast={forecast} />
      <Blockers operation={operation.data} />
      <NodeRows operation={operation.data} forecast={forecast} />
      <Story operation={operation.data} />
    </SpaceBetween>
  );
}

/** Only upgrades are run ahead, and only while they last. */
function useForecast(operation: OperationDetail | undefined): Forecast | null {
  const isForeseen = operation?.kind === "Upgrade" && operation.finishedTime === null;
  const forecast = useQuery({
    ...operationForecastQuery(useAsker(), operation?.name ?? ""),
    enabled: isForeseen,
  });
  return isForeseen ? (forecast.data ?? null) : null;
}
