/** The parts of the form of a pool, as the wizard and the settings show them. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { catalogueQuery, providersQuery } from "../ask/queries.ts";
import { ChoiceField, ManyField, SwitchField, TextField } from "./fields.tsx";
import { DataDisksField, LabelsField, TagsField, TaintsField } from "./lists.tsx";
import type { PoolForm } from "./model.ts";

export interface BasicsProps {
  /** A pool that exists keeps its name and its provider. */
  readonly isFixed: boolean;
}

export function Basics({ isFixed }: BasicsProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const providers = useQuery(providersQuery(useAsker()));
  const { setValue } = useFormContext<PoolForm>();
  const options = (providers.data?.items ?? []).map(({ name, spec, state }) => ({
    value: name,
    label: name,
    description: `${spec.type}, ${spec.region}`,
    tags: [state.word],
  }));
  return (
    <Container header={<Header variant="h2">{t("basics")}</Header>}>
      <SpaceBetween size="l">
        <TextField
          name="name"
          label={t("name")}
          description={t("nameHow")}
          placeholder="web"
          hasFocus={!isFixed}
          isReadOnly={isFixed}
        />
        <ChoiceField
          name="provider"
          label={t("provider")}
          description={t("providerHow")}
          options={options}
          isDisabled={isFixed}
          onChosen={() => {
            // What another provider calls its types and zones is not known to this one.
            for (const list of ["instanceTypes", "zones"] as const) setValue(list, []);
            for (const text of ["family", "imageVersion", "kubernetesVersion"] as const) setValue(text, "");
          }}
        />
        <TextField name="resourceGroup" label={t("resourceGroup")} description={t("resourceGroupHow")} />
      </SpaceBetween>
    </Container>
  );
}

export function Instances(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const catalogue = useCatalogue();
  const charges = (catalogue?.chargeTypes ?? ["PayAsYouGo", "Subscription"]).map((value) => ({
    value,
    label: t(`charges.${value}`),
    description: t(`chargesHow.${value}`),
  }));
  return (
    <Container header={<Header variant="h2">{t("instances")}</Header>}>
      <SpaceBetween size="l">
        <ManyField
          name="instanceTypes"
          label={t("instanceTypes")}
          description={t("instanceTypesHow")}
          placeholder={t("providersFirst")}
          options={(catalogue?.instanceTypes ?? []).map(({ name, cpu, memoryMiB, architecture }) => ({
            value: name,
            label: name,
            description: t("typeAbout", { cpu, memory: memoryMiB / 1024, architecture }),
          }))}
        />
        <ManyField
          name="zones"
          label={t("zones")}
          description={t("zonesHow")}
          placeholder={t("allZones")}
          options={(catalogue?.zones ?? []).map((value) => ({ value, label: value }))}
        />
        <ChoiceField name="chargeType" label={t("chargeType")} options={charges} />
      </SpaceBetween>
    </Container>
  );
}

export function Software(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const catalogue = useCatalogue();
  const { setValue } = useFormContext<PoolForm>();
  const [family, imageVersion] = useWatch<PoolForm, ["family", "imageVersion"]>({
    name: ["family", "imageVersion"],
  });
  const images = catalogue?.images ?? [];
  const families = [...new Set(images.map((image) => image.family))];
  const ofFamily = images.filter((image) => image.family === (family === "" ? families[0] : family));
  const chosen = imageVersion === "" ? ofFamily : ofFamily.filter(({ version }) => version === imageVersion);
  const versions = [...new Set(chosen.flatMap(({ fitting }) => fitting))];
  const choices = (none: string, values: readonly string[]) => [
    { value: "", label: none },
    ...values.map((value) => ({ value, label: value })),
  ];
  return (
    <Container header={<Header variant="h2">{t("software")}</Header>}>
      <SpaceBetween size="l">
        <ChoiceField
          name="family"
          label={t("image")}
          description={t("imageHow")}
          options={choices(t("providersDefault"), families)}
          onChosen={() => {
            setValue("imageVersion", "");
            setValue("kubernetesVersion", "");
          }}
        />
        <ChoiceField
          name="imageVersion"
          label={t("imageVersion")}
          description={t("imageVersionHow")}
          options={choices(t("newestImage"), family === "" ? [] : ofFamily.map(({ version }) => version))}
        />
        <ChoiceField
          name="kubernetesVersion"
          label={t("kubernetesVersion")}
          description={t("kubernetesVersionHow")}
          options={choices(t("clusterVersion"), versions)}
        />
      </SpaceBetween>
    </Container>
  );
}

export function Disks(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  return (
    <Container header={<Header variant="h2">{t("disks")}</Header>}>
      <SpaceBetween size="l">
        <TextField name="diskSize" label={t("systemDiskSize")} description={t("systemDiskHow")} isNumber />
        <TextField name="diskCategory" label={t("systemDiskCategory")} placeholder={t("providersDefault")} />
        <DataDisksField />
      </SpaceBetween>
    </Container>
  );
}

export function Quantity(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  return (
    <Container header={<Header variant="h2">{t("count")}</Header>}>
      <TextField name="quantity" label={t("quantity")} description={t("quantityHow")} isNumber />
    </Container>
  );
}

export function Attributes(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  return (
    <Container header={<Header variant="h2">{t("attributes")}</Header>}>
      <SpaceBetween size="l">
        <LabelsField />
        <TaintsField />
        <TagsField />
        <SwitchField name="unschedulable" label={t("unschedulable")} description={t("unschedulableHow")} />
        <TextField name="userData" label={t("userData")} description={t("userDataHow")} />
      </SpaceBetween>
    </Container>
  );
}

function useCatalogue() {
  const provider = useWatch<PoolForm, "provider">({ name: "provider" });
  return useQuery(catalogueQuery(useAsker(), provider)).data;
}
