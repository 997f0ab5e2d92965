/** When the people who can be asked are at work. */

import { list, record, text, type Json } from "../protocol.js";

/** From which day of the week (Monday is 1) to which, and the times of these days. */
export interface Hours {
  days: [number, number];
  opens: string;
  closes: string;
}

/** The hours that the front tells of the team, if it does. */
export function hoursOf(team: Json | null): Hours[] {
  return list(team?.hours).map((some) => readHours(record(some)));
}

function readHours({ days, opens, closes }: Json): Hours {
  const [first, last] = list(days).map(Number);
  return { days: [first ?? 1, last ?? 7], opens: text(opens), closes: text(closes) };
}
