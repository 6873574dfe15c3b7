/** The pods of a node, each with what a drain would do to it. */
import Box from "@cloudscape-design/components/box";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MachineDetail, PodView } from "../../../src/api/types.ts";
import { Empty } from "../parts/empty.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { Small } from "../parts/small.tsx";

const marks: Readonly<Record<PodView["verdict"], StatusIndicatorProps.Type>> = {
  Moves: "success",
  Ends: "warning",
  Waits: "warning",
  Never: "error",
  Going: "in-progress",
  Stays: "info",
};

export function Pods({ machine }: { readonly machine: MachineDetail }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node.pods" });
  const pods = machine.podList;
  return (
    <PlainTable
      title={t("title")}
      count={pods?.length}
      description={t("about")}
      rows={pods ?? []}
      trackBy={({ namespace, name }) => `${namespace}/${name}`}
      empty={pods === null ? <Box>{t("unseen")}</Box> : <Empty title={t("none")} />}
      columns={[
        {
          id: "pod",
          header: t("pod"),
          cell: ({ namespace, name }) => `${namespace}/${name}`,
        },
        { id: "owner", header: t("owner"), cell: ({ owner }) => (owner === "" ? "–" : owner) },
        {
          id: "verdict",
          header: t("verdict"),
          cell: (pod) => <Verdict pod={pod} />,
        },
        {
          id: "budget",
          header: t("budget"),
          cell: ({ budgets }) =>
            budgets.map(({ name, allowed }) => t("allows", { name, allowed })).join(", ") || "–",
        },
        { id: "phase", header: t("phase"), cell: ({ phase, isReady }) => (isReady ? t("ready") : phase) },
      ]}
    />
  );
}

function Verdict({ pod }: { readonly pod: PodView }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "node.pods" });
  return (
    <>
      <StatusIndicator type={marks[pod.verdict]}>{t(`verdicts.${pod.verdict}`)}</StatusIndicator>
      {pod.losesLocalData && <Small>{t("losesData")}</Small>}
      {pod.askedToStay && <Small>{t("askedToStay")}</Small>}
    </>
  );
}
