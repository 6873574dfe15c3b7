/** An upgrade run ahead: its sums, its obstacles, and the turn of each node on a line of time. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { durationText, instantOf } from "../../../src/core/time.ts";
import type { Forecast } from "../../../src/api/answers.ts";
import { Axis, Bars } from "../parts/bars.tsx";
import { AppLink } from "../parts/app-link.tsx";
import { Try } from "../parts/problem.tsx";
import { When } from "../parts/time.tsx";
import type { Range } from "../parts/timeline.ts";
import { Obstacles } from "./obstacles.tsx";
import { colours } from "../parts/colours.ts";
import type { Translate } from "../text/translate.ts";

export function ForecastView({ forecast }: { readonly forecast: Forecast }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "pool.upgrade" });
  const { hold, notReached } = forecast;
  return (
    <SpaceBetween size="l">
      {hold !== null && (
        <Alert type="warning" header={hold.sentence}>
          {hold.try !== null && <Try command={hold.try} />}
          {notReached.length > 0 && <div>{t("notReached", { nodes: notReached.join(", ") })}</div>}
        </Alert>
      )}
      <Sums forecast={forecast} />
      <Obstacles blockers={forecast.blockers} />
      <Turns forecast={forecast} />
    </SpaceBetween>
  );
}

function Sums({ forecast }: { readonly forecast: Forecast }): ReactNode {
  const { t } = useTranslation("translation");
  const { target, method, maxUnavailable, turns, totalSeconds, finishesTime, windowsNeeded } = forecast;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        {
          label: t("pool.upgrade.to"),
          value: `${target.image.family} ${target.image.version}, Kubernetes ${target.kubernetesVersion}`,
        },
        { label: t("pool.upgrade.method"), value: t(`form.methods.${method}`) },
        { label: t("pool.upgrade.nodes"), value: turns.length },
        { label: t("pool.upgrade.away"), value: maxUnavailable },
        {
          label: t("pool.upgrade.done"),
          value: finishesTime === null ? t("pool.upgrade.never") : <When time={finishesTime} />,
        },
        {
          label: t("pool.upgrade.takes"),
          value: totalSeconds === null ? "–" : durationText(totalSeconds * 1000),
        },
        { label: t("pool.upgrade.windows"), value: windowsNeeded === 0 ? "–" : windowsNeeded },
      ]}
    />
  );
}

/** Of a long list only the beginning is drawn; its sums stand above. */
const drawnTurns = 200;

function Turns({ forecast }: { readonly forecast: Forecast }): ReactNode {
  const { t } = useTranslation("translation");
  return (
    <Table
      variant="embedded"
      header={
        <Header variant="h3" counter={`(${forecast.turns.length})`}>
          {t("pool.upgrade.turns")}
        </Header>
      }
      items={forecast.turns.slice(0, drawnTurns)}
      trackBy="machine"
      contentDensity="compact"
      ariaLabels={{ tableLabel: t("pool.upgrade.turns") }}
      columnDefinitions={turnColumns(forecast, t)}
      empty={<Box>–</Box>}
    />
  );
}

function turnColumns(
  forecast: Forecast,
  t: Translate,
): TableProps.ColumnDefinition<Forecast["turns"][number]>[] {
  const range = rangeOf(forecast);
  const shades = forecast.openings.map(({ opens, closes }) => ({
    from: instantOf(opens),
    to: instantOf(closes),
  }));
  return [
    {
      id: "node",
      header: t("pool.upgrade.node"),
      isRowHeader: true,
      width: 220,
      cell: ({ machine, node }) => <AppLink href={`/nodes/${machine}`}>{node}</AppLink>,
    },
    {
      id: "starts",
      header: t("pool.upgrade.starts"),
      width: 150,
      cell: ({ startsTime }) => <When time={startsTime} />,
    },
    {
      id: "takes",
      header: t("pool.upgrade.takes"),
      width: 80,
      cell: ({ startsTime, endsTime }) => durationText(instantOf(endsTime) - instantOf(startsTime)),
    },
    {
      id: "timeline",
      header: <Axis range={range} />,
      cell: ({ startsTime, endsTime, node, outcome }) => {
        const [from, to] = [instantOf(startsTime), instantOf(endsTime)];
        const colour = outcome === "Succeeded" ? colours.busy : colours.bad;
        const title = `${node}: ${durationText(to - from)}`;
        return (
          <Bars
            range={range}
            shades={shades}
            now={null}
            bars={[{ from, to, colour, title, isForeseen: false }]}
          />
        );
      },
    },
  ];
}

function rangeOf({ turns }: Forecast): Range {
  const starts = turns.map(({ startsTime }) => instantOf(startsTime));
  const ends = turns.map(({ endsTime }) => instantOf(endsTime));
  return { from: Math.min(...starts), to: Math.max(...ends) };
}
