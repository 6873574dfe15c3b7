/** Operations, those under way and those that have ended, the latest first. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { OperationView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { operationsQuery } from "../ask/queries.ts";
import type { Query } from "../ask/asker.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty, type EmptyProps } from "../parts/empty.tsx";
import { type Column, ListTable } from "../parts/list-table.tsx";
import { Small } from "../parts/small.tsx";
import { StateWord } from "../parts/state.tsx";
import { Age, Span } from "../parts/time.tsx";
import { useCursor } from "../parts/use-cursor.ts";

export interface OperationTableProps {
  readonly query: Query;
  readonly title: string;
  readonly level: "h1" | "h2";
  readonly description?: string;
  readonly filter?: ReactNode;
  readonly empty: EmptyProps;
}

const pageSize = 50;

export function OperationTable(props: OperationTableProps): ReactNode {
  const { query, title, level, description, filter, empty } = props;
  const cursor = useCursor();
  const operations = useQuery(
    operationsQuery(useAsker(), { ...query, limit: pageSize, continue: cursor.after }),
  );
  return (
    <ListTable
      id="operations"
      title={title}
      level={level}
      description={description}
      query={operations}
      columns={useColumns(query["pool"] === undefined)}
      cursor={cursor}
      filter={filter}
      trackBy={({ uid }) => uid}
      empty={<Empty {...empty} />}
    />
  );
}

function useColumns(isOfAllPools: boolean): readonly Column<OperationView>[] {
  const { t } = useTranslation("translation", { keyPrefix: "operations.columns" });
  return useMemo(() => {
    const pool: Column<OperationView> = {
      id: "pool",
      header: t("pool"),
      width: 120,
      cell: (operation) => <AppLink href={`/pools/${operation.pool}`}>{operation.pool}</AppLink>,
    };
    return [
      {
        id: "name",
        header: t("name"),
        isName: true,
        width: 220,
        cell: ({ name, word }) => (
          <>
            <AppLink href={`/operations/${name}`}>{name}</AppLink>
            <Small>{word}</Small>
          </>
        ),
      },
      ...(isOfAllPools ? [pool] : []),
      {
        id: "state",
        header: t("state"),
        width: 300,
        cell: ({ state, message }) => (
          <>
            <StateWord state={state} />
            {message !== "" && <Small>{message}</Small>}
          </>
        ),
      },
      { id: "done", header: t("done"), width: 90, cell: ({ nodes }) => `${nodes.done} / ${nodes.total}` },
      { id: "by", header: t("by"), width: 130, cell: ({ requestedBy }) => requestedBy },
      {
        id: "took",
        header: t("took"),
        width: 90,
        cell: ({ startedTime, finishedTime }) => <Span from={startedTime} to={finishedTime} />,
      },
      { id: "age", header: t("age"), width: 90, cell: ({ createdTime }) => <Age time={createdTime} /> },
    ];
  }, [t, isOfAllPools]);
}
