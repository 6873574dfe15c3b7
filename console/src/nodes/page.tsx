/** One node: how it is, what is done to it, what its pods would do in a drain, and what was repaired. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail } from "../../../src/api/types.ts";
import { useFollow } from "../app/follow.ts";
import { useAsker } from "../ask/context.ts";
import { machineQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { PageProblem } from "../parts/page-problem.tsx";
import { StateWord } from "../parts/state.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { Waits } from "../parts/waits.tsx";
import { NodeConditions } from "./conditions.tsx";
import { NodeFacts } from "./facts.tsx";
import { Pods } from "./pods.tsx";
import { Repairs } from "./repairs.tsx";

export const route = createLazyRoute("/nodes/$node")({ component: NodePage });

function NodePage(): ReactNode {
  const { node: name } = useParams({ from: "/nodes/$node" });
  const machine = useQuery(machineQuery(useAsker(), name));
  if (machine.data === undefined) {
    return machine.isError ? (
      <PageProblem title={name} error={machine.error} onRetry={() => machine.refetch()} />
    ) : (
      <Waiting />
    );
  }
  return (
    <SpaceBetween size="l">
      <Head machine={machine.data} />
      {machine.data.waits.length > 0 && <Waits waits={machine.data.waits} />}
      <NodeFacts machine={machine.data} />
      <Pods machine={machine.data} />
      <NodeConditions machine={machine.data} />
      <Repairs machine={machine.data} />
    </SpaceBetween>
  );
}

function Head({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node" });
  const { open } = useDialog();
  const off = useOff();
  const follow = useFollow();
  const { name, node, pool, state, step } = machine;
  return (
    <Header
      variant="h1"
      description={
        <SpaceBetween direction="horizontal" size="xs">
          <StateWord state={state} />
          {step !== null && <span>{step.word}</span>}
        </SpaceBetween>
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {step?.operation != null && (
            <Button href={`/operations/${step.operation}`} onFollow={follow} iconName="status-in-progress">
              {t("follow")}
            </Button>
          )}
          <Button onClick={() => open("remove", pool, { nodes: name })} {...off("removeNodes")}>
            {t("remove")}
          </Button>
          <Button variant="primary" onClick={() => open("repair", name)} {...off("repair")}>
            {t("repair")}
          </Button>
        </SpaceBetween>
      }
    >
      {node ?? name}
    </Header>
  );
}
