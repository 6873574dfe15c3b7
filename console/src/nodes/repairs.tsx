/** What was tried to make a node well. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail } from "../../../src/api/types.ts";
import { stateWord, stepWord } from "../../../src/text/words.ts";
import { usePreferences } from "../app/look.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { Span, When } from "../parts/time.tsx";

const marks = { Running: "in-progress", Succeeded: "success", Failed: "error" } as const;

export function Repairs({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node.repairs" });
  const { language } = usePreferences().current;
  return (
    <PlainTable
      title={t("title")}
      rows={machine.repairs.toReversed()}
      trackBy={({ operation }) => operation}
      empty={<Empty title={t("none")} />}
      columns={[
        { id: "rung", header: t("rung"), cell: ({ rung }) => stepWord(rung, language) },
        {
          id: "outcome",
          header: t("outcome"),
          cell: ({ outcome }) => (
            <StatusIndicator type={marks[outcome]}>{stateWord(outcome, language)}</StatusIndicator>
          ),
        },
        { id: "started", header: t("started"), cell: ({ startedTime }) => <When time={startedTime} /> },
        {
          id: "took",
          header: t("took"),
          cell: ({ startedTime, finishedTime = null }) => <Span from={startedTime} to={finishedTime} />,
        },
        {
          id: "operation",
          header: t("operation"),
          cell: ({ operation }) => <AppLink href={`/operations/${operation}`}>{operation}</AppLink>,
        },
      ]}
    />
  );
}
