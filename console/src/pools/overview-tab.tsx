/** What is true of a pool now, and what its template has been. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ConditionView, PoolDetail } from "../../../src/api/types.ts";
import { Age } from "../parts/time.tsx";
import { Revisions } from "./revisions.tsx";
import { Settings } from "./settings.tsx";

export function OverviewTab({ pool }: { readonly pool: PoolDetail }): ReactNode {
  return (
    <SpaceBetween size="l">
      <Settings pool={pool} />
      <Revisions pool={pool} />
      <Conditions conditions={pool.conditions} />
    </SpaceBetween>
  );
}

/** True and False as Kubernetes says them; whether that is good depends on the condition, and its sentence tells. */
const marks = { True: "success", False: "stopped", Unknown: "pending" } as const;

function Conditions({ conditions }: { readonly conditions: readonly ConditionView[] }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.conditions" });
  return (
    <Table
      variant="container"
      contentDensity="compact"
      header={<Header variant="h2">{t("title")}</Header>}
      items={conditions}
      trackBy="type"
      wrapLines
      empty={<Box>{t("none")}</Box>}
      ariaLabels={{ tableLabel: t("title") }}
      columnDefinitions={[
        { id: "type", header: t("type"), cell: ({ word }) => word, isRowHeader: true, width: 200 },
        {
          id: "status",
          header: t("status"),
          width: 120,
          cell: ({ status }) => <StatusIndicator type={marks[status]}>{t(status)}</StatusIndicator>,
        },
        { id: "message", header: t("message"), cell: ({ message }) => message },
        { id: "since", header: t("since"), width: 100, cell: ({ since }) => <Age time={since} /> },
      ]}
    />
  );
}
