/** Nodes in trouble, and what keeps repairs back. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAsker } from "../ask/context.ts";
import { queryText } from "../ask/asker.ts";
import { fleetQuery } from "../ask/queries.ts";
import { AppLink } from "../parts/app-link.tsx";
import { StateWord } from "../parts/state.tsx";
import { Waits } from "../parts/waits.tsx";

/** Waits that keep repairs back: one at a time, a storm, evidence that is too young, a person. */
const ofRepairs: ReadonlySet<string> = new Set([
  "RepairInProgress",
  "RepairsElsewhere",
  "Storm",
  "PathUnproven",
  "EvidenceTooYoung",
  "AwaitingApproval",
  "NeedsHuman",
  "BrakeOn",
]);

export function Sick(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "repairs.sick" });
  const { data } = useQuery(fleetQuery(useAsker()));
  const bad = data?.machines.filter(({ state }) => state.tone === "Bad" || state.code === "Repairing") ?? [];
  const waits = data?.waits.filter(({ wait }) => ofRepairs.has(wait.reason)).map(({ wait }) => wait) ?? [];
  return (
    <Container header={<Header variant="h2">{t("title")}</Header>}>
      <SpaceBetween size="m">
        {bad.length === 0 ? (
          <StatusIndicator type="success">{t("none")}</StatusIndicator>
        ) : (
          <SpaceBetween direction="horizontal" size="l">
            {bad.map(({ state, count }) => (
              <SpaceBetween key={state.code} direction="horizontal" size="xs">
                <StateWord state={state} />
                <AppLink href={`/nodes${queryText({ state: state.code })}`}>{t("nodes", { count })}</AppLink>
              </SpaceBetween>
            ))}
          </SpaceBetween>
        )}
        {waits.length > 0 && <Waits waits={waits} />}
      </SpaceBetween>
    </Container>
  );
}
