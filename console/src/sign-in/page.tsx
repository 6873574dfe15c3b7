/** Coming in: by the one-time link of this machine, by a token of the cluster, or by an identity provider. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SessionView } from "../../../src/api/answers.ts";
import { useAsker } from "../ask/context.ts";
import { sessionKey } from "../ask/queries.ts";
import { ProblemAlert } from "../parts/problem.tsx";
import { Waiting } from "../parts/waiting.tsx";
import { type Proof, Ways } from "./ways.tsx";

export interface SignInProps {
  readonly session: SessionView | null;
  /** Nobody answers. */
  readonly isLost: boolean;
}

export function SignIn({ session, isLost }: SignInProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const asker = useAsker();
  const client = useQueryClient();
  const [code] = useState(takeCode);
  const signIn = useMutation({
    mutationFn: (proof: Proof) =>
      asker.change<SessionView>({ method: "POST", path: "/session", body: proof }),
    onSuccess: (opened) => {
      client.setQueryData(sessionKey, opened);
    },
  });
  const { mutate } = signIn;
  const isReady = session !== null && session.notReadyBecause === null;
  useEffect(() => {
    if (code !== null && isReady) mutate({ code });
  }, [code, isReady, mutate]);
  useEffect(() => {
    document.title = t("signIn.title");
  }, [t]);
  return (
    <main style={{ maxInlineSize: "560px", margin: "10vh auto 0", paddingInline: "20px" }}>
      <SpaceBetween size="l">
        <Container header={<Header variant="h1">{t("signIn.title")}</Header>}>
          <SpaceBetween size="l">
            {session !== null && <Cluster session={session} />}
            {signIn.isError && <ProblemAlert error={signIn.error} />}
            {isLost && <Alert type="warning" header={t("live.lostTitle")} children={t("live.lostNever")} />}
            {session?.notReadyBecause != null && (
              <Alert type="info" header={t("signIn.starting")} children={session.notReadyBecause} />
            )}
            {signIn.isPending || (session === null && !isLost) ? (
              <Waiting />
            ) : (
              isReady && <Ways session={session} onProof={mutate} />
            )}
          </SpaceBetween>
        </Container>
      </SpaceBetween>
    </main>
  );
}

function Cluster({ session }: { readonly session: SessionView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "shell" });
  const { name, version, isSimulated } = session.cluster;
  return (
    <Box>
      {t("signIn.cluster", { name, version })}
      {isSimulated && (
        <Box color="text-body-secondary" variant="p">
          {t("cluster.simulated")}: {t("cluster.simulatedWhy")}
        </Box>
      )}
    </Box>
  );
}

/** The code stands behind the hash, which no server and no log gets to see, and is gone from the address once it is read. */
function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (location.pathname === "/signin") history.replaceState(null, "", "/");
  return code;
}
