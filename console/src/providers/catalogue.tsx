/** What a provider offers for new nodes. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { catalogueQuery } from "../ask/queries.ts";
import { Empty } from "../parts/empty.tsx";
import { PlainTable } from "../parts/plain-table.tsx";

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
        <PlainTable
          title={t("images")}
          level="h3"
          rows={data.images}
          trackBy={({ family, version }) => `${family} ${version}`}
          empty={<Empty title={t("unknown")} />}
          columns={[
            { id: "family", header: t("family"), cell: ({ family }) => family },
            { id: "version", header: t("version"), cell: ({ version }) => version },
            { id: "system", header: t("system"), cell: ({ operatingSystem }) => operatingSystem },
            { id: "kubernetes", header: t("kubernetes"), cell: ({ fitting }) => fitting.join(", ") },
          ]}
        />
        <PlainTable
          title={t("types")}
          level="h3"
          rows={data.instanceTypes}
          trackBy={({ name }) => name}
          empty={<Empty title={t("unknown")} />}
          columns={[
            { id: "name", header: t("type"), cell: ({ name }) => name },
            { id: "cpu", header: t("cpu"), cell: ({ cpu }) => cpu },
            { id: "memory", header: t("memory"), cell: ({ memoryMiB }) => memoryMiB / 1024 },
            { id: "architecture", header: t("architecture"), cell: ({ architecture }) => architecture },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}
