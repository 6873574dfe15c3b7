/** A request that was not granted, in the words of the API: what is wrong, what was kept, and what helps. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { AnswerError } from "../ask/asker.ts";

export interface ProblemAlertProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}

export function ProblemAlert({ error, onRetry }: ProblemAlertProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "everywhere" });
  const problem = error instanceof AnswerError ? error.problem : null;
  const header = problem === null ? t("noAnswer") : problem.detail;
  return (
    <Alert
      type="error"
      header={header}
      action={onRetry === undefined ? undefined : <Button onClick={onRetry}>{t("again")}</Button>}
    >
      <SpaceBetween size="xs">
        {problem === null && <div>{t("noAnswerHow")}</div>}
        {problem !== null && problem.try !== null && <Try command={problem.try} />}
        {problem?.fields !== undefined && problem.fields.length > 1 && (
          <ul>
            {problem.fields.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                <Box variant="code">{path}</Box> {message}
              </li>
            ))}
          </ul>
        )}
      </SpaceBetween>
    </Alert>
  );
}

/** The command that helps, to be copied. */
export function Try({ command }: { readonly command: string }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "everywhere" });
  return (
    <SpaceBetween direction="horizontal" size="xxs" alignItems="center">
      <span>{t("try")}</span>
      <CopyToClipboard
        variant="inline"
        textToCopy={command}
        copyButtonAriaLabel={t("copy", { what: command })}
        copySuccessText={t("copied")}
        copyErrorText={t("notCopied")}
        textToDisplay={<Box variant="code">{command}</Box>}
      />
    </SpaceBetween>
  );
}

/** A refusal as the text beside the field that it is about. */
export function refusalText(error: unknown): string | undefined {
  if (error === null || error === undefined) return undefined;
  return error instanceof Error ? error.message : JSON.stringify(error);
}
