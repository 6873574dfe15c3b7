/** The columns of the table of node pools. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { instantOf } from "../../../src/core/time.ts";
import type { OpeningView, PoolView } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import type { Column } from "../parts/list-table.tsx";
import { NodeMeter } from "../parts/node-meter.tsx";
import { Small } from "../parts/small.tsx";
import { StateWord } from "../parts/state.tsx";
import { Age, type Moment, useMoment } from "../parts/time.tsx";
import { RowActions } from "./row-actions.tsx";

export function usePoolColumns(): readonly Column<PoolView>[] {
  const { t } = useTranslation("translation");
  const moment = useMoment();
  return useMemo(() => {
    const onOff = (value: boolean): string => (value ? t("shared.on") : t("shared.off"));
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
        width: 180,
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
        width: 130,
        header: t("pools.columns.upToDate"),
        isExtra: true,
        cell: ({ nodes }) => nodes.upToDate,
      },
      {
        id: "version",
        header: t("pools.columns.version"),
        width: 112,
        cell: ({ target, spec }) => target?.kubernetesVersion ?? spec.template.kubernetesVersion ?? "–",
      },
      {
        id: "image",
        header: t("pools.columns.image"),
        width: 172,
        cell: ({ target }) => (target === null ? "–" : `${target.image.family} ${target.image.version}`),
      },
      {
        id: "types",
        width: 130,
        header: t("pools.columns.types"),
        isExtra: true,
        cell: ({ spec }) => spec.template.instanceTypes?.join(", ") ?? t("pools.firstType"),
      },
      {
        id: "zones",
        width: 130,
        header: t("pools.columns.zones"),
        isExtra: true,
        cell: ({ spec }) => spec.template.zones?.join(", ") ?? t("pools.allZones"),
      },
      {
        id: "provider",
        width: 130,
        header: t("pools.columns.provider"),
        isExtra: true,
        cell: ({ spec: { providerRef } }) => (
          <AppLink href={`/providers/${providerRef.name}`}>{providerRef.name}</AppLink>
        ),
      },
      {
        id: "window",
        header: t("pools.columns.window"),
        width: 165,
        cell: ({ spec, nextWindow }) => {
          const window = spec.management.maintenanceWindowRef?.name;
          if (window === undefined) return "–";
          return (
            <>
              <AppLink href={`/maintenance/${window}`}>{window}</AppLink>
              {nextWindow !== null && <Small>{openingText(nextWindow, moment, t)}</Small>}
            </>
          );
        },
      },
      {
        id: "auto-upgrade",
        width: 130,
        header: t("pools.columns.autoUpgrade"),
        isExtra: true,
        cell: ({ spec }) => onOff(spec.management.autoUpgrade),
      },
      {
        id: "auto-repair",
        width: 130,
        header: t("pools.columns.autoRepair"),
        isExtra: true,
        cell: ({ spec }) => onOff(spec.management.autoRepair),
      },
      {
        id: "age",
        width: 130,
        header: t("pools.columns.age"),
        isExtra: true,
        cell: ({ createdTime }) => <Age time={createdTime} />,
      },
      {
        id: "actions",
        header: t("pools.columns.actions"),
        width: 296,
        cell: (pool) => <RowActions pool={pool} />,
      },
    ];
  }, [t, moment]);
}

export function openingText(
  opening: OpeningView,
  moment: Moment,
  t: ReturnType<typeof useTranslation<"translation">>["t"],
): string {
  if (opening.isEndless && opening.isOpen) return t("pools.alwaysOpen");
  if (opening.isOpen) return t("pools.openUntil", { time: moment.short(instantOf(opening.closes)) });
  return t("pools.opensAt", { time: moment.short(instantOf(opening.opens)) });
}
