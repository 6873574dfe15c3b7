/** "Copy as": the change that is about to be made, for a terminal, a repository or a script. */
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Outcome } from "../../../src/api/answers.ts";
import { useAsker } from "../ask/context.ts";
import { sessionQuery } from "../ask/queries.ts";
import { asApiCall, asKubectl, asYaml } from "./equivalent.ts";
import type { Wish } from "./wish.ts";

export interface CopyAsProps {
  readonly wish: Wish | null;
  readonly outcome: Outcome | null;
}

export function CopyAs({ wish, outcome }: CopyAsProps): ReactNode {
  const { t } = useTranslation();
  const { data } = useQuery(sessionQuery(useAsker()));
  const [copied, setCopied] = useState<string | null>(null);
  const isNothing = wish === null || outcome === null || outcome.changes.length === 0;
  const textOf = (form: string): string => {
    if (wish === null || outcome === null) return "";
    if (form === "kubectl") return asKubectl(outcome, data?.namespace ?? "");
    if (form === "yaml") return asYaml(outcome);
    return form === "cli" ? (wish.cli ?? "") : asApiCall(wish, location.origin);
  };
  return (
    <ButtonDropdown
      items={[
        { id: "kubectl", text: "kubectl" },
        {
          id: "cli",
          text: t("wish.cli"),
          disabled: wish?.cli === null,
          disabledReason: t("wish.noCli"),
        },
        { id: "yaml", text: "YAML" },
        { id: "api", text: t("wish.api") },
      ]}
      disabled={isNothing}
      disabledReason={t("wish.nothingToCopy")}
      onItemClick={({ detail }) => {
        void navigator.clipboard.writeText(textOf(detail.id)).then(() => setCopied(detail.id));
      }}
      expandToViewport
    >
      {copied === null ? t("wish.copyAs") : t("everywhere.copied")}
    </ButtonDropdown>
  );
}
