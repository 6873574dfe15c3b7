/** Basic information of a pool, at a glance. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PoolDetail } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import { NodeMeter } from "../parts/node-meter.tsx";
import { Age, useMoment } from "../parts/time.tsx";
import { openingText } from "./columns.tsx";

export function Facts({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation");
  const { nodes, target, spec, createdTime, revision } = pool;
  const onOff = (value: boolean): string => (value ? t("everywhere.on") : t("everywhere.off"));
  const { name: provider } = spec.providerRef;
  return (
    <Container header={<Header variant="h2">{t("pool.basic")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("pool.ready"), value: <NodeMeter nodes={nodes} /> },
          { label: t("pools.columns.version"), value: target?.kubernetesVersion ?? "–" },
          { label: t("pools.columns.window"), value: <Window pool={pool} /> },
          {
            label: t("pools.columns.provider"),
            value: <AppLink href={`/providers/${provider}`}>{provider}</AppLink>,
          },
          {
            label: t("pools.columns.upToDate"),
            value: t("pools.readyOf", { ready: nodes.upToDate, desired: nodes.machines }),
          },
          {
            label: t("pools.columns.image"),
            value: target === null ? "–" : `${target.image.family} ${target.image.version}`,
          },
          { label: t("pools.columns.autoUpgrade"), value: onOff(spec.management.autoUpgrade) },
          { label: t("pool.revision"), value: revision ?? "–" },
          { label: t("pool.unavailable"), value: nodes.unavailable },
          {
            label: t("pools.columns.types"),
            value: spec.template.instanceTypes?.join(", ") ?? t("pools.firstType"),
          },
          { label: t("pools.columns.autoRepair"), value: onOff(spec.management.autoRepair) },
          { label: t("pools.columns.age"), value: <Age time={createdTime} /> },
        ]}
      />
    </Container>
  );
}

function Window({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation");
  const moment = useMoment();
  const name = pool.spec.management.maintenanceWindowRef?.name;
  if (name === undefined) return t("everywhere.none");
  const opening = pool.nextWindow === null ? "" : `: ${openingText(pool.nextWindow, moment, t)}`;
  return (
    <>
      <AppLink href={`/maintenance/${name}`}>{name}</AppLink>
      {opening}
    </>
  );
}
