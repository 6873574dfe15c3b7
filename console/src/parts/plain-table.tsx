/** A table of the few rows of one page, which are all there: without filter, pages or columns to choose. */
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";

interface PlainColumn<T> {
  readonly id: string;
  readonly header: string;
  readonly width?: number;
  readonly cell: (row: T) => ReactNode;
}

export interface PlainTableProps<T> {
  readonly title: string;
  readonly description?: string;
  /** How many there are, where that is worth saying. */
  readonly count?: number | undefined;
  readonly rows: readonly T[];
  readonly trackBy: (row: T) => string;
  /** The first one names the row. */
  readonly columns: readonly PlainColumn<T>[];
  readonly empty: ReactNode;
  /** A smaller heading within a box of others. */
  readonly level?: "h2" | "h3";
}

export function PlainTable<T>(props: PlainTableProps<T>): ReactNode {
  const { title, description, count, level = "h2" } = props;
  return (
    <Table<T>
      variant={level === "h2" ? "container" : "embedded"}
      header={
        <Header
          variant={level}
          counter={count === undefined ? undefined : `(${count})`}
          description={description}
        >
          {title}
        </Header>
      }
      items={props.rows}
      trackBy={props.trackBy}
      wrapLines
      contentDensity="compact"
      ariaLabels={{ tableLabel: title }}
      empty={props.empty}
      columnDefinitions={props.columns.map((column, index) => ({ ...column, isRowHeader: index === 0 }))}
    />
  );
}
