/** The settings of a pool, as they are. Changing them has a page of its own. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { durationText } from "../../../src/core/time.ts";
import type { PoolDetail } from "../../../src/api/types.ts";
import { useFollow } from "../app/follow.ts";
import { useOff } from "../ask/use-access.ts";
import { TokenList } from "../parts/token-list.tsx";
import type { Translate } from "../text/translate.ts";

export function Settings({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation");
  const follow = useFollow();
  const off = useOff();
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button href={`/pools/${pool.name}/settings`} onFollow={follow} {...off("modify")}>
              {t("pools.actions.modify")}
            </Button>
          }
        >
          {t("pool.settings")}
        </Header>
      }
    >
      <KeyValuePairs columns={3} items={[...templateItems(pool, t), ...managementItems(pool, t)]} />
    </Container>
  );
}

type Item = { readonly label: string; readonly value: ReactNode };

function templateItems({ spec }: PoolDetail, t: Translate): Item[] {
  const { template } = spec;
  const { systemDisk, dataDisks = [], taints = [] } = template;
  return [
    { label: t("form.instanceTypes"), value: template.instanceTypes?.join(", ") ?? t("pools.firstType") },
    { label: t("form.zones"), value: template.zones?.join(", ") ?? t("pools.allZones") },
    { label: t("form.chargeType"), value: t(`nodes.billing.${template.chargeType}`) },
    { label: t("form.systemDisk"), value: diskText(systemDisk) },
    {
      label: t("form.dataDisks"),
      value: dataDisks.map((disk) => `${disk.name} ${diskText(disk)}`).join(", ") || t("everywhere.none"),
    },
    { label: t("form.resourceGroup"), value: template.resourceGroup ?? t("everywhere.none") },
    { label: t("form.nodeLabels"), value: <TokenList map={template.nodeLabels ?? {}} /> },
    {
      label: t("form.taints"),
      value:
        taints
          .map(({ key, value, effect }) => `${key}${value === undefined ? "" : `=${value}`}:${effect}`)
          .join(", ") || t("everywhere.none"),
    },
    { label: t("form.instanceTags"), value: <TokenList map={template.instanceTags ?? {}} /> },
  ];
}

function managementItems({ spec }: PoolDetail, t: Translate): Item[] {
  const { upgrade, drain, deletion, management } = spec;
  return [
    { label: t("form.method"), value: t(`form.methods.${upgrade.method}`) },
    { label: t("form.maxUnavailable"), value: upgrade.maxUnavailable },
    { label: t("form.soak"), value: durationText(upgrade.soakSeconds * 1000) },
    { label: t("form.drainTimeout"), value: durationText(drain.timeoutSeconds * 1000) },
    { label: t("form.onTimeout"), value: t(`form.onTimeouts.${drain.onTimeout}`) },
    { label: t("form.healthGate"), value: t(`form.gates.${upgrade.healthGate}`) },
    { label: t("form.repairApproval"), value: t(`form.approvals.${management.repairApproval}`) },
    { label: t("form.maxFailed"), value: upgrade.maxFailedNodes },
    { label: t("form.onDelete"), value: t(`form.fates.${deletion.instances}`) },
  ];
}

function diskText({
  category,
  sizeGiB,
}: {
  readonly category?: string | undefined;
  readonly sizeGiB: number;
}): string {
  return category === undefined ? `${sizeGiB} GiB` : `${category}, ${sizeGiB} GiB`;
}
