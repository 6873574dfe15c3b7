/** What is in the way of an operation's nodes: the pod, whom it belongs to, the budget that keeps it, since when, and what helps. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationDetail, ProgressView, Wait } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Try } from "../parts/problem.tsx";
import { Age } from "../parts/time.tsx";

/** A page of them; where so many are stuck, the first show why. */
const shownNodes = 10;

export function Blockers({ operation }: { readonly operation: OperationDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.blockers" });
  const blocked = operation.machines.filter(({ waits }) => waits.length > 0);
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
        {blocked.slice(0, shownNodes).map((progress) => (
          <BlockedNode key={progress.uid} progress={progress} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function BlockedNode({ progress }: { readonly progress: ProgressView }): ReactNode {
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
        <BlockedPod key={wait.object} wait={wait} />
      ))}
    </SpaceBetween>
  );
}

function BlockedPod({ wait }: { readonly wait: Wait }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.blockers" });
  const { sentence, since, object, facts, try: command } = wait;
  return (
    <Box padding={{ left: "s" }}>
      <div>
        <Box variant="strong">{object}</Box>
        {facts["owner"] !== undefined && ` · ${facts["owner"]}`}
        {" · "}
        {t("since")} <Age time={since} />
      </div>
      <div>{sentence}</div>
      {command !== null && <Try command={command} />}
    </Box>
  );
}
