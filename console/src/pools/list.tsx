/** Node Pools: the table from which everything begins. */
import Button from "@cloudscape-design/components/button";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFollow } from "../app/follow.ts";
import { useAsker } from "../ask/context.ts";
import { poolsQuery, providersQuery, windowsQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { Empty } from "../parts/empty.tsx";
import { ListTable } from "../parts/list-table.tsx";
import { type FilterField, UrlFilter } from "../parts/url-filter.tsx";
import { useCursor } from "../parts/use-cursor.ts";
import { usePoolColumns } from "./columns.tsx";

export const route = createLazyRoute("/pools")({ component: PoolList });

const pageSize = 50;

function PoolList(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const { q, state, provider, window } = useSearch({ from: "/pools" });
  const cursor = useCursor();
  const pools = useQuery(
    poolsQuery(useAsker(), { q, state, provider, window, limit: pageSize, continue: cursor.after }),
  );
  const fields = useFilterFields();
  const isFiltered = [q, state, provider, window].some((value) => value !== undefined);
  return (
    <ListTable
      id="pools"
      title={t("title")}
      description={t("about")}
      query={pools}
      columns={usePoolColumns()}
      hasActions
      cursor={cursor}
      trackBy={({ uid }) => uid}
      actions={<CreateButton isPrimary />}
      filter={<UrlFilter fields={fields} placeholder={t("filter")} total={pools.data?.total} />}
      empty={
        isFiltered ? <NoMatch /> : <Empty title={t("none")} text={t("noneHow")} action={<CreateButton />} />
      }
    />
  );
}

function CreateButton({ isPrimary = false }: { readonly isPrimary?: boolean }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const follow = useFollow();
  const off = useOff();
  return (
    <Button
      variant={isPrimary ? "primary" : "normal"}
      href="/new/pool"
      onFollow={follow}
      {...off("createPool")}
    >
      {t("create")}
    </Button>
  );
}

function NoMatch(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "table" });
  const follow = useFollow();
  return (
    <Empty
      title={t("nothingMatches")}
      action={
        <Button href="/pools" onFollow={follow}>
          {t("clear")}
        </Button>
      }
    />
  );
}

/** Words that a pool's status can have, as they come from the API on the rows that are there. */
function useFilterFields(): readonly FilterField[] {
  const { t } = useTranslation("translation", { keyPrefix: "pools" });
  const asker = useAsker();
  const pools = useQuery(poolsQuery(asker, { limit: 200 }));
  const providers = useQuery(providersQuery(asker));
  const windows = useQuery(windowsQuery(asker));
  const states = new Map(pools.data?.items.map(({ state }) => [state.code, state.word]));
  const named = (items: readonly { readonly name: string }[] | undefined) =>
    (items ?? []).map(({ name }) => ({ value: name }));
  return [
    {
      key: "state",
      label: t("columns.status"),
      values: t("statuses"),
      options: [...states].map(([value, label]) => ({ value, label })),
    },
    {
      key: "provider",
      label: t("columns.provider"),
      values: t("providers"),
      options: named(providers.data?.items),
    },
    { key: "window", label: t("columns.window"), values: t("windows"), options: named(windows.data?.items) },
  ];
}
