/** Which colour is which step. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationDetail } from "../../../src/api/types.ts";
import { colourOf } from "./step-bars.ts";

export function Legend({ operation }: { readonly operation: OperationDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.rows" });
  const words = new Map(
    operation.machines.flatMap(({ steps }) => steps.map(({ code, word }) => [code, word])),
  );
  if (words.size === 0) return t("notBegun");
  return (
    <SpaceBetween direction="horizontal" size="s">
      {[...words].map(([code, word]) => (
        <span key={code}>
          <svg viewBox="0 0 10 10" aria-hidden="true" style={{ inlineSize: "10px", blockSize: "10px" }}>
            <rect width="10" height="10" rx="2" style={{ fill: colourOf(code) }} />
          </svg>{" "}
          {word}
        </span>
      ))}
    </SpaceBetween>
  );
}
