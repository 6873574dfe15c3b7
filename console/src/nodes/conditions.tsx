/** What the kubelet and the watchers of the node say of it. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail } from "../../../src/api/types.ts";
import { Empty } from "../parts/empty.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { Age } from "../parts/time.tsx";

export function NodeConditions({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node.conditions" });
  return (
    <PlainTable
      title={t("title")}
      rows={machine.nodeConditions}
      trackBy={({ type }) => type}
      empty={<Empty title={t("none")} />}
      columns={[
        { id: "type", header: t("type"), cell: ({ type }) => type },
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
