/** What the kubelet and the watchers of the node say of it. */
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail } from "../../../src/api/types.ts";
import { Empty } from "../parts/empty.tsx";
import { Age } from "../parts/time.tsx";

export function NodeConditions({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node.conditions" });
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{t("title")}</Header>}
      items={machine.nodeConditions}
      trackBy="type"
      wrapLines
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("title") }}
      empty={<Empty title={t("none")} />}
      columnDefinitions={[
        { id: "type", header: t("type"), isRowHeader: true, cell: ({ type }) => type },
        {
          id: "status",
          header: t("status"),
          cell: ({ status, isBad }) => (
            <StatusIndicator type={isBad ? "error" : "success"}>{status}</StatusIndicator>
          ),
        },
        { id: "reason", header: t("reason"), cell: ({ reason }) => reason },
        { id: "message", header: t("message"), cell: ({ message }) => message },
        { id: "since", header: t("since"), cell: ({ since }) => <Age time={since} /> },
      ]}
    />
  );
}
