/** What the person may do here, each with the permission of Kubernetes behind it. */
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AccessVerb } from "../../../src/api/answers.ts";
import { useAsker } from "../ask/context.ts";
import { accessQuery } from "../ask/queries.ts";
import { Empty } from "../parts/empty.tsx";

export function AccessTable(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "settings.access" });
  const access = useQuery(accessQuery(useAsker()));
  const rows = Object.entries(access.data?.can ?? {}).map(([verb, grant]) => ({
    verb: verb as AccessVerb,
    ...grant,
  }));
  return (
    <Table
      variant="container"
      header={
        <Header variant="h2" description={t("about")}>
          {t("title")}
        </Header>
      }
      items={rows}
      loading={access.isLoading}
      loadingText={t("loading")}
      trackBy="verb"
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("title") }}
      empty={<Empty title={t("none")} />}
      columnDefinitions={[
        { id: "verb", header: t("what"), isRowHeader: true, cell: ({ verb }) => t(`verbs.${verb}`) },
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
