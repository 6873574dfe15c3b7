/** What a provider offers for new nodes. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { catalogueQuery } from "../ask/queries.ts";
import { Empty } from "../parts/empty.tsx";

export function Catalogue({ provider }: { readonly provider: string }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "providers.catalogue" });
  const { data } = useQuery(catalogueQuery(useAsker(), provider));
  if (data === undefined) return null;
  return (
    <Container header={<Header variant="h2">{t("title")}</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={1}
          items={[{ label: t("zones"), value: data.zones.join(", ") || t("unknown") }]}
        />
        <Table
          variant="embedded"
          header={<Header variant="h3">{t("images")}</Header>}
          items={data.images}
          trackBy={({ family, version }) => `${family} ${version}`}
          contentDensity="compact"
          ariaLabels={{ tableLabel: t("images") }}
          empty={<Empty title={t("unknown")} />}
          columnDefinitions={[
            { id: "family", header: t("family"), isRowHeader: true, cell: ({ family }) => family },
            { id: "version", header: t("version"), cell: ({ version }) => version },
            { id: "system", header: t("system"), cell: ({ operatingSystem }) => operatingSystem },
            { id: "kubernetes", header: t("kubernetes"), cell: ({ fitting }) => fitting.join(", ") },
          ]}
        />
        <Table
          variant="embedded"
          header={<Header variant="h3">{t("types")}</Header>}
          items={data.instanceTypes}
          trackBy="name"
          contentDensity="compact"
          ariaLabels={{ tableLabel: t("types") }}
          empty={<Empty title={t("unknown")} />}
          columnDefinitions={[
            { id: "name", header: t("type"), isRowHeader: true, cell: ({ name }) => name },
            { id: "cpu", header: t("cpu"), cell: ({ cpu }) => cpu },
            { id: "memory", header: t("memory"), cell: ({ memoryMiB }) => memoryMiB / 1024 },
            { id: "architecture", header: t("architecture"), cell: ({ architecture }) => architecture },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}
