/** The ways in that this Poolkeeper offers. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "../../../src/api/answers.ts";

/** What signs in. */
export type Proof = { readonly code: string } | { readonly token: string };

export interface WaysProps {
  readonly session: SessionView;
  readonly onProof: (proof: Proof) => void;
}

export function Ways({ session, onProof }: WaysProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell.signIn" });
  const { localAdmin, token, oidc } = session.ways;
  return (
    <SpaceBetween size="xl">
      {oidc !== null && (
        <Button variant="primary" href={oidc} fullWidth>
          {t("oidc")}
        </Button>
      )}
      {localAdmin && <LinkOfMachine />}
      {token && <TokenForm onProof={onProof} />}
    </SpaceBetween>
  );
}

const command = "bin/poolkeeper console";

function LinkOfMachine(): ReactNode {
  const { t } = useTranslation("translation");
  return (
    <SpaceBetween size="xs">
      <Header variant="h2">{t("shell.signIn.link")}</Header>
      <Box>{t("shell.signIn.linkHow")}</Box>
      <CopyToClipboard
        variant="inline"
        textToCopy={command}
        copyButtonAriaLabel={t("everywhere.copy", { what: command })}
        copySuccessText={t("everywhere.copied")}
        copyErrorText={t("everywhere.notCopied")}
        textToDisplay={<Box variant="code">{command}</Box>}
      />
    </SpaceBetween>
  );
}

function TokenForm({ onProof }: Pick<WaysProps, "onProof">): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell.signIn" });
  const [token, setToken] = useState("");
  const [isMissing, setMissing] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = token.trim();
    setMissing(given === "");
    if (given !== "") onProof({ token: given });
  };
  return (
    <form onSubmit={submit}>
      <SpaceBetween size="s">
        <Header variant="h2">{t("token")}</Header>
        <FormField
          label={t("tokenLabel")}
          description={t("tokenHow")}
          errorText={isMissing ? t("tokenMissing") : undefined}
        >
          <Textarea
            value={token}
            onChange={({ detail }) => setToken(detail.value)}
            rows={4}
            spellcheck={false}
            autoComplete="off"
          />
        </FormField>
        <Button variant="primary" formAction="submit">
          {t("go")}
        </Button>
      </SpaceBetween>
    </form>
  );
}
