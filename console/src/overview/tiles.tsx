/** The sums of the fleet, each leading to the list behind it. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Fleet } from "../../../src/api/answers.ts";
import { queryText } from "../ask/asker.ts";
import { AppLink } from "../parts/app-link.tsx";
import { LinkList } from "../parts/link-list.tsx";
import { StateWord } from "../parts/state.tsx";
import { When } from "../parts/time.tsx";

export function Tiles({ fleet }: { readonly fleet: Fleet }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "overview" });
  const { nodes, operations, pools, approvals, waits } = fleet;
  const count = pools.reduce((sum, tally) => sum + tally.count, 0);
  return (
    <Container>
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: t("pools"),
            value: <Big href="/pools" text={String(count)} below={<Tallies of={pools} at="/pools" />} />,
          },
          {
            label: t("ready"),
            value: (
              <Big
                href="/nodes"
                text={t("readyOf", { ready: nodes.ready, desired: nodes.desired })}
                below={t("upToDate", { count: nodes.upToDate, all: nodes.machines })}
              />
            ),
          },
          {
            label: t("operations"),
            value: (
              <Big
                href="/operations?open=true"
                text={String(operations.length)}
                below={t("waiting", { count: waits.length })}
              />
            ),
          },
          {
            label: t("approvals"),
            value: <Big href="/repairs" text={String(approvals.length)} below={t("approvalsHow")} />,
          },
          { label: t("windows"), value: <Windows fleet={fleet} /> },
          { label: t("providers"), value: <Providers fleet={fleet} /> },
          { label: t("states"), value: <Tallies of={fleet.machines} at="/nodes" /> },
        ]}
      />
    </Container>
  );
}

interface BigProps {
  readonly href: string;
  readonly text: string;
  readonly below: ReactNode;
}

function Big({ href, text, below }: BigProps): ReactNode {
  return (
    <SpaceBetween size="xs">
      <AppLink href={href} variant="awsui-value-large">
        {text}
      </AppLink>
      <Box variant="small">{below}</Box>
    </SpaceBetween>
  );
}

interface TalliesProps {
  readonly of: Fleet["pools"];
  readonly at: string;
}

function Tallies({ of, at }: TalliesProps): ReactNode {
  return (
    <LinkList
      links={of.map(({ state, count }) => ({
        text: `${count} ${state.word}`,
        href: `${at}${queryText({ state: state.code })}`,
      }))}
    />
  );
}

/** As many as have room. */
const shownWindows = 3;

function Windows({ fleet }: { readonly fleet: Fleet }): ReactNode {
  const { t } = useTranslation("translation");
  if (fleet.windows.length === 0) return t("everywhere.none");
  return (
    <SpaceBetween size="xxs">
      {fleet.windows.slice(0, shownWindows).map(({ name, isOpen, opens }) => (
        <div key={name} className="roomy">
          <AppLink href={`/maintenance/${name}`}>{name}</AppLink>{" "}
          {isOpen ? (
            <StatusIndicator type="success">{t("overview.openNow")}</StatusIndicator>
          ) : (
            <When time={opens} />
          )}
        </div>
      ))}
    </SpaceBetween>
  );
}

function Providers({ fleet }: { readonly fleet: Fleet }): ReactNode {
  const { t } = useTranslation("translation");
  if (fleet.providers.length === 0) return t("everywhere.none");
  return (
    <SpaceBetween size="xxs">
      {fleet.providers.map(({ name, state, orphans }) => (
        <div key={name} className="roomy">
          <AppLink href={`/providers/${name}`}>{name}</AppLink> <StateWord state={state} />
          {orphans > 0 && <Box variant="small">{t("overview.orphans", { count: orphans })}</Box>}
        </div>
      ))}
    </SpaceBetween>
  );
}
