/** A request that was not granted, in the words of the API: what is wrong, what was kept, and what helps. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { AnswerError } from "../ask/asker.ts";

export interface ProblemAlertProps {
  readonly error: unknown;
  /** It was about a change, which may have been made although no answer came. */
  readonly isUnsure?: boolean;
  /** Resolves when there is another answer, whatever it is. */
  readonly onRetry?: (() => Promise<unknown>) | undefined;
}

export function ProblemAlert({ error, isUnsure = false, onRetry }: ProblemAlertProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "everywhere" });
  const problem = error instanceof AnswerError ? error.problem : null;
  const header = problem === null ? t("noAnswer") : problem.detail;
  return (
    <Alert
      type="error"
      header={header}
      action={onRetry === undefined ? undefined : <Again onRetry={onRetry} />}
    >
      <SpaceBetween size="xs">
        {problem === null && <div>{t(isUnsure ? "isUnsure" : "isUnchanged")}</div>}
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

function Again({ onRetry }: { readonly onRetry: () => Promise<unknown> }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "everywhere" });
  const [isAsking, setAsking] = useState(false);
  return (
    <Button
      loading={isAsking}
      onClick={() => {
        setAsking(true);
        void onRetry().finally(() => setAsking(false));
      }}
    >
      {t("again")}
    </Button>
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

/** A refusal as the text beside the field that it is about. That no answer came is about no field. */
export function refusalText(error: unknown): string | undefined {
  return error instanceof AnswerError ? error.problem?.detail : undefined;
}
