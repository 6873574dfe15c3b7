/** The conditions of an object of ours. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ConditionView } from "../../../src/api/types.ts";
import { Empty } from "./empty.tsx";
import { PlainTable } from "./plain-table.tsx";
import { indicatorOfTone } from "./state.tsx";
import { Age } from "./time.tsx";

export function Conditions({ conditions }: { readonly conditions: readonly ConditionView[] }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.conditions" });
  return (
    <PlainTable
      title={t("title")}
      rows={conditions}
      trackBy={({ type }) => type}
      empty={<Empty title={t("none")} />}
      columns={[
        { id: "type", header: t("type"), width: 200, cell: ({ word }) => word },
        {
          id: "status",
          header: t("status"),
          width: 120,
          cell: ({ status, tone }) => (
            <StatusIndicator type={status === "Unknown" ? "pending" : indicatorOfTone[tone]}>
              {t(status)}
            </StatusIndicator>
          ),
        },
        { id: "message", header: t("message"), cell: ({ message }) => message },
        { id: "since", header: t("since"), width: 100, cell: ({ since }) => <Age time={since} /> },
      ]}
    />
  );
}
