/** The repair centre: what waits for a person, what is being repaired and why not, and what was. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { operationsQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { OperationTable } from "../operations/table.tsx";
import { AppLink } from "../parts/app-link.tsx";
import { ProblemAlert } from "../parts/problem.tsx";
import { Age } from "../parts/time.tsx";
import { Sick } from "./sick.tsx";

export const route = createLazyRoute("/repairs")({ component: RepairCentre });

function RepairCentre(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "repairs" });
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={t("about")}>
        {t("title")}
      </Header>
      <Approvals />
      <Sick />
      <OperationTable
        query={{ kind: "Repair" }}
        title={t("history")}
        level="h2"
        empty={{ title: t("none"), text: t("noneHow") }}
      />
    </SpaceBetween>
  );
}

function Approvals(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "repairs.approvals" });
  const waiting = useQuery(
    operationsQuery(useAsker(), { kind: "Repair", approval: "Waiting", isOpen: true, limit: 100 }),
  );
  const items = waiting.data?.items ?? [];
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${items.length})`}>
          {t("title")}
        </Header>
      }
    >
      {waiting.isError && <ProblemAlert error={waiting.error} onRetry={() => waiting.refetch()} />}
      {items.length === 0 ? (
        <StatusIndicator type="success">{t("none")}</StatusIndicator>
      ) : (
        <SpaceBetween size="m">
          {items.map((operation) => (
            <Approval key={operation.uid} operation={operation} />
          ))}
        </SpaceBetween>
      )}
    </Container>
  );
}

function Approval({ operation }: { readonly operation: OperationView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.verbs" });
  const { open } = useDialog();
  const off = useOff()("changeOperation");
  const { name, message, pool, createdTime } = operation;
  return (
    <div className="spread">
      <div>
        <AppLink href={`/operations/${name}`}>{name}</AppLink> · {pool} · <Age time={createdTime} />
        <div>{message}</div>
      </div>
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => open("operation-deny", name)} ariaLabel={`${t("deny")} ${name}`} {...off}>
          {t("deny")}
        </Button>
        <Button
          variant="primary"
          onClick={() => open("operation-approve", name)}
          ariaLabel={`${t("approve")} ${name}`}
          {...off}
        >
          {t("approve")}
        </Button>
      </SpaceBetween>
    </div>
  );
}
