/** The element's languages, each with its own name and its writing direction, as `make data` lists them. */

import listed from "../texts/languages.json";

export type Language = string;
export type Direction = "ltr" | "rtl";

interface Spoken {
  code: Language;
  name: string;
  /** Where it is not the one that browsers take for the code. */
  locale?: string;
  /** Where it is not from left to right. */
  direction?: Direction;
}

const SPOKEN = new Map((listed as Spoken[]).map((language) => [language.code, language]));
export const LANGUAGES: Language[] = [...SPOKEN.keys()];
export const DEFAULT: Language = "en";

/** The own name of a language. */
export function nameOfLanguage(language: Language): string {
  return SPOKEN.get(language)?.name ?? language;
}

/** How dates and times are written in a language, such as `en-GB`. */
export function localeOf(language: Language): string {
  return SPOKEN.get(language)?.locale ?? language;
}

/** The supported language for a code such as `de`, `de-AT` or `EN_us`; null if there is none. */
export function spoken(code: string | null | undefined): Language | null {
  const short = (code ?? "").replace("_", "-").split("-")[0]?.toLowerCase() ?? "";
  // Dari is written as Farsi is.
  const found = short === "prs" ? "fa" : short;
  return SPOKEN.has(found) ? found : null;
}

/** The writing direction of a language. */
export function directionOf(language: Language): Direction {
  return SPOKEN.get(language)?.direction ?? "ltr";
}

/** The language of a place in the page: the nearest `lang`, across shadow roots; else one that the browser prefers. */
export function languageAt(place: Element): Language {
  for (let node: Element | null = place; node; node = parentOf(node)) {
    const code = node.getAttribute("lang");
    if (code !== null) return spoken(code) ?? preferred();
  }
  return preferred();
}

/** The first of the visitor's own languages that is spoken here. */
function preferred(): Language {
  return navigator.languages.flatMap((code) => spoken(code) ?? [])[0] ?? DEFAULT;
}

function parentOf(node: Element): Element | null {
  if (node.parentElement) return node.parentElement;
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
