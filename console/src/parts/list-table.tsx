/** A table of one kind of object: its filter, its page, its columns, and what it says while empty, waiting or refused. */
import Box from "@cloudscape-design/components/box";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Page } from "../../../src/api/answers.ts";
import { ProblemAlert } from "./problem.tsx";
import { useColumns } from "./use-columns.ts";
import type { Cursor } from "./use-cursor.ts";

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (item: T) => ReactNode;
  readonly width?: number;
  readonly minWidth?: number;
  /** What the server sorts by. */
  readonly sort?: string;
  readonly isName?: boolean;
  /** Not shown until it is chosen. */
  readonly isExtra?: boolean;
}

export interface ListTableProps<T> {
  readonly id: string;
  readonly title: string;
  readonly level?: "h1" | "h2";
  readonly description?: ReactNode;
  readonly query: UseQueryResult<Page<T>>;
  readonly columns: readonly Column<T>[];
  readonly filter?: ReactNode;
  readonly actions?: ReactNode;
  readonly empty: ReactNode;
  readonly cursor: Cursor;
  /** The last column stays in sight, however narrow the window. */
  readonly hasActions?: boolean;
  readonly trackBy: (item: T) => string;
  readonly sort?: { readonly by: string; readonly onChange: (by: string) => void };
  readonly selection?: {
    readonly items: readonly T[];
    readonly onChange: (items: readonly T[]) => void;
    readonly label: (item: T) => string;
  };
}

export function ListTable<T>(props: ListTableProps<T>): ReactNode {
  const { id, title, level = "h1", query, columns, cursor, selection, sort } = props;
  const { t } = useTranslation("translation", { keyPrefix: "table" });
  const shown = useColumns(id, columns);
  const page = query.data;
  const sorted = sortOf(columns, sort?.by);
  return (
    <SpaceBetween size="m">
      {query.isError && page === undefined && (
        <ProblemAlert error={query.error} onRetry={() => query.refetch()} />
      )}
      <Table<T>
        variant={level === "h1" ? "full-page" : "container"}
        stickyHeader={level === "h1"}
        header={
          <Header
            variant={level === "h1" ? "awsui-h1-sticky" : "h2"}
            counter={page === undefined ? undefined : `(${page.total})`}
            description={props.description}
            actions={props.actions}
          >
            {title}
          </Header>
        }
        items={page?.items ?? []}
        loading={query.isLoading}
        loadingText={t("loading")}
        columnDefinitions={columns.map(definition)}
        columnDisplay={shown.display.map(({ id: column, visible }) => ({ id: column, visible }))}
        trackBy={props.trackBy}
        filter={props.filter}
        empty={query.isError ? <Box>{t("noAnswer")}</Box> : props.empty}
        wrapLines
        stickyColumns={props.hasActions === true ? { last: 1 } : undefined}
        resizableColumns
        pagination={<Pages cursor={cursor} page={page} />}
        preferences={<Preferences columns={columns} shown={shown} />}
        sortingDisabled={sort === undefined}
        sortingColumn={sorted.column === undefined ? undefined : definition(sorted.column)}
        sortingDescending={sorted.isDescending}
        onSortingChange={({ detail }) => {
          const field = detail.sortingColumn.sortingField ?? "";
          sort?.onChange(detail.isDescending === true ? `-${field}` : field);
        }}
        {...selectionProps(selection, t)}
        ariaLabels={{
          tableLabel: title,
          allItemsSelectionLabel: () => t("selectAll"),
          itemSelectionLabel: (_, item) => selection?.label(item) ?? "",
        }}
      />
    </SpaceBetween>
  );
}

function definition<T>(column: Column<T>): TableProps.ColumnDefinition<T> {
  const { id, header, cell, width, minWidth, sort, isName } = column;
  return { id, header, cell, width, minWidth, sortingField: sort, isRowHeader: isName === true };
}

function sortOf<T>(columns: readonly Column<T>[], by = "") {
  const isDescending = by.startsWith("-");
  const field = isDescending ? by.slice(1) : by;
  return { column: columns.find(({ sort }) => sort !== undefined && sort === field), isDescending };
}

function selectionProps<T>(selection: ListTableProps<T>["selection"], _t: unknown): Partial<TableProps<T>> {
  if (selection === undefined) return {};
  return {
    selectionType: "multi",
    selectedItems: [...selection.items],
    onSelectionChange: ({ detail }) => selection.onChange(detail.selectedItems),
  };
}

interface PagesProps {
  readonly cursor: Cursor;
  readonly page: { readonly continue: string | null } | undefined;
}

/** Nothing to turn where one page holds all. */
function Pages({ cursor, page }: PagesProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "table" });
  const next = page?.continue ?? null;
  if (next === null && cursor.number === 1) return null;
  return (
    <Pagination
      currentPageIndex={cursor.number}
      pagesCount={next === null ? cursor.number : cursor.number + 1}
      openEnd={next !== null}
      onChange={({ detail }) => cursor.go(detail.currentPageIndex, next)}
      ariaLabels={{
        nextPageLabel: t("next"),
        previousPageLabel: t("previous"),
        pageLabel: (number) => t("page", { number }),
      }}
    />
  );
}

interface PreferencesProps<T> {
  readonly columns: readonly Column<T>[];
  readonly shown: ReturnType<typeof useColumns>;
}

function Preferences<T>({ columns, shown }: PreferencesProps<T>): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "table" });
  return (
    <CollectionPreferences
      title={t("preferences")}
      confirmLabel={t("apply")}
      cancelLabel={t("cancel")}
      preferences={{ contentDisplay: shown.display }}
      onConfirm={({ detail }) => shown.set(detail.contentDisplay ?? [])}
      contentDisplayPreference={{
        title: t("columns"),
        options: columns.map(({ id, header, isName }) => ({
          id,
          label: header,
          alwaysVisible: isName === true,
        })),
      }}
    />
  );
}
