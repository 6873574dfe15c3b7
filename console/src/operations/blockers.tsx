/** What is in the way of an operation's nodes: the pod, whom it belongs to, the budget that keeps it, since when, and what helps. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail, OperationDetail, PodView, ProgressView, Wait } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { machineQuery } from "../ask/queries.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Try } from "../parts/problem.tsx";
import { Age } from "../parts/time.tsx";

/** A page of them; where so many are stuck, the first show why. */
const shownNodes = 10;

export function Blockers({ operation }: { readonly operation: OperationDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.blockers" });
  const asker = useAsker();
  const blocked = operation.machines.filter(({ waits }) => waits.length > 0);
  const shown = blocked.slice(0, shownNodes);
  // The pods of a node are told by the page of the node.
  const machines = useQueries({ queries: shown.map(({ machine }) => machineQuery(asker, machine)) });
  if (blocked.length === 0) return null;
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${blocked.length})`} description={t("about")}>
          {t("title")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {shown.map((progress, index) => (
          <BlockedNode key={progress.uid} progress={progress} machine={machines[index]?.data} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

interface BlockedNodeProps {
  readonly progress: ProgressView;
  readonly machine: MachineDetail | undefined;
}

function BlockedNode({ progress, machine }: BlockedNodeProps): ReactNode {
  const { node, machine: name, step, waits } = progress;
  return (
    <SpaceBetween size="xs">
      <Box variant="h3" padding="n">
        <AppLink href={`/nodes/${name}`} fontSize="inherit">
          {node ?? name}
        </AppLink>
        {step !== null && `: ${step.word}`}
      </Box>
      {waits.map((wait) => (
        <BlockedPod key={wait.object} wait={wait} pod={podOf(wait, machine)} />
      ))}
    </SpaceBetween>
  );
}

function BlockedPod({ wait, pod }: { readonly wait: Wait; readonly pod: PodView | undefined }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.blockers" });
  const { sentence, since, object, try: command } = wait;
  const budgets = pod?.budgets.map((budget) => t("budget", budget)).join(", ") ?? "";
  return (
    <Box padding={{ left: "s" }}>
      <div>
        <Box variant="strong">{object}</Box>
        {pod !== undefined && pod.owner !== "" && ` · ${pod.owner}`}
        {budgets !== "" && ` · ${budgets}`}
        {" · "}
        {t("since")} <Age time={since} />
      </div>
      <div>{sentence}</div>
      {command !== null && <Try command={command} />}
    </Box>
  );
}

/** Objects are named as "Pod shop/cart-0". */
function podOf({ object }: Wait, machine: MachineDetail | undefined): PodView | undefined {
  return machine?.podList?.find(({ namespace, name }) => object === `Pod ${namespace}/${name}`);
}
