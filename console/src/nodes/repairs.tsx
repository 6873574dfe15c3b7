/** What was tried to make a node well. */
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail } from "../../../src/api/types.ts";
import { stateWord, stepWord } from "../../../src/text/words.ts";
import { usePreferences } from "../app/look.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { Span, When } from "../parts/time.tsx";

const marks = { Running: "in-progress", Succeeded: "success", Failed: "error" } as const;

export function Repairs({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node.repairs" });
  const { language } = usePreferences().current;
  return (
    <Table
      variant="container"
      header={<Header variant="h2">{t("title")}</Header>}
      items={machine.repairs.toReversed()}
      trackBy="operation"
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("title") }}
      empty={<Empty title={t("none")} />}
      columnDefinitions={[
        { id: "rung", header: t("rung"), isRowHeader: true, cell: ({ rung }) => stepWord(rung, language) },
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
