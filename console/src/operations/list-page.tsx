/** Operations of all pools. */
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { operationWord } from "../../../src/text/words.ts";
import { usePreferences } from "../app/look.ts";
import { useAsker } from "../ask/context.ts";
import { poolsQuery } from "../ask/queries.ts";
import { UrlFilter } from "../parts/url-filter.tsx";
import { OperationTable } from "./table.tsx";

export const route = createLazyRoute("/operations")({ component: OperationList });

const kinds = ["Upgrade", "RemoveNodes", "Repair", "SyncAttributes"] as const;

function OperationList(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations" });
  const { q, pool, kind, open } = useSearch({ from: "/operations" });
  const { language } = usePreferences().current;
  const pools = useQuery(poolsQuery(useAsker(), { limit: 200 }));
  const filter = (
    <UrlFilter
      placeholder={t("filter")}
      total={undefined}
      fields={[
        {
          key: "pool",
          label: t("columns.pool"),
          values: t("columns.pool"),
          options: (pools.data?.items ?? []).map(({ name }) => ({ value: name })),
        },
        {
          key: "kind",
          label: t("kind"),
          values: t("kinds"),
          options: kinds.map((value) => ({ value, label: operationWord(value, language) })),
        },
        {
          key: "open",
          label: t("underWay"),
          values: t("underWay"),
          options: [
            { value: "true", label: t("stillOpen") },
            { value: "false", label: t("ended") },
          ],
        },
      ]}
    />
  );
  return (
    <OperationTable
      query={{ q, pool, kind, isOpen: open }}
      title={t("title")}
      level="h1"
      description={t("about")}
      filter={filter}
      empty={{ title: t("none"), text: t("noneHow") }}
    />
  );
}
