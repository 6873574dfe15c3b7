/** Every node of the fleet as a cell, grouped by pool or zone; ten thousand of them fit on the screen. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Cells } from "../../../src/api/answers.ts";
import type { Tone } from "../../../src/api/types.ts";
import { queryText } from "../ask/asker.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { useSearchField } from "../parts/use-search-field.ts";
import { CellCanvas, colourOfTone, type GridCell } from "./cell-canvas.tsx";

interface Group {
  readonly name: string;
  readonly cells: readonly GridCell[];
}

type Grouping = "pool" | "zone";

export function FleetGrid({ cells }: { readonly cells: Cells }): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "overview.grid" });
  const [wanted, setWanted] = useSearchField("group");
  const grouping: Grouping = wanted === "zone" ? "zone" : "pool";
  const groups = useMemo(() => groupsOf(cells, grouping), [cells, grouping]);
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${cells.cells.length})`}
          description={<Legend />}
          actions={
            <SegmentedControl
              label={t("groupBy")}
              selectedId={grouping}
              onChange={({ detail }) => setWanted(detail.selectedId === "zone" ? "zone" : undefined)}
              options={[
                { id: "pool", text: t("byPool") },
                { id: "zone", text: t("byZone") },
              ]}
            />
          }
        >
          {t("title")}
        </Header>
      }
    >
      {groups.length === 0 ? (
        <Empty title={t("none")} text={t("noneHow")} />
      ) : (
        <div className="fleet-groups">
          {groups.map((group) => (
            <GroupView key={group.name} group={group} grouping={grouping} all={cells.cells.length} />
          ))}
        </div>
      )}
    </Container>
  );
}

interface GroupViewProps {
  readonly group: Group;
  readonly grouping: Grouping;
  readonly all: number;
}

function GroupView({ group, grouping, all }: GroupViewProps): ReactNode {
  const { name, cells } = group;
  const href = grouping === "pool" ? `/pools/${name}?tab=nodes` : `/nodes${queryText({ zone: name })}`;
  return (
    <div>
      <Box margin={{ bottom: "xxs" }}>
        <AppLink href={href} fontSize="body-s">
          {name === "" ? "–" : name}
        </AppLink>{" "}
        <Box variant="small">({cells.length})</Box>
      </Box>
      <CellCanvas cells={cells} label={`${name}: ${sums(cells)}`} size={sizeFor(all)} />
    </div>
  );
}

const tones: readonly Tone[] = ["Good", "Busy", "Bad", "Plain"];

function Legend(): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "overview.grid.tones" });
  return (
    <SpaceBetween direction="horizontal" size="s">
      {tones.map((tone) => (
        <span key={tone}>
          <svg viewBox="0 0 10 10" aria-hidden="true" style={{ inlineSize: "10px", blockSize: "10px" }}>
            <rect width="10" height="10" rx="2" style={{ fill: colourOfTone(tone) }} />
          </svg>{" "}
          {t(tone)}
        </span>
      ))}
    </SpaceBetween>
  );
}

/** A few are large enough to be pointed at, ten thousand small enough to be seen at once. */
function sizeFor(count: number): number {
  if (count <= 200) return 16;
  if (count <= 1000) return 12;
  return count <= 4000 ? 9 : 6;
}

function sums(cells: readonly GridCell[]): string {
  const counts = new Map<string, number>();
  for (const { word } of cells) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}

function groupsOf({ pools, states, zones, cells }: Cells, grouping: Grouping): readonly Group[] {
  const groups = new Map<string, GridCell[]>();
  for (const [machine, pool, state, zone] of cells) {
    const name = (grouping === "pool" ? pools[pool] : zones[zone]) ?? "";
    const { word = "", tone = "Plain" as const } = states[state] ?? {};
    const group = groups.get(name) ?? [];
    if (group.length === 0) groups.set(name, group);
    group.push({ machine, word, tone });
  }
  return [...groups]
    .map(([name, members]) => ({ name, cells: members }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
