/** The texts of the chat, but for those that come with what few visitors need (later.ts, team/texts.ts). */

import own from "../texts/en.json";
import type { Language } from "./languages.js";
import type { LaterKey } from "./later.js";
import { Library } from "./library.js";

export { filled } from "./library.js";

export type Texts = Record<Exclude<keyof typeof own, LaterKey | `form${string}`>, string>;

/** The language of the texts that are here; for German pages, build.mjs puts German in the place of English. */
declare const OWN_LANGUAGE: Language;

let made: Library<Texts> | undefined;

/** The texts by language; made when first asked for, since the chat is handed what it is made of. */
export const library = (): Library<Texts> => (made ??= new Library<Texts>({ [OWN_LANGUAGE]: own }));

/** Whether the texts of a language are here. */
export function isLoaded(language: Language): boolean {
  return library().has(language);
}

/** The texts of a language; those that are here until it is loaded. */
export function textsOf(language: Language): Texts {
  return library().of(language);
}

/** The language of these texts. */
export function languageOfTexts(language: Language): Language {
  return library().languageOf(language);
}

/** Loads the texts of a language once; without a connection, those that are here stay, and the next call tries again. */
export function load(language: Language): Promise<void> {
  return library().load(language);
}
