/** All maintenance windows, with their next opening. */
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { durationText } from "../../../src/core/time.ts";
import type { WindowView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { windowsQuery } from "../ask/queries.ts";
import { useOff } from "../ask/use-access.ts";
import { useDialog } from "../dialogs/use-dialog.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { LinkList, poolLinks } from "../parts/link-list.tsx";
import { type Column, ListTable } from "../parts/list-table.tsx";
import { Small } from "../parts/small.tsx";
import { When } from "../parts/time.tsx";
import { useCursor } from "../parts/use-cursor.ts";

export interface WindowTableProps {
  readonly title?: string;
  readonly actions?: ReactNode;
}

export function WindowTable({ title, actions }: WindowTableProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const { open } = useDialog();
  const off = useOff();
  const cursor = useCursor();
  const windows = useQuery(windowsQuery(useAsker(), { limit: 100, continue: cursor.after }));
  return (
    <ListTable
      id="windows"
      title={title ?? t("list")}
      level="h2"
      query={windows}
      columns={useColumns()}
      cursor={cursor}
      hasActions
      actions={actions}
      trackBy={({ uid }) => uid}
      empty={
        <Empty
          title={t("none")}
          text={t("noneHow")}
          action={
            <Button onClick={() => open("create-window", "new")} {...off("createWindow")}>
              {t("create")}
            </Button>
          }
        />
      }
    />
  );
}

function useColumns(): readonly Column<WindowView>[] {
  const { t } = useTranslation("translation");
  return useMemo(
    () => [
      {
        id: "name",
        header: t("form.name"),
        isName: true,
        width: 130,
        cell: ({ name }) => <AppLink href={`/maintenance/${name}`}>{name}</AppLink>,
      },
      {
        id: "enabled",
        header: t("windows.window"),
        width: 140,
        cell: (window) => <Switch window={window} />,
      },
      {
        id: "when",
        header: t("windows.when"),
        width: 250,
        cell: ({ spec }) => (
          <>
            {spec.weekdays.map((day) => t(`form.days.${day}`)).join(", ")}
            <Small>{`${spec.start}, ${durationText(spec.durationMinutes * 60_000)}, ${spec.timeZone}`}</Small>
          </>
        ),
      },
      {
        id: "next",
        header: t("windows.nextOpening"),
        width: 180,
        cell: ({ isOpen, openings }) =>
          isOpen ? (
            <StatusIndicator type="success">{t("overview.openNow")}</StatusIndicator>
          ) : (
            <When time={openings[0]?.opens ?? null} />
          ),
      },
      {
        id: "pools",
        header: t("pools.title"),
        width: 120,
        cell: ({ pools }) => <LinkList links={poolLinks(pools)} />,
      },
      {
        id: "actions",
        header: t("pools.columns.actions"),
        width: 240,
        cell: (window) => <RowActions window={window} />,
      },
    ],
    [t],
  );
}

function Switch({ window }: { readonly window: WindowView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const { open } = useDialog();
  const off = useOff()("changeWindow");
  return (
    <Toggle
      checked={window.spec.enabled}
      disabled={off.disabled}
      onChange={({ detail }) => open("toggle-window", window.name, { to: detail.checked ? "on" : "off" })}
      ariaLabel={`${t("window")} ${window.name}`}
    >
      {t(window.spec.enabled ? "isOn" : "isOff")}
    </Toggle>
  );
}

function RowActions({ window }: { readonly window: WindowView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const { open } = useDialog();
  const off = useOff();
  const { name } = window;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        variant="inline-link"
        ariaLabel={`${t("modify")} ${name}`}
        onClick={() => open("edit-window", name)}
        {...off("changeWindow")}
      >
        {t("modify")}
      </Button>
      <Button
        variant="inline-link"
        ariaLabel={`${t("exclude")} ${name}`}
        onClick={() => open("exclude", name)}
        {...off("changeWindow")}
      >
        {t("exclude")}
      </Button>
      <Button
        variant="inline-link"
        ariaLabel={`${t("delete")} ${name}`}
        onClick={() => open("delete-window", name)}
        {...off("deleteWindow")}
      >
        {t("delete")}
      </Button>
    </SpaceBetween>
  );
}
