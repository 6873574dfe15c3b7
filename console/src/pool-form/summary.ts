/** What was chosen, step by step, as the review lists it. */
import type { Translate } from "../text/translate.ts";
import type { Pair, PoolForm } from "./model.ts";

export interface Summary {
  readonly title: string;
  readonly items: { readonly label: string; readonly value: string }[];
}

/** In the order of the steps. */
export function summariesOf(form: PoolForm, t: Translate): readonly Summary[] {
  return [
    { title: t("wizard.steps.basics"), items: basicItems(form, t) },
    { title: t("wizard.steps.instances"), items: instanceItems(form, t) },
    { title: t("wizard.steps.nodes"), items: nodeItems(form, t) },
    { title: t("wizard.steps.managed"), items: managedItems(form, t) },
  ];
}

function basicItems({ name, provider, resourceGroup }: PoolForm, t: Translate): Summary["items"] {
  return [
    { label: t("form.name"), value: or(name, "–") },
    { label: t("form.provider"), value: or(provider, "–") },
    { label: t("form.resourceGroup"), value: or(resourceGroup, t("everywhere.none")) },
  ];
}

function instanceItems(form: PoolForm, t: Translate): Summary["items"] {
  const disks = form.dataDisks.map(({ name, sizeGiB }) => `${name} ${sizeGiB} GiB`).join(", ");
  const image = `${form.family} ${form.imageVersion}`.trim();
  const charge = form.chargeType === "Subscription" ? "Subscription" : "PayAsYouGo";
  return [
    { label: t("form.instanceTypes"), value: or(form.instanceTypes.join(", "), t("form.providersFirst")) },
    { label: t("form.zones"), value: or(form.zones.join(", "), t("form.allZones")) },
    { label: t("form.chargeType"), value: t(`form.charges.${charge}`) },
    { label: t("form.image"), value: or(image, t("form.providersDefault")) },
    { label: t("form.kubernetesVersion"), value: or(form.kubernetesVersion, t("form.clusterVersion")) },
    { label: t("form.systemDisk"), value: `${form.diskSize} GiB` },
    { label: t("form.dataDisks"), value: or(disks, t("everywhere.none")) },
  ];
}

function nodeItems(form: PoolForm, t: Translate): Summary["items"] {
  const taints = form.taints.map(
    ({ key, value, effect }) => `${key}${value === "" ? "" : `=${value}`}:${effect}`,
  );
  const none = t("everywhere.none");
  return [
    { label: t("form.quantity"), value: form.quantity },
    { label: t("form.nodeLabels"), value: or(pairText(form.labels), none) },
    { label: t("form.taints"), value: or(taints.join(", "), none) },
    { label: t("form.instanceTags"), value: or(pairText(form.tags), none) },
  ];
}

function managedItems(form: PoolForm, t: Translate): Summary["items"] {
  const onOff = (value: boolean): string => t(value ? "everywhere.on" : "everywhere.off");
  const method = form.method === "ReplaceInstance" ? "ReplaceInstance" : "ReplaceSystemDisk";
  return [
    { label: t("form.autoUpgrade"), value: onOff(form.autoUpgrade) },
    { label: t("form.window"), value: or(form.window, t("everywhere.none")) },
    { label: t("form.autoRepair"), value: onOff(form.autoRepair) },
    { label: t("form.method"), value: t(`form.methods.${method}`) },
    { label: t("form.maxUnavailable"), value: form.maxUnavailable },
    { label: t("form.drainTimeoutSeconds"), value: form.drainTimeout },
  ];
}

function or(text: string, fallback: string): string {
  return text === "" ? fallback : text;
}

function pairText(pairs: readonly Pair[]): string {
  return pairs.map(({ key, value }) => (value === "" ? key : `${key}=${value}`)).join(", ");
}
