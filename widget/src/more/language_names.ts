/** Languages by the names that another language has for them. */

import type { Language } from "../languages.js";

/** The names of languages given by their codes, in a language, as a list; a code without a name stays as it is. */
export function languageNames(codes: string[], language: Language): string {
  const names = new Intl.DisplayNames([language], { type: "language" });
  return codes.map((code) => nameIn(code, names)).join(", ");
}

function nameIn(code: string, names: Intl.DisplayNames): string {
  try {
    return names.of(code) ?? code;
  } catch {
    // Not the form of a code.
    return code;
  }
}
