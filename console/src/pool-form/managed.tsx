/** What Poolkeeper does by itself: upgrades in the window, repairs, and how carefully. */
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFollow } from "../app/follow.ts";
import { useAsker } from "../ask/context.ts";
import { sessionQuery, windowsQuery } from "../ask/queries.ts";
import { ChoiceField, SwitchField, TextField } from "./fields.tsx";

export function Managed(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const approvals = (["Automatic", "Required"] as const).map((value) => ({
    value,
    label: t(`approvals.${value}`),
  }));
  return (
    <Container header={<Header variant="h2">{t("managed")}</Header>}>
      <SpaceBetween size="l">
        <SwitchField name="autoUpgrade" label={t("autoUpgrade")} description={t("autoUpgradeHow")} />
        <WindowField />
        <SwitchField name="autoRepair" label={t("autoRepair")} description={t("autoRepairHow")} />
        <ChoiceField
          name="repairApproval"
          label={t("repairApproval")}
          description={t("repairApprovalHow")}
          options={approvals}
        />
      </SpaceBetween>
    </Container>
  );
}

/** "Set" leads to the Basic Information tab of the cluster; what is filled in is kept meanwhile. */
function WindowField(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const asker = useAsker();
  const follow = useFollow();
  const windows = useQuery(windowsQuery(asker));
  const { data: session } = useQuery(sessionQuery(asker));
  const options = [
    { value: "", label: t("noWindow") },
    ...(windows.data?.items ?? []).map(({ name, spec }) => ({
      value: name,
      label: name,
      description: `${spec.weekdays.map((day) => t(`days.${day}`)).join(", ")} ${spec.start} ${spec.timeZone}`,
    })),
  ];
  return (
    <ChoiceField
      name="window"
      label={t("window")}
      description={t("windowHow")}
      options={options}
      secondary={
        <Button
          formAction="none"
          href={`/clusters/${encodeURIComponent(session?.cluster.name ?? "")}?tab=basic`}
          onFollow={follow}
          ariaLabel={t("setWindow")}
        >
          {t("set")}
        </Button>
      }
    />
  );
}

export function Care(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const methods = (["ReplaceSystemDisk", "ReplaceInstance"] as const).map((value) => ({
    value,
    label: t(`methods.${value}`),
    description: t(`methodsHow.${value}`),
  }));
  const outcomes = (["Skip", "Stop", "Force"] as const).map((value) => ({
    value,
    label: t(`onTimeouts.${value}`),
  }));
  const gates = (["Enabled", "Disabled"] as const).map((value) => ({ value, label: t(`gates.${value}`) }));
  return (
    <Container header={<Header variant="h2">{t("care")}</Header>}>
      <SpaceBetween size="l">
        <ChoiceField name="method" label={t("method")} options={methods} />
        <ColumnLayout columns={2}>
          <TextField name="maxUnavailable" label={t("maxUnavailable")} description={t("maxUnavailableHow")} />
          <TextField name="soakSeconds" label={t("soakSeconds")} description={t("soakHow")} isNumber />
          <TextField
            name="drainTimeout"
            label={t("drainTimeoutSeconds")}
            description={t("drainTimeoutHow")}
            isNumber
          />
          <ChoiceField
            name="onTimeout"
            label={t("onTimeout")}
            description={t("onTimeoutHow")}
            options={outcomes}
          />
        </ColumnLayout>
        <ExpandableSection headerText={t("more")}>
          <ColumnLayout columns={2}>
            <TextField name="maxSurge" label={t("maxSurge")} description={t("maxSurgeHow")} isNumber />
            <TextField
              name="maxParallel"
              label={t("maxParallel")}
              description={t("maxParallelHow")}
              isNumber
            />
            <TextField
              name="maxFailedNodes"
              label={t("maxFailed")}
              description={t("maxFailedHow")}
              isNumber
            />
            <ChoiceField
              name="healthGate"
              label={t("healthGate")}
              description={t("healthGateHow")}
              options={gates}
            />
          </ColumnLayout>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}

export function OnDeletion(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "form" });
  const fates = (["Release", "Keep"] as const).map((value) => ({ value, label: t(`fates.${value}`) }));
  return (
    <Container header={<Header variant="h2">{t("deletion")}</Header>}>
      <SpaceBetween size="l">
        <ChoiceField name="onDelete" label={t("onDelete")} description={t("onDeleteHow")} options={fates} />
        <SwitchField name="drainOnDelete" label={t("drainOnDelete")} description={t("drainOnDeleteHow")} />
      </SpaceBetween>
    </Container>
  );
}
