/** What the person may do here, each with the permission of Kubernetes behind it. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AccessVerb } from "../../../src/api/answers.ts";
import { useAsker } from "../ask/context.ts";
import { accessQuery } from "../ask/queries.ts";
import { Empty } from "../parts/empty.tsx";
import { PlainTable } from "../parts/plain-table.tsx";

export function AccessTable(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "settings.access" });
  const access = useQuery(accessQuery(useAsker()));
  const rows = Object.entries(access.data?.can ?? {}).map(([verb, grant]) => ({
    verb: verb as AccessVerb,
    ...grant,
  }));
  return (
    <PlainTable
      title={t("title")}
      description={t("about")}
      rows={rows}
      trackBy={({ verb }) => verb}
      empty={<Empty title={t(access.isLoading ? "loading" : "none")} />}
      columns={[
        { id: "verb", header: t("what"), cell: ({ verb }) => t(`verbs.${verb}`) },
        {
          id: "may",
          header: t("may"),
          cell: ({ isAllowed }) => (
            <StatusIndicator type={isAllowed ? "success" : "stopped"}>
              {t(isAllowed ? "yes" : "no")}
            </StatusIndicator>
          ),
        },
        { id: "why", header: t("why"), cell: ({ sentence }) => (sentence === "" ? "–" : sentence) },
      ]}
    />
  );
}
