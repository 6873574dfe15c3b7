/** Who did what, through which surface, and how it ended. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "../../../src/api/answers.ts";
import { useAsker } from "../ask/context.ts";
import { auditQuery, poolsQuery } from "../ask/queries.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { type Column, ListTable } from "../parts/list-table.tsx";
import { Small } from "../parts/small.tsx";
import { When } from "../parts/time.tsx";
import { UrlFilter } from "../parts/url-filter.tsx";
import { useCursor } from "../parts/use-cursor.ts";
import { useSearchField } from "../parts/use-search-field.ts";

export const route = createLazyRoute("/audit")({ component: Audit });

const pageSize = 100;

function Audit(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "audit" });
  const asker = useAsker();
  const cursor = useCursor();
  const [pool] = useSearchField("pool");
  const pools = useQuery(poolsQuery(asker, { limit: 200 }));
  const entries = useQuery(auditQuery(asker, { pool, limit: pageSize, continue: cursor.after }));
  const options = (pools.data?.items ?? []).map(({ name }) => ({ value: name }));
  return (
    <ListTable
      id="audit"
      title={t("title")}
      description={t("about")}
      query={entries}
      columns={useColumns()}
      cursor={cursor}
      filter={
        <UrlFilter
          fields={[{ key: "pool", label: t("columns.pool"), values: t("columns.pool"), options }]}
          placeholder={t("filter")}
          total={entries.data?.total}
          hasFreeText={false}
        />
      }
      trackBy={({ time, object, verb, request }) => [time, object.name, verb, request].join(" ")}
      empty={<Empty title={t("none")} />}
    />
  );
}

const pages: Readonly<Record<string, string>> = {
  ManagedNodePool: "/pools/",
  pools: "/pools/",
  NodeOperation: "/operations/",
  operations: "/operations/",
  machines: "/nodes/",
  windows: "/maintenance/",
  providers: "/providers/",
};

function useColumns(): readonly Column<AuditEntry>[] {
  const { t } = useTranslation("translation", { keyPrefix: "audit.columns" });
  return useMemo(
    () => [
      { id: "time", header: t("time"), width: 170, cell: ({ time }) => <When time={time} /> },
      {
        id: "who",
        header: t("who"),
        width: 170,
        cell: ({ who, surface }) => (
          <>
            {who === "" ? "–" : who}
            {surface !== "" && <Small>{surface}</Small>}
          </>
        ),
      },
      { id: "verb", header: t("verb"), width: 130, isName: true, cell: ({ verb }) => verb },
      {
        id: "object",
        header: t("object"),
        width: 220,
        cell: ({ object: { kind, name } }) => {
          const page = pages[kind];
          if (name === "") return kind;
          return page === undefined ? name : <AppLink href={`${page}${name}`}>{name}</AppLink>;
        },
      },
      { id: "detail", header: t("detail"), width: 320, cell: ({ detail }) => detail },
      { id: "result", header: t("result"), width: 130, cell: ({ result }) => result },
      {
        id: "request",
        header: t("request"),
        width: 150,
        isExtra: true,
        cell: ({ request }) => request ?? "–",
      },
    ],
    [t],
  );
}
