/** The only list of the element's languages, each with its writing direction. */

export const DIRECTIONS = { de: "ltr", en: "ltr" } as const;
export type Language = keyof typeof DIRECTIONS;
export type Direction = "ltr" | "rtl";

export const LANGUAGES = Object.keys(DIRECTIONS) as Language[];
export const DEFAULT: Language = "de";

/** The supported language for a code such as `de`, `de-AT` or `EN_us`; null if there is none. */
export function spoken(code: string | null | undefined): Language | null {
  const short = (code ?? "").replace("_", "-").split("-")[0]?.toLowerCase();
  return LANGUAGES.find((language) => language === short) ?? null;
}

/** The writing direction of a language. */
export function directionOf(language: Language): Direction {
  return DIRECTIONS[language];
}

/** The language of a place in the page: the nearest `lang`, across shadow roots. */
export function languageAt(place: Element): Language {
  for (let node: Element | null = place; node; node = parentOf(node)) {
    const code = node.getAttribute("lang");
    if (code) return spoken(code) ?? DEFAULT;
  }
  return DEFAULT;
}

/** The names of languages given by their codes, in a language, as a list; a code without a name stays as it is. */
export function languageNames(codes: string[], language: Language): string {
  const names = new Intl.DisplayNames([language], { type: "language" });
  return codes.map((code) => nameOf(code, names)).join(", ");
}

function nameOf(code: string, names: Intl.DisplayNames): string {
  try {
    return names.of(code) ?? code;
  } catch {
    // Not the form of a code.
    return code;
  }
}

function parentOf(node: Element): Element | null {
  if (node.parentElement) return node.parentElement;
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
