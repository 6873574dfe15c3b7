/** Days of a calendar, without hours and zones: which stand on the page of a month, and on which a moment falls in a zone. */

export interface Month {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

/** Such as "2026-11". */
export function monthText({ year, month }: Month): string {
  return `${year}-${String(month).padStart(2, "0")}`;
}

export function readMonth(text: string | undefined, fallback: Month): Month {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text ?? "") ?? [];
  return year === undefined || month === undefined ? fallback : { year: Number(year), month: Number(month) };
}

export function addMonths({ year, month }: Month, count: number): Month {
  const whole = year * 12 + month - 1 + count;
  return { year: Math.floor(whole / 12), month: (whole % 12) + 1 };
}

/** Whole weeks from Monday to Sunday that hold the month, each day such as "2026-11-24". */
export function weeksOf({ year, month }: Month): readonly (readonly string[])[] {
  const first = new Date(Date.UTC(year, month - 1, 1));
  const monday = first.getTime() - ((first.getUTCDay() + 6) % 7) * dayMs;
  const last = Date.UTC(year, month, 0);
  const weeks = Math.ceil((last - monday + dayMs) / (7 * dayMs));
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_, day) =>
      new Date(monday + (week * 7 + day) * dayMs).toISOString().slice(0, 10),
    ),
  );
}

const dayMs = 86_400_000;

/** The day on which an instant falls in a zone. */
export function dayIn(instant: number, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(instant);
}

export function monthIn(instant: number, timeZone: string | undefined): Month {
  const [year = "", month = ""] = dayIn(instant, timeZone).split("-");
  return { year: Number(year), month: Number(month) };
}
