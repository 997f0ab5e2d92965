/** When people are at work, as the language of the chat writes it. */

import { localeOf, type Language } from "../languages.js";
import type { Hours } from "../more/hours.js";

// A Monday is the first day of this month, so the day of the week is that of the month.
const [YEAR, MONTH] = [2024, 0];
// Keeps a range in its order within a text that runs the other way.
const [ISOLATE, END] = ["\u2068", "\u2069"];

/** Such as "Mo–Fr 09:00–16:00; Sa 10:00–12:00". */
export function hoursText(hours: Hours[], language: Language): string {
  const written = (options: Intl.DateTimeFormatOptions): ((date: number) => string) => {
    const format = new Intl.DateTimeFormat(localeOf(language), { ...options, timeZone: "UTC" });
    return (date) => format.format(date);
  };
  const day = written({ weekday: "short" });
  const time = written({ hour: "2-digit", minute: "2-digit" });
  return hours
    .map(({ days: [first, last], opens, closes }) => {
      const days = [first, last].map((number) => day(Date.UTC(YEAR, MONTH, number)));
      const times = [opens, closes].map((clock) => time(Date.parse(`${YEAR}-01-01T00:00Z`) + minutesOf(clock) * 60_000));
      return `${range([...new Set(days)])} ${range(times)}`;
    })
    .join("; ");
}

function range(ends: string[]): string {
  return ISOLATE + ends.join("–") + END;
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}
