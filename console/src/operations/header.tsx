/** The head of an operation's page: what it is, how it is, and what can be asked of it. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationDetail } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import { StateWord } from "../parts/state.tsx";
import { VerbButton } from "./verb-button.tsx";
import type { Verb } from "./verbs.ts";

export function OperationHeader({ operation }: { readonly operation: OperationDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations" });
  const { name, word, pool, state, message } = operation;
  return (
    <Header
      variant="h1"
      description={
        <SpaceBetween size="xxs">
          <SpaceBetween direction="horizontal" size="xs">
            <StateWord state={state} />
            {message !== "" && <span>{message}</span>}
          </SpaceBetween>
          <Box variant="small">
            {t("ofPool")} <AppLink href={`/pools/${pool}`}>{pool}</AppLink>
          </Box>
        </SpaceBetween>
      }
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {verbsFor(operation).map((verb) => (
            <VerbButton
              key={verb}
              verb={verb}
              operation={operation}
              isPrimary={verb === "approve" || verb === "resume"}
            />
          ))}
        </SpaceBetween>
      }
    >
      {`${name} · ${word}`}
    </Header>
  );
}

/** Those that could make sense; whether they do now, each button says. */
function verbsFor({ approval, wanted, finishedTime }: OperationDetail): readonly Verb[] {
  if (approval === "Waiting" && finishedTime === null) return ["deny", "approve"];
  return ["cancel", "retry", wanted === "Pause" ? "resume" : "pause"];
}
