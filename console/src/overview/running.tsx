/** Operations under way, with how far each is. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationView } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import { StateWord } from "../parts/state.tsx";

const shownOperations = 6;

export function Running({ operations }: { readonly operations: readonly OperationView[] }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "overview.running" });
  if (operations.length === 0) return null;
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${operations.length})`}>
          {t("title")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {operations.slice(0, shownOperations).map(({ name, word, pool, nodes, state, message }) => (
          <ProgressBar
            key={name}
            value={nodes.total === 0 ? 0 : (nodes.done / nodes.total) * 100}
            ariaLabel={t("progressOf", { operation: name })}
            label={
              <>
                <AppLink href={`/operations/${name}`}>{name}</AppLink> · {word} · {pool}{" "}
                <StateWord state={state} />
              </>
            }
            description={message}
            additionalInfo={t("of", { done: nodes.done, total: nodes.total })}
          />
        ))}
      </SpaceBetween>
    </Container>
  );
}
