/** Whether a provider answers, and what it has that belongs to nobody. */
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ProviderView } from "../../../src/api/types.ts";
import { Empty } from "../parts/empty.tsx";
import { Age } from "../parts/time.tsx";

interface HealthProps {
  readonly provider: ProviderView;
}

const marks = { True: "success", False: "error", Unknown: "pending" } as const;

export function Conditions({ provider }: HealthProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.conditions" });
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{t("title")}</Header>}
      items={provider.conditions}
      trackBy="type"
      wrapLines
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("title") }}
      empty={<Empty title={t("none")} />}
      columnDefinitions={[
        { id: "type", header: t("type"), isRowHeader: true, cell: ({ word }) => word },
        {
          id: "status",
          header: t("status"),
          cell: ({ status }) => <StatusIndicator type={marks[status]}>{t(status)}</StatusIndicator>,
        },
        { id: "message", header: t("message"), cell: ({ message }) => message },
        { id: "since", header: t("since"), cell: ({ since }) => <Age time={since} /> },
      ]}
    />
  );
}

export function Orphans({ provider }: HealthProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "providers" });
  return (
    <Table
      variant="container"
      header={
        <Header variant="h2" counter={`(${provider.orphans.length})`} description={t("orphansHow")}>
          {t("orphans")}
        </Header>
      }
      items={provider.orphans}
      trackBy="instanceId"
      wrapLines
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("orphans") }}
      empty={<Empty title={t("noOrphans")} />}
      columnDefinitions={[
        { id: "instance", header: t("instance"), isRowHeader: true, cell: ({ instanceId }) => instanceId },
        { id: "message", header: t("message"), cell: ({ message }) => message },
        { id: "since", header: t("since"), cell: ({ since }) => <Age time={since} /> },
      ]}
    />
  );
}
