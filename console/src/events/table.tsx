/** What Poolkeeper told of, the latest first. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { EventView } from "../../../src/api/types.ts";
import { useAsker } from "../ask/context.ts";
import { eventsQuery } from "../ask/queries.ts";
import { AppLink } from "../parts/app-link.tsx";
import { Empty } from "../parts/empty.tsx";
import { type Column, ListTable } from "../parts/list-table.tsx";
import { Age, When } from "../parts/time.tsx";
import { useCursor } from "../parts/use-cursor.ts";

export interface EventTableProps {
  readonly pool?: string;
  readonly level: "h1" | "h2";
}

const pageSize = 50;

export function EventTable({ pool, level }: EventTableProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "events" });
  const cursor = useCursor();
  const events = useQuery(eventsQuery(useAsker(), { pool, limit: pageSize, continue: cursor.after }));
  return (
    <ListTable
      id="events"
      title={t("title")}
      level={level}
      description={level === "h1" ? t("about") : undefined}
      query={events}
      columns={useColumns()}
      cursor={cursor}
      trackBy={({ time, reason, object, note }) => [time, reason, object.name, note].join(" ")}
      empty={<Empty title={t("none")} text={t("noneHow")} />}
    />
  );
}

/** Pages of the things that events are about. */
const pages: Readonly<Record<string, string>> = {
  ManagedNodePool: "/pools/",
  ManagedMachine: "/nodes/",
  Node: "/nodes/",
  NodeOperation: "/operations/",
};

function useColumns(): readonly Column<EventView>[] {
  const { t } = useTranslation("translation", { keyPrefix: "events.columns" });
  return useMemo(
    () => [
      { id: "age", header: t("age"), width: 90, cell: ({ time }) => <Age time={time} /> },
      { id: "time", header: t("time"), width: 170, isExtra: true, cell: ({ time }) => <When time={time} /> },
      {
        id: "word",
        header: t("word"),
        width: 190,
        isName: true,
        cell: ({ word, type }) => (
          <StatusIndicator type={type === "Warning" ? "warning" : "info"}>{word}</StatusIndicator>
        ),
      },
      {
        id: "object",
        header: t("object"),
        width: 220,
        cell: ({ object: { kind, name } }) => {
          const page = pages[kind];
          return page === undefined ? name : <AppLink href={`${page}${name}`}>{name}</AppLink>;
        },
      },
      { id: "note", header: t("note"), width: 520, cell: ({ note }) => note },
      { id: "count", header: t("count"), width: 80, isExtra: true, cell: ({ count }) => count },
    ],
    [t],
  );
}
