/** How far an operation is, and when it is expected to be done. */
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Forecast } from "../../../src/api/answers.ts";
import type { OperationDetail } from "../../../src/api/types.ts";
import { Span, When } from "../parts/time.tsx";

export interface ProgressProps {
  readonly operation: OperationDetail;
  /** Of what is left; null where nothing is foreseen. */
  readonly forecast: Forecast | null;
}

export function Progress({ operation, forecast }: ProgressProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.progress" });
  const { done, total } = operation.nodes;
  return (
    <Container>
      <SpaceBetween size="m">
        <ProgressBar
          value={total === 0 ? 100 : (done / total) * 100}
          label={t("label")}
          additionalInfo={t("of", { done, total })}
          ariaLabel={t("label")}
        />
        <Figures operation={operation} forecast={forecast} />
      </SpaceBetween>
    </Container>
  );
}

function Figures({ operation, forecast }: ProgressProps): ReactNode {
  const { t } = useTranslation("translation");
  const { nodes, startedTime, finishedTime, requestedBy, target, options } = operation;
  const isUpgrade = operation.kind === "Upgrade";
  const items = [
    { label: t("operations.progress.running"), value: nodes.running },
    { label: t("operations.progress.failed"), value: nodes.failed },
    { label: t("operations.progress.took"), value: <Span from={startedTime} to={finishedTime} /> },
    finishedTime === null && isUpgrade
      ? { label: t("operations.progress.expected"), value: <Expected forecast={forecast} /> }
      : { label: t("operations.progress.finished"), value: <When time={finishedTime} /> },
    { label: t("operations.columns.by"), value: requestedBy },
    ...(target === null
      ? []
      : [
          {
            label: t("pool.upgrade.to"),
            value: `${target.image.family} ${target.image.version}, Kubernetes ${target.kubernetesVersion}`,
          },
        ]),
    ...(isUpgrade
      ? [
          {
            label: t("pool.upgrade.when"),
            value: t(options.when === "Now" ? "pool.upgrade.now" : "pool.upgrade.inWindow"),
          },
        ]
      : []),
    ...(operation.kind === "RemoveNodes"
      ? [
          { label: t("nodes.removal.drain"), value: t(options.drain ? "everywhere.yes" : "everywhere.no") },
          {
            label: t("nodes.removal.release"),
            value: t(options.release ? "everywhere.yes" : "everywhere.no"),
          },
        ]
      : []),
  ];
  return <KeyValuePairs columns={4} items={items} />;
}

function Expected({ forecast }: Pick<ProgressProps, "forecast">): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "operations.progress" });
  if (forecast === null) return "–";
  return forecast.finishesTime === null ? t("never") : <When time={forecast.finishesTime} />;
}
