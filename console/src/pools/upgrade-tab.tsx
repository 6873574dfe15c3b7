/** An upgrade planned: to what, when, in which order, and what stands in the way. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PoolDetail } from "../../../src/api/types.ts";
import { useFollow } from "../app/follow.ts";
import { AnswerError } from "../ask/asker.ts";
import { useAsker } from "../ask/context.ts";
import { operationsQuery, poolForecastQuery } from "../ask/queries.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { ProblemAlert, refusalText } from "../parts/problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { ForecastView } from "./forecast.tsx";
import { UpgradeFields } from "./upgrade-fields.tsx";
import { useUpgradeTarget } from "./use-upgrade-target.ts";
import { usePoolActions } from "./use-pool-actions.ts";

export function UpgradeTab({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.upgrade" });
  const asker = useAsker();
  const running = useQuery(
    operationsQuery(asker, { pool: pool.name, kind: "Upgrade", isOpen: true, limit: 1 }),
  );
  const [operation] = running.data?.items ?? [];
  const { open } = useDialog();
  const { offIn } = usePoolActions(pool);
  return (
    <SpaceBetween size="l">
      {operation !== undefined && <Running operation={operation.name} />}
      <Container
        header={
          <Header
            variant="h2"
            description={t("about")}
            actions={
              <Button variant="primary" onClick={() => open("upgrade", pool.name)} {...offIn("upgrade")}>
                {t("start")}
              </Button>
            }
          >
            {t("title")}
          </Header>
        }
      >
        <SpaceBetween size="l">
          <UpgradeFields pool={pool} />
          <Plan pool={pool} />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

function Running({ operation }: { readonly operation: string }): ReactNode {
  const { t } = useTranslation("translation");
  const follow = useFollow();
  return (
    <Alert
      type="info"
      action={
        <Button href={`/operations/${operation}`} onFollow={follow}>
          {t("pools.seeOperation")}
        </Button>
      }
    >
      {t("pool.upgrade.running")}
    </Alert>
  );
}

function Plan({ pool }: { readonly pool: PoolDetail }): ReactNode {
  const { family, image, kubernetes, when } = useUpgradeTarget();
  const { data, error } = useQuery(
    poolForecastQuery(useAsker(), pool.name, {
      imageFamily: family,
      imageVersion: image,
      kubernetesVersion: kubernetes,
      when,
    }),
  );
  const isKept = data !== undefined && refusalText(error) === undefined;
  if (error !== null && !isKept) return <NoPlan error={error} />;
  return data === undefined ? <Waiting /> : <ForecastView forecast={data} />;
}

/** That there is nothing to upgrade is no trouble. */
function NoPlan({ error }: { readonly error: Error }): ReactNode {
  const reason = error instanceof AnswerError ? error.problem?.reason : undefined;
  if (reason === "NothingBehind") return <Alert type="success">{error.message}</Alert>;
  if (reason === "OperationRunning") return <Alert type="info">{error.message}</Alert>;
  return <ProblemAlert error={error} />;
}
