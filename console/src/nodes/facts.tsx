/** What a node and its instance are. */
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import { TokenList } from "../parts/token-list.tsx";
import { Age } from "../parts/time.tsx";

export function NodeFacts({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation");
  const { pool, name, instance, zone, instanceType, image, kubernetesVersion, chargeType, revision } =
    machine;
  const { allocatable, requested, isCordoned, createdTime } = machine;
  return (
    <Container header={<Header variant="h2">{t("pool.basic")}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("nodes.columns.pool"), value: <AppLink href={`/pools/${pool}`}>{pool}</AppLink> },
            { label: t("node.machine"), value: name },
            { label: t("nodes.columns.instance"), value: instance ?? "–" },
            { label: t("nodes.columns.billing"), value: t(`nodes.billing.${chargeType}`) },
            { label: t("nodes.columns.zone"), value: zone ?? "–" },
            { label: t("nodes.columns.type"), value: instanceType ?? "–" },
            {
              label: t("nodes.columns.image"),
              value: image === null ? "–" : `${image.family} ${image.version}`,
            },
            { label: t("nodes.columns.version"), value: kubernetesVersion ?? "–" },
            { label: t("node.scheduling"), value: t(isCordoned ? "everywhere.off" : "everywhere.on") },
            { label: t("node.requested"), value: resourcesText(requested, allocatable, t("node.of")) },
            { label: t("nodes.columns.revision"), value: revision },
            { label: t("nodes.columns.age"), value: <Age time={createdTime} /> },
          ]}
        />
        <More machine={machine} />
      </SpaceBetween>
    </Container>
  );
}

function More({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation");
  const { nodeLabels, taints, addresses, nodeInfo, request } = machine;
  return (
    <ExpandableSection headerText={t("node.more")}>
      <KeyValuePairs
        columns={2}
        items={[
          { label: t("form.nodeLabels"), value: <TokenList map={nodeLabels} /> },
          {
            label: t("form.taints"),
            value:
              taints
                .map(({ key, value = "", effect }) => `${key}${value === "" ? "" : `=${value}`}:${effect}`)
                .join(", ") || t("everywhere.none"),
          },
          { label: t("form.instanceTags"), value: <TokenList map={request?.tags ?? {}} /> },
          {
            label: t("node.addresses"),
            value:
              addresses.map(({ type, address }) => `${type} ${address}`).join(", ") || t("everywhere.none"),
          },
          { label: t("node.info"), value: <TokenList map={nodeInfo} /> },
        ]}
      />
    </ExpandableSection>
  );
}

type Resources = MachineDetail["allocatable"];

function resourcesText(requested: Resources, allocatable: Resources, of: string): string {
  if (requested === null || allocatable === null) return "–";
  const cpu = `${requested.cpuMilli / 1000} ${of} ${allocatable.cpuMilli / 1000} vCPU`;
  const memory = `${gibText(requested.memoryMiB)} ${of} ${gibText(allocatable.memoryMiB)} GiB`;
  return `${cpu}, ${memory}`;
}

function gibText(mib: number): string {
  return String(Math.round((mib / 1024) * 10) / 10);
}
