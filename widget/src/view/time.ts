/** The time of a message, in the language of the chat. */

import { h } from "../dom.js";
import { localeOf, type Language } from "../languages.js";

/** When something was said: the time of day, and the date unless it was today; nothing if that is not known. */
export function timeOf({ at }: { at: string | null }, language: Language): HTMLElement | null {
  const when = new Date(at ?? NaN);
  if (Number.isNaN(when.getTime())) return null;
  const today = when.toDateString() === new Date().toDateString();
  const date: Intl.DateTimeFormatOptions = today ? {} : { day: "numeric", month: "numeric" };
  const said = new Intl.DateTimeFormat(localeOf(language), { ...date, hour: "2-digit", minute: "2-digit" }).format(when);
  return h("time", { class: "time", datetime: when.toISOString() }, said);
}
