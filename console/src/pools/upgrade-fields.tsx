/** To what and when: choices that the provider's catalogue offers. */
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CatalogueView, PoolDetail } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { catalogueQuery } from "../ask/queries.ts";
import { useUpgradeTarget } from "./use-upgrade-target.ts";

export function UpgradeFields({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.upgrade" });
  const { data } = useQuery(catalogueQuery(useAsker(), pool.spec.providerRef.name));
  const target = useUpgradeTarget();
  const images = data?.images ?? [];
  const families = [...new Set(images.map(({ family }) => family))];
  const own = pool.target?.image.family;
  return (
    <ColumnLayout columns={4}>
      <Choice
        label={t("family")}
        none={t("unchanged")}
        value={target.family}
        options={families}
        onChange={(family) => target.change({ family, image: undefined })}
      />
      <Choice
        label={t("image")}
        none={target.family === undefined ? t("unchanged") : t("newest")}
        value={target.image}
        options={images
          .filter(({ family }) => family === (target.family ?? own))
          .map(({ version }) => version)}
        onChange={(image) => target.change({ image, family: target.family ?? own })}
      />
      <Choice
        label={t("version")}
        none={t("unchanged")}
        value={target.kubernetes}
        options={versionsOf(images, target.family ?? own)}
        onChange={(kubernetes) => target.change({ kubernetes })}
      />
      <FormField label={t("when")}>
        <SegmentedControl
          selectedId={target.when}
          onChange={({ detail }) => target.change({ when: detail.selectedId === "Now" ? "Now" : undefined })}
          label={t("when")}
          options={[
            { id: "InWindow", text: t("inWindow") },
            { id: "Now", text: t("now") },
          ]}
        />
      </FormField>
    </ColumnLayout>
  );
}

/** What the images can run and the API server allows. */
function versionsOf(images: CatalogueView["images"], family: string | undefined): readonly string[] {
  const fitting = images.filter((image) => family === undefined || image.family === family);
  return [...new Set(fitting.flatMap((image) => image.fitting))];
}

interface ChoiceProps {
  readonly label: string;
  readonly none: string;
  readonly value: string | undefined;
  readonly options: readonly string[];
  readonly onChange: (value: string | undefined) => void;
}

function Choice({ label, none, value, options, onChange }: ChoiceProps): ReactNode {
  const all = [{ value: "", label: none }, ...options.map((option) => ({ value: option, label: option }))];
  return (
    <FormField label={label}>
      <Select
        selectedOption={all.find((option) => option.value === (value ?? "")) ?? { value, label: value }}
        options={all}
        onChange={({ detail }) => {
          const chosen = detail.selectedOption.value ?? "";
          onChange(chosen === "" ? undefined : chosen);
        }}
        expandToViewport
      />
    </FormField>
  );
}
