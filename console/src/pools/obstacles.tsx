/** Pods and budgets that an upgrade would run into, found before it begins. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Forecast } from "../../../src/api/answers.ts";

export function Obstacles({ blockers }: Pick<Forecast, "blockers">): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.upgrade" });
  if (blockers === null) return <StatusIndicator type="warning">{t("blindObstacles")}</StatusIndicator>;
  if (blockers.length === 0) return <StatusIndicator type="success">{t("noObstacles")}</StatusIndicator>;
  return (
    <Table
      variant="embedded"
      header={
        <Header variant="h3" counter={`(${blockers.length})`}>
          {t("obstacles")}
        </Header>
      }
      items={blockers}
      wrapLines
      trackBy={({ machine, pod, reason }) => `${machine} ${pod} ${reason}`}
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("obstacles") }}
      empty={<Box>{t("noObstacles")}</Box>}
      columnDefinitions={[
        {
          id: "level",
          header: t("outcome"),
          width: 120,
          cell: ({ level }) => (
            <StatusIndicator type={level === "Block" ? "error" : "warning"}>{t(level)}</StatusIndicator>
          ),
        },
        { id: "pod", header: t("pod"), isRowHeader: true, cell: ({ pod }) => pod },
        { id: "owner", header: t("owner"), cell: ({ owner }) => owner },
        {
          id: "budget",
          header: t("budget"),
          cell: ({ budgets }) => budgets.map((budget) => t("allows", budget)).join(", ") || "–",
        },
        { id: "node", header: t("node"), cell: ({ node }) => node },
        { id: "why", header: t("why"), cell: ({ sentence }) => sentence },
      ]}
    />
  );
}
