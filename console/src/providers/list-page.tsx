/** Providers: where instances come from. */
import Button from "@cloudscape-design/components/button";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ProviderView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { providersQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { type Column, ListTable } from "../parts/list-table.tsx";
import { StateWord } from "../parts/state.tsx";
import { Age } from "../parts/time.tsx";
import { useCursor } from "../parts/use-cursor.ts";

export const route = createLazyRoute("/providers")({ component: Providers });

function Providers(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "providers" });
  const { open } = useDialog();
  const off = useOff();
  const cursor = useCursor();
  const providers = useQuery(providersQuery(useAsker(), { limit: 100, continue: cursor.after }));
  const create = (
    <Button onClick={() => open("create-provider", "new")} {...off("createProvider")}>
      {t("create")}
    </Button>
  );
  return (
    <ListTable
      id="providers"
      title={t("title")}
      description={t("about")}
      query={providers}
      columns={useColumns()}
      cursor={cursor}
      actions={create}
      trackBy={({ uid }) => uid}
      empty={<Empty title={t("none")} text={t("noneHow")} action={create} />}
    />
  );
}

function useColumns(): readonly Column<ProviderView>[] {
  const { t } = useTranslation("translation", { keyPrefix: "providers" });
  return useMemo(
    () => [
      {
        id: "name",
        header: t("name"),
        isName: true,
        width: 160,
        cell: ({ name }) => <AppLink href={`/providers/${name}`}>{name}</AppLink>,
      },
      { id: "state", header: t("state"), width: 140, cell: ({ state }) => <StateWord state={state} /> },
      { id: "type", header: t("type"), width: 120, cell: ({ spec }) => spec.type },
      { id: "region", header: t("region"), width: 150, cell: ({ spec }) => spec.region },
      {
        id: "offers",
        header: t("offers"),
        width: 280,
        cell: ({ offers }) => t("offersText", offers),
      },
      { id: "orphans", header: t("orphans"), width: 120, cell: ({ orphans }) => orphans.length },
      { id: "pools", header: t("pools"), width: 120, cell: ({ pools }) => pools.length },
      { id: "age", header: t("age"), width: 90, cell: ({ createdTime }) => <Age time={createdTime} /> },
    ],
    [t],
  );
}
