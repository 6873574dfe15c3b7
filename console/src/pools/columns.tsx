/** The columns of the table of node pools. */
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { instantOf } from "../../../src/core/time.ts";
import type { OpeningView, PoolView } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import type { Column } from "../parts/list-table.tsx";
import { NodeMeter } from "../parts/node-meter.tsx";
import { Small } from "../parts/small.tsx";
import { StateWord } from "../parts/state.tsx";
import { Age, type Moment, useMoment } from "../parts/time.tsx";
import type { Translate } from "../text/translate.ts";
import { RowActions } from "./row-actions.tsx";

type Columns = readonly Column<PoolView>[];

export function usePoolColumns(): Columns {
  const { t } = useTranslation("translation");
  return useMemo(() => [...stateColumns(t), ...madeOfColumns(t), ...managedColumns(t)], [t]);
}

function stateColumns(t: Translate): Columns {
  return [
    {
      id: "name",
      header: t("pools.columns.name"),
      isName: true,
      width: 120,
      cell: ({ name }) => <AppLink href={`/pools/${name}`}>{name}</AppLink>,
    },
    {
      id: "status",
      header: t("pools.columns.status"),
      width: 170,
      cell: ({ state, message }) => (
        <>
          <StateWord state={state} />
          {message !== "" && <Small>{message}</Small>}
        </>
      ),
    },
    {
      id: "nodes",
      header: t("pools.columns.nodes"),
      width: 95,
      cell: ({ nodes }) => <NodeMeter nodes={nodes} />,
    },
    {
      id: "up-to-date",
      header: t("pools.columns.upToDate"),
      width: 110,
      isExtra: true,
      cell: ({ nodes }) => nodes.upToDate,
    },
  ];
}

function madeOfColumns(t: Translate): Columns {
  return [
    {
      id: "version",
      header: t("pools.columns.version"),
      width: 130,
      cell: ({ target, spec }) => target?.kubernetesVersion ?? spec.template.kubernetesVersion ?? "–",
    },
    {
      id: "image",
      header: t("pools.columns.image"),
      width: 165,
      cell: ({ target }) => (target === null ? "–" : `${target.image.family} ${target.image.version}`),
    },
    {
      id: "types",
      header: t("pools.columns.types"),
      width: 140,
      isExtra: true,
      cell: ({ spec }) => spec.template.instanceTypes?.join(", ") ?? t("pools.firstType"),
    },
    {
      id: "zones",
      header: t("pools.columns.zones"),
      width: 140,
      isExtra: true,
      cell: ({ spec }) => spec.template.zones?.join(", ") ?? t("pools.allZones"),
    },
    {
      id: "provider",
      header: t("pools.columns.provider"),
      width: 130,
      isExtra: true,
      cell: ({ spec: { providerRef } }) => (
        <AppLink href={`/providers/${providerRef.name}`}>{providerRef.name}</AppLink>
      ),
    },
  ];
}

function managedColumns(t: Translate): Columns {
  const onOff = (value: boolean): string => (value ? t("everywhere.on") : t("everywhere.off"));
  return [
    {
      id: "window",
      header: t("pools.columns.window"),
      width: 150,
      cell: (pool) => <WindowCell pool={pool} />,
    },
    {
      id: "auto-upgrade",
      header: t("pools.columns.autoUpgrade"),
      width: 120,
      isExtra: true,
      cell: ({ spec }) => onOff(spec.management.autoUpgrade),
    },
    {
      id: "auto-repair",
      header: t("pools.columns.autoRepair"),
      width: 120,
      isExtra: true,
      cell: ({ spec }) => onOff(spec.management.autoRepair),
    },
    {
      id: "age",
      header: t("pools.columns.age"),
      width: 90,
      isExtra: true,
      cell: ({ createdTime }) => <Age time={createdTime} />,
    },
    {
      id: "actions",
      header: t("pools.columns.actions"),
      width: 312,
      cell: (pool) => <RowActions pool={pool} />,
    },
  ];
}

function WindowCell({ pool }: { readonly pool: PoolView }): ReactNode {
  const { t } = useTranslation("translation");
  const moment = useMoment();
  const window = pool.spec.management.maintenanceWindowRef?.name;
  if (window === undefined) return "–";
  return (
    <>
      <AppLink href={`/maintenance/${window}`}>{window}</AppLink>
      {pool.nextWindow !== null && <Small>{openingText(pool.nextWindow, moment, t)}</Small>}
    </>
  );
}

export function openingText(opening: OpeningView, moment: Moment, t: Translate): string {
  if (opening.isEndless && opening.isOpen) return t("pools.alwaysOpen");
  if (opening.isOpen) return t("pools.openUntil", { time: moment.short(instantOf(opening.closes)) });
  return t("pools.opensAt", { time: moment.short(instantOf(opening.opens)) });
}
