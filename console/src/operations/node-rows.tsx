/** A row for each node of an operation, with a bar for each of its steps, over the windows in which it may run. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Forecast } from "../../../src/api/answers.ts";
import type { OperationDetail, ProgressView } from "../../../src/api/types.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { useNow } from "../live/now.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Axis, Bars } from "../parts/bars.tsx";
import { Small } from "../parts/small.tsx";
import { StateWord } from "../parts/state.tsx";
import { Span } from "../parts/time.tsx";
import { Legend } from "./legend.tsx";
import { barsOf, rangeOf, shadesOf } from "./step-bars.ts";

export interface NodeRowsProps {
  readonly operation: OperationDetail;
  readonly forecast: Forecast | null;
}

const pageSize = 50;

export function NodeRows({ operation, forecast }: NodeRowsProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.rows" });
  const [page, setPage] = useState(1);
  const { machines } = operation;
  const pages = Math.ceil(machines.length / pageSize);
  return (
    <Table
      variant="container"
      header={
        <Header variant="h2" counter={`(${machines.length})`} description={<Legend operation={operation} />}>
          {t("title")}
        </Header>
      }
      items={machines.slice((page - 1) * pageSize, page * pageSize)}
      trackBy="uid"
      wrapLines
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("title") }}
      empty={<Box>{t("none")}</Box>}
      columnDefinitions={useRowColumns({ operation, forecast })}
      pagination={
        pages < 2 ? undefined : (
          <Pagination
            currentPageIndex={page}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        )
      }
    />
  );
}

function useRowColumns({ operation, forecast }: NodeRowsProps): TableProps.ColumnDefinition<ProgressView>[] {
  const { t } = useTranslation("translation", { keyPrefix: "operations.rows" });
  const now = useNow();
  const range = rangeOf(operation, forecast, now);
  const shades = shadesOf(forecast);
  const isOver = operation.finishedTime !== null;
  return [
    {
      id: "node",
      header: t("node"),
      isRowHeader: true,
      width: 220,
      cell: ({ machine, node }) => <AppLink href={`/nodes/${machine}`}>{node ?? machine}</AppLink>,
    },
    { id: "state", header: t("state"), width: 210, cell: (row) => <RowState row={row} /> },
    { id: "for", header: t("for"), width: 80, cell: (row) => <RowTime row={row} /> },
    {
      id: "timeline",
      header: <Axis range={range} />,
      cell: (row) => (
        <Bars range={range} shades={shades} now={isOver ? null : now} bars={barsOf(row, forecast, now)} />
      ),
    },
    ...(isOver
      ? []
      : [
          {
            id: "skip",
            header: t("action"),
            width: 90,
            cell: (row: ProgressView) => <Skip row={row} operation={operation} />,
          },
        ]),
  ];
}

function RowState({ row }: { readonly row: ProgressView }): ReactNode {
  const { state, step, message } = row;
  return (
    <>
      <StateWord state={state} />
      {step !== null && <Small>{step.word}</Small>}
      {message !== "" && <Small>{message}</Small>}
    </>
  );
}

function RowTime({ row }: { readonly row: ProgressView }): ReactNode {
  const [first] = row.steps;
  if (first === undefined) return "–";
  return <Span from={first.startsTime} to={row.finishedTime} />;
}

interface SkipProps {
  readonly row: ProgressView;
  readonly operation: OperationDetail;
}

/** Only what has not begun can be left out. */
function Skip({ row, operation }: SkipProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations" });
  const { open } = useDialog();
  const off = useOff()("changeOperation");
  if (row.state.code !== "Waiting" || !operation.verbs.includes("skip")) return null;
  return (
    <Button
      variant="inline-link"
      onClick={() => open("operation-skip", operation.name, { nodes: row.machine })}
      ariaLabel={t("rows.skip", { node: row.node ?? row.machine })}
      {...off}
    >
      {t("verbs.skip")}
    </Button>
  );
}
