/** What one person likes, what they may do, and what runs here. */
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "../app/look.ts";
import type { Preferences } from "../app/preferences.ts";
import { useAsker } from "../ask/context.ts";
import { sessionQuery } from "../ask/queries.ts";
import { When } from "../parts/time.tsx";
import { AccessTable } from "./access-table.tsx";

export const route = createLazyRoute("/settings")({ component: Settings });

function Settings(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "settings" });
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{t("title")}</Header>
      <Likes />
      <AccessTable />
      <About />
    </SpaceBetween>
  );
}

function Likes(): ReactNode {
  const { t } = useTranslation("translation");
  const { current, set } = usePreferences();
  return (
    <Container
      header={
        <Header variant="h2" description={t("settings.likesHow")}>
          {t("settings.likes")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Choice
          label={t("shell.top.mode")}
          value={current.mode}
          options={(["System", "Light", "Dark"] as const).map((id) => ({ id, text: t(`shell.mode.${id}`) }))}
          onChange={(mode) => set({ mode: mode as Preferences["mode"] })}
        />
        <Choice
          label={t("shell.top.language")}
          value={current.language}
          options={[
            { id: "en", text: "English" },
            { id: "zh", text: "简体中文" },
          ]}
          onChange={(language) => set({ language: language as Preferences["language"] })}
        />
        <Choice
          label={t("settings.density")}
          value={current.density}
          options={(["Comfortable", "Compact"] as const).map((id) => ({
            id,
            text: t(`settings.densities.${id}`),
          }))}
          onChange={(density) => set({ density: density as Preferences["density"] })}
        />
      </SpaceBetween>
    </Container>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly text: string }[];
  readonly onChange: (id: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps): ReactNode {
  return (
    <FormField label={label}>
      <SegmentedControl
        label={label}
        selectedId={value}
        options={options}
        onChange={({ detail }) => onChange(detail.selectedId)}
      />
    </FormField>
  );
}

function About(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "settings.about" });
  const { data } = useQuery(sessionQuery(useAsker()));
  if (data === undefined) return null;
  const { cluster, namespace, productVersion, user, way, expiresTime } = data;
  return (
    <Container header={<Header variant="h2">{t("title")}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("product"), value: `Poolkeeper ${productVersion}` },
          { label: t("cluster"), value: cluster.name },
          { label: t("version"), value: cluster.version },
          { label: t("server"), value: cluster.server },
          { label: t("namespace"), value: namespace },
          { label: t("user"), value: user ?? "–" },
          { label: t("way"), value: way === null ? "–" : t(`ways.${way}`) },
          { label: t("expires"), value: <When time={expiresTime} /> },
        ]}
      />
    </Container>
  );
}
