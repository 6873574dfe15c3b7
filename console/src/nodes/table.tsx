/** A table of nodes, of one pool or of all, filtered and sorted by the server. */
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { cellsQuery, machinesQuery, poolsQuery } from "../ask/queries.ts";
import { Empty } from "../parts/empty.tsx";
import { ListTable, type ListTableProps } from "../parts/list-table.tsx";
import { type FilterField, UrlFilter } from "../parts/url-filter.tsx";
import { useCursor } from "../parts/use-cursor.ts";
import { useSearchField } from "../parts/use-search-field.ts";
import { useNodeColumns } from "./columns.tsx";

export interface NodeTableProps {
  /** Null: of all pools. */
  readonly pool: string | null;
  readonly title: string;
  readonly level: "h1" | "h2";
  readonly actions?: ReactNode;
  readonly selection?: ListTableProps<MachineView>["selection"];
}

interface NodeSearch {
  readonly q?: string;
  readonly pool?: string;
  readonly state?: string;
  readonly zone?: string;
}

const pageSize = 100;

export function NodeTable({ pool, title, level, actions, selection }: NodeTableProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "nodes" });
  const search: NodeSearch = useSearch({ strict: false });
  const [sort = "name", setSort] = useSearchField("sort");
  const cursor = useCursor();
  const { q, state, zone } = search;
  const wanted = { q, state, zone, sort, pool: pool ?? search.pool };
  const machines = useQuery(
    machinesQuery(useAsker(), { ...wanted, limit: pageSize, continue: cursor.after }),
  );
  const fields = useFilterFields(pool);
  const isFiltered = [q, state, zone, pool === null ? search.pool : undefined].some(Boolean);
  return (
    <ListTable
      id={pool === null ? "nodes" : "nodes-of-pool"}
      title={title}
      level={level}
      query={machines}
      columns={useNodeColumns(pool !== null)}
      cursor={cursor}
      trackBy={({ uid }) => uid}
      actions={actions}
      selection={selection}
      sort={{ by: sort, onChange: setSort }}
      filter={<UrlFilter fields={fields} placeholder={t("filter")} total={machines.data?.total} />}
      empty={
        <Empty title={isFiltered ? t("noMatch") : t("none")} text={isFiltered ? undefined : t("noneHow")} />
      }
    />
  );
}

/** The states and zones that there are. */
function useFilterFields(pool: string | null): readonly FilterField[] {
  const { t } = useTranslation("translation", { keyPrefix: "nodes" });
  const asker = useAsker();
  const { data } = useQuery(cellsQuery(asker));
  const pools = useQuery({ ...poolsQuery(asker, { limit: 200 }), enabled: pool === null });
  const ofPool: FilterField = {
    key: "pool",
    label: t("columns.pool"),
    values: t("pools"),
    options: (pools.data?.items ?? []).map(({ name }) => ({ value: name })),
  };
  return [
    ...(pool === null ? [ofPool] : []),
    {
      key: "state",
      label: t("columns.state"),
      values: t("states"),
      options: (data?.states ?? []).map(({ code, word }) => ({ value: code, label: word })),
    },
    {
      key: "zone",
      label: t("columns.zone"),
      values: t("zones"),
      options: (data?.zones ?? []).map((value) => ({ value })),
    },
  ];
}
