/** The columns of every table of nodes. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { MachineView } from "../../../src/api/types.ts";
import { AppLink } from "../parts/app-link.tsx";
import type { Column } from "../parts/list-table.tsx";
import { Small } from "../parts/small.tsx";
import { StateWord } from "../parts/state.tsx";
import { Age } from "../parts/time.tsx";

export function useNodeColumns(isOfOnePool: boolean): readonly Column<MachineView>[] {
  const { t } = useTranslation("translation", { keyPrefix: "nodes" });
  return useMemo(() => {
    const pool: Column<MachineView> = {
      id: "pool",
      header: t("columns.pool"),
      width: 130,
      cell: (machine) => <AppLink href={`/pools/${machine.pool}`}>{machine.pool}</AppLink>,
    };
    return [
      {
        id: "node",
        header: t("columns.node"),
        sort: "name",
        isName: true,
        width: 240,
        cell: ({ name, node }) => (
          <>
            <AppLink href={`/nodes/${name}`}>{node ?? name}</AppLink>
            {node !== null && <Small>{name}</Small>}
          </>
        ),
      },
      ...(isOfOnePool ? [] : [pool]),
      {
        id: "state",
        header: t("columns.state"),
        sort: "state",
        width: 190,
        cell: (machine) => <NodeState machine={machine} />,
      },
      { id: "zone", header: t("columns.zone"), width: 150, cell: ({ zone }) => zone ?? "–" },
      { id: "type", header: t("columns.type"), width: 130, cell: ({ instanceType }) => instanceType ?? "–" },
      {
        id: "image",
        header: t("columns.image"),
        width: 165,
        cell: ({ image }) => (image === null ? "–" : `${image.family} ${image.version}`),
      },
      {
        id: "version",
        header: t("columns.version"),
        width: 120,
        cell: ({ kubernetesVersion }) => kubernetesVersion ?? "–",
      },
      { id: "pods", header: t("columns.pods"), width: 80, cell: ({ pods }) => pods ?? "–" },
      {
        id: "instance",
        header: t("columns.instance"),
        isExtra: true,
        width: 160,
        cell: ({ instance }) => instance ?? "–",
      },
      {
        id: "billing",
        header: t("columns.billing"),
        width: 130,
        cell: ({ chargeType }) => t(`billing.${chargeType}`),
      },
      {
        id: "revision",
        header: t("columns.revision"),
        isExtra: true,
        width: 100,
        cell: ({ revision }) => revision,
      },
      {
        id: "age",
        header: t("columns.age"),
        sort: "age",
        width: 90,
        cell: ({ createdTime }) => <Age time={createdTime} />,
      },
    ];
  }, [t, isOfOnePool]);
}

function NodeState({ machine }: { readonly machine: MachineView }) {
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
