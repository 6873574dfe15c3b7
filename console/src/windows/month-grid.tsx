/** One month, day by day: openings with their hours, days that are excluded, and clocks that change. */
import Icon from "@cloudscape-design/components/icon";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { instantOf } from "../../../src/core/time.ts";
import type { WindowView } from "../../../src/api/types.ts";
import { weekday } from "../../../src/schema/window.ts";
import { useNow } from "../live/now.ts";
import { AppLink } from "../parts/app-link.tsx";
import { useMoment } from "../parts/time.tsx";
import { dayIn, type Month, monthText, weeksOf } from "./days.ts";
import { colours } from "../parts/colours.ts";

export interface MonthGridProps {
  readonly month: Month;
  readonly windows: readonly WindowView[];
  readonly isOwnZone: boolean;
}

type Opening = WindowView["openings"][number];

interface Entry {
  readonly window: WindowView;
  readonly opening: Opening;
}

export function MonthGrid({ month, windows, isOwnZone }: MonthGridProps): ReactNode {
  const { t } = useTranslation("translation");
  const dayNames = weekday.options.map((day) => t(`form.days.${day}`));
  const today = dayIn(useNow(), undefined);
  const entries = entriesByDay(windows, isOwnZone);
  const closed = exclusionsByDay(windows);
  return (
    <table className="month">
      <thead>
        <tr>
          {dayNames.map((dayName) => (
            <th key={dayName} scope="col" style={{ color: colours.quietText }}>
              {dayName}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week) => (
          <tr key={week[0]}>
            {week.map((day, column) => (
              <Day
                key={day}
                day={day}
                dayName={dayNames[column]}
                isOther={!day.startsWith(monthText(month))}
                isToday={day === today}
                entries={entries.get(day) ?? []}
                closed={closed.get(day) ?? []}
                isOwnZone={isOwnZone}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayProps {
  readonly day: string;
  readonly dayName: string | undefined;
  readonly isOther: boolean;
  readonly isToday: boolean;
  readonly entries: readonly Entry[];
  readonly closed: readonly string[];
  readonly isOwnZone: boolean;
}

function Day({ day, dayName, isOther, isToday, entries, closed, isOwnZone }: DayProps): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  return (
    <td
      style={{
        borderColor: isToday ? colours.focus : colours.divider,
        background: isOther ? colours.shade : undefined,
      }}
    >
      <time
        dateTime={day}
        data-weekday={dayName}
        style={{ color: colours.quietText, fontWeight: isToday ? "bold" : "normal" }}
      >
        {Number(day.slice(8))}
      </time>
      {entries.map((entry) => (
        <OpeningEntry
          key={`${entry.window.name} ${entry.opening.opens}`}
          entry={entry}
          isOwnZone={isOwnZone}
        />
      ))}
      {closed.map((text) => (
        <div key={text} className="month-entry" style={{ color: colours.quietText }}>
          <Icon name="status-stopped" size="small" variant="subtle" alt={t("closed")} /> {text}
        </div>
      ))}
    </td>
  );
}

function OpeningEntry({
  entry,
  isOwnZone,
}: {
  readonly entry: Entry;
  readonly isOwnZone: boolean;
}): ReactNode {
  const { t } = useTranslation("translation", { keyPrefix: "windows" });
  const { window, opening } = entry;
  const moment = useMoment(isOwnZone ? window.spec.timeZone : undefined);
  const hours = `${moment.time(instantOf(opening.opens))}–${moment.time(instantOf(opening.closes))}`;
  return (
    <div className="month-entry">
      <AppLink href={`/maintenance/${window.name}`} fontSize="body-s">
        {`${hours} ${window.name}`}
      </AppLink>
      {opening.clockChangedOn !== null && (
        <span title={t("clockChanged", { day: opening.clockChangedOn, offset: opening.offset })}>
          {" "}
          <Icon
            name="status-warning"
            size="small"
            variant="warning"
            alt={t("clockChanged", { day: opening.clockChangedOn, offset: opening.offset })}
          />
        </span>
      )}
    </div>
  );
}

function entriesByDay(
  windows: readonly WindowView[],
  isOwnZone: boolean,
): ReadonlyMap<string, readonly Entry[]> {
  const all = windows.flatMap((window) =>
    window.openings.map((opening): readonly [string, Entry] => [
      dayIn(instantOf(opening.opens), isOwnZone ? window.spec.timeZone : undefined),
      { window, opening },
    ]),
  );
  const sorted = all.toSorted(([, a], [, b]) => (a.opening.opens < b.opening.opens ? -1 : 1));
  const byDay = Map.groupBy(sorted, ([day]) => day);
  return new Map([...byDay].map(([day, list]) => [day, list.map(([, entry]) => entry)]));
}

/** No exclusion is longer than a page has days, or its first days are what matters. */
const longestShown = 400;

/** Days are local to the window's zone, so they are shown as they were written. */
function exclusionsByDay(windows: readonly WindowView[]): ReadonlyMap<string, readonly string[]> {
  const byDay = new Map<string, string[]>();
  for (const { name, spec } of windows) {
    for (const { from, to, reason } of spec.exclusions ?? []) {
      let day = from;
      for (let count = 0; day <= to && count < longestShown; count += 1) {
        byDay.set(day, [...(byDay.get(day) ?? []), reason === undefined ? name : `${name}: ${reason}`]);
        day = new Date(Date.parse(`${day}T12:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
      }
    }
  }
  return byDay;
}
