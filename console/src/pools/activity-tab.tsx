/** What was done to a pool and what happened in it. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EventTable } from "../events/table.tsx";
import { OperationTable } from "../operations/table.tsx";

export function ActivityTab({ pool }: { readonly pool: string }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.activity" });
  return (
    <SpaceBetween size="l">
      <OperationTable
        query={{ pool }}
        title={t("operations")}
        level="h2"
        empty={{ title: t("noOperations"), text: t("noOperationsHow") }}
      />
      <EventTable pool={pool} level="h2" />
    </SpaceBetween>
  );
}
