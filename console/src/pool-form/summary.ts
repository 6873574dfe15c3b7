/** What was chosen, step by step, as the review lists it. */
import type { useTranslation } from "react-i18next";
import type { Pair, PoolForm } from "./model.ts";

type Translate = ReturnType<typeof useTranslation<"translation">>["t"];

export interface Summary {
  readonly title: string;
  readonly items: { readonly label: string; readonly value: string }[];
}

/** In the order of the steps. */
export function summariesOf(form: PoolForm, t: Translate): readonly Summary[] {
  const or = (text: string, fallback: string): string => (text === "" ? fallback : text);
  const onOff = (value: boolean): string => t(value ? "shared.on" : "shared.off");
  const none = t("shared.none");
  return [
    {
      title: t("wizard.steps.basics"),
      items: [
        { label: t("form.name"), value: or(form.name, "–") },
        { label: t("form.provider"), value: or(form.provider, "–") },
        { label: t("form.resourceGroup"), value: or(form.resourceGroup, none) },
      ],
    },
    {
      title: t("wizard.steps.instances"),
      items: [
        {
          label: t("form.instanceTypes"),
          value: or(form.instanceTypes.join(", "), t("form.providersFirst")),
        },
        { label: t("form.zones"), value: or(form.zones.join(", "), t("form.allZones")) },
        {
          label: t("form.chargeType"),
          value: t(`form.charges.${form.chargeType === "Subscription" ? "Subscription" : "PayAsYouGo"}`),
        },
        {
          label: t("form.image"),
          value: or(`${form.family} ${form.imageVersion}`.trim(), t("form.providersDefault")),
        },
        { label: t("form.kubernetesVersion"), value: or(form.kubernetesVersion, t("form.clusterVersion")) },
        { label: t("form.systemDisk"), value: `${form.diskSize} GiB` },
        {
          label: t("form.dataDisks"),
          value: or(form.dataDisks.map(({ name, sizeGiB }) => `${name} ${sizeGiB} GiB`).join(", "), none),
        },
      ],
    },
    {
      title: t("wizard.steps.nodes"),
      items: [
        { label: t("form.quantity"), value: form.quantity },
        { label: t("form.nodeLabels"), value: or(pairText(form.labels), none) },
        {
          label: t("form.taints"),
          value: or(
            form.taints
              .map(({ key, value, effect }) => `${key}${value === "" ? "" : `=${value}`}:${effect}`)
              .join(", "),
            none,
          ),
        },
        { label: t("form.instanceTags"), value: or(pairText(form.tags), none) },
      ],
    },
    {
      title: t("wizard.steps.managed"),
      items: [
        { label: t("form.autoUpgrade"), value: onOff(form.autoUpgrade) },
        { label: t("form.window"), value: or(form.window, none) },
        { label: t("form.autoRepair"), value: onOff(form.autoRepair) },
        {
          label: t("form.method"),
          value: t(
            `form.methods.${form.method === "ReplaceInstance" ? "ReplaceInstance" : "ReplaceSystemDisk"}`,
          ),
        },
        { label: t("form.maxUnavailable"), value: form.maxUnavailable },
        { label: t("form.drainTimeoutSeconds"), value: form.drainTimeout },
      ],
    },
  ];
}

function pairText(pairs: readonly Pair[]): string {
  return pairs.map(({ key, value }) => (value === "" ? key : `${key}=${value}`)).join(", ");
}
