/** What is shown where a page should be and is not: no such address, or a fault of ours. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ErrorComponentProps, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFollow } from "./follow.ts";

export function Missing(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell.page" });
  const { pathname } = useLocation();
  const follow = useFollow();
  return (
    <Container header={<Header variant="h1">{t("missing")}</Header>}>
      <SpaceBetween size="m">
        <Box>{t("missingHow", { path: pathname })}</Box>
        <Button href="/" onFollow={follow}>
          {t("toOverview")}
        </Button>
      </SpaceBetween>
    </Container>
  );
}

export function Broken({ error, reset }: ErrorComponentProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell.page" });
  return (
    <Alert type="error" header={t("broken")} action={<Button onClick={reset}>{t("reload")}</Button>}>
      <SpaceBetween size="xs">
        <div>{t("brokenHow")}</div>
        <Box variant="code">{messageOf(error)}</Box>
      </SpaceBetween>
    </Alert>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
