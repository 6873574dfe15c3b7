/** The columns of every table of nodes. */
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { MachineView } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import type { Column } from "../parts/list-table.tsx";
import { Small } from "../parts/small.tsx";
import { StateWord } from "../parts/state.tsx";
import { Age } from "../parts/time.tsx";
import type { Translate } from "../text/translate.ts";

type Columns = readonly Column<MachineView>[];

export function useNodeColumns(isOfOnePool: boolean): Columns {
  const { t } = useTranslation("translation");
  return useMemo(() => {
    const [node, pool, ...rest] = placeColumns(t);
    const first = [node, ...(isOfOnePool ? [] : [pool]), ...rest].filter((column) => column !== undefined);
    return [...first, ...softwareColumns(t), ...lifeColumns(t)];
  }, [t, isOfOnePool]);
}

function placeColumns(t: Translate): Columns {
  return [
    {
      id: "node",
      header: t("nodes.columns.node"),
      sort: "name",
      isName: true,
      width: 225,
      cell: ({ name, node }) => (
        <>
          <AppLink href={`/nodes/${name}`}>{node ?? name}</AppLink>
          {node !== null && <Small>{name}</Small>}
        </>
      ),
    },
    {
      id: "pool",
      header: t("nodes.columns.pool"),
      width: 120,
      cell: ({ pool }) => <AppLink href={`/pools/${pool}`}>{pool}</AppLink>,
    },
    {
      id: "state",
      header: t("nodes.columns.state"),
      sort: "state",
      width: 160,
      cell: (machine) => <NodeState machine={machine} />,
    },
    { id: "zone", header: t("nodes.columns.zone"), width: 140, cell: ({ zone }) => zone ?? "–" },
    {
      id: "type",
      header: t("nodes.columns.type"),
      width: 130,
      cell: ({ instanceType }) => instanceType ?? "–",
    },
  ];
}

function softwareColumns(t: Translate): Columns {
  return [
    {
      id: "image",
      header: t("nodes.columns.image"),
      width: 172,
      cell: ({ image }) => (image === null ? "–" : `${image.family} ${image.version}`),
    },
    {
      id: "version",
      header: t("nodes.columns.version"),
      width: 130,
      cell: ({ kubernetesVersion }) => kubernetesVersion ?? "–",
    },
    { id: "pods", header: t("nodes.columns.pods"), width: 75, cell: ({ pods }) => pods ?? "–" },
  ];
}

function lifeColumns(t: Translate): Columns {
  return [
    {
      id: "instance",
      header: t("nodes.columns.instance"),
      isExtra: true,
      width: 160,
      cell: ({ instance }) => instance ?? "–",
    },
    {
      id: "billing",
      header: t("nodes.columns.billing"),
      isExtra: true,
      width: 125,
      cell: ({ chargeType }) => t(`nodes.billing.${chargeType}`),
    },
    {
      id: "revision",
      header: t("nodes.columns.revision"),
      isExtra: true,
      width: 100,
      cell: ({ revision }) => revision,
    },
    {
      id: "age",
      header: t("nodes.columns.age"),
      sort: "age",
      width: 85,
      cell: ({ createdTime }) => <Age time={createdTime} />,
    },
  ];
}

function NodeState({ machine }: { readonly machine: MachineView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "nodes" });
  const { state, step, isCordoned } = machine;
  return (
    <>
      <StateWord state={state} />
      {step !== null && (
        <Small>
          {step.word} · <Age time={step.since} />
        </Small>
      )}
      {step === null && isCordoned && <Small>{t("cordoned")}</Small>}
    </>
  );
}
