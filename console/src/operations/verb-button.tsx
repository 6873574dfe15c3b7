/** A button over an operation. When it is off, it says why in the words with which the wish would be refused. */
import Button from "@cloudscape-design/components/button";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OperationView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { refusalText } from "../parts/problem.tsx";
import { tryOut } from "../wish/wish.ts";
import { type Verb, verbWish } from "./verbs.ts";

export interface VerbButtonProps {
  readonly verb: Verb;
  readonly operation: OperationView;
  readonly isPrimary?: boolean;
}

export function VerbButton({ verb, operation, isPrimary = false }: VerbButtonProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.verbs" });
  const { open } = useDialog();
  const denied = useOff()("changeOperation");
  const isGranted = operation.verbs.includes(verb);
  const refusal = useQuery({
    ...tryOut(useAsker(), verbWish(operation, verb, [])),
    queryKey: ["operations", "refusal", operation.name, verb, operation.version],
    enabled: !isGranted && !denied.disabled,
  });
  const why = refusal.data?.sentence ?? refusalText(refusal.error) ?? "";
  const off =
    isGranted || denied.disabled
      ? denied
      : { disabled: true, disabledReason: why === "" ? t("notNow") : why };
  return (
    <Button
      variant={isPrimary ? "primary" : "normal"}
      onClick={() => open(`operation-${verb}`, operation.name)}
      {...off}
    >
      {t(verb)}
    </Button>
  );
}
