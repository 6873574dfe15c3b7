/** Details of the cluster: its Basic Information, and Cluster Maintenance, where windows are turned on and changed. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFollow } from "../app/follow.ts";
import { useAsker } from "../ask/context.ts";
import { fleetQuery, sessionQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { AppLink } from "../parts/app-link.tsx";
import { WindowTable } from "../windows/window-table.tsx";

export const route = createLazyRoute("/clusters/$cluster")({ component: ClusterPage });

function ClusterPage(): ReactNode {
  const { cluster } = useParams({ from: "/clusters/$cluster" });
  const { t } = useTranslation("translation", { keyPrefix: "clusters" });
  const follow = useFollow();
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <Button href="/pools" onFollow={follow}>
            {t("toPools")}
          </Button>
        }
      >
        {cluster}
      </Header>
      <Tabs ariaLabel={t("details")} tabs={[{ id: "basic", label: t("basic"), content: <Basic /> }]} />
    </SpaceBetween>
  );
}

function Basic(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "clusters" });
  const asker = useAsker();
  const { open } = useDialog();
  const off = useOff();
  const { data: session } = useQuery(sessionQuery(asker));
  const { data: fleet } = useQuery(fleetQuery(asker));
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t("basic")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("version"), value: session?.cluster.version ?? "–" },
            { label: t("server"), value: session?.cluster.server ?? "–" },
            { label: t("namespace"), value: session?.namespace ?? "–" },
            {
              label: t("nodes"),
              value: (
                <AppLink href="/nodes">
                  {fleet === undefined ? "–" : `${fleet.nodes.ready} / ${fleet.nodes.desired}`}
                </AppLink>
              ),
            },
            { label: t("kind"), value: t(session?.cluster.isSimulated === true ? "simulated" : "real") },
          ]}
        />
      </Container>
      <WindowTable
        title={t("maintenance")}
        actions={
          <Button onClick={() => open("create-window", "new")} {...off("createWindow")}>
            {t("createWindow")}
          </Button>
        }
      />
    </SpaceBetween>
  );
}
