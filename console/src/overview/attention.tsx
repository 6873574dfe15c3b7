/** What waits for somebody or something, pool by pool, each with the way to it. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Fleet } from "../../../src/api/answers.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Try } from "../parts/problem.tsx";
import { Age } from "../parts/time.tsx";

/** The rest is on the pages of the pools. */
const shownWaits = 8;

export function Attention({ fleet }: { readonly fleet: Fleet }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "overview.attention" });
  const { waits, approvals } = fleet;
  const count = waits.length + approvals.length;
  return (
    <Container
      header={
        <Header variant="h2" counter={count === 0 ? undefined : `(${count})`}>
          {t("title")}
        </Header>
      }
    >
      {count === 0 ? (
        <StatusIndicator type="success">{t("none")}</StatusIndicator>
      ) : (
        <SpaceBetween size="s">
          {approvals.map((operation) => (
            <StatusIndicator type="warning" key={operation}>
              {t("approval")} <AppLink href={`/operations/${operation}`}>{operation}</AppLink>
            </StatusIndicator>
          ))}
          {waits.slice(0, shownWaits).map(({ pool, wait }) => (
            <div key={`${pool} ${wait.reason} ${wait.object}`}>
              <StatusIndicator type="warning">
                <AppLink href={`/pools/${pool}`}>{pool}</AppLink>
              </StatusIndicator>{" "}
              {wait.sentence}{" "}
              <Box variant="span" color="text-body-secondary">
                (<Age time={wait.since} />)
              </Box>
              {wait.try !== null && <Try command={wait.try} />}
            </div>
          ))}
          {waits.length > shownWaits && <Box>{t("more", { count: waits.length - shownWaits })}</Box>}
        </SpaceBetween>
      )}
    </Container>
  );
}
