/** All texts of the chat, but for those of the form for the team, which come with the form (team/texts.ts). */

import de from "../texts/de.json";
import en from "../texts/en.json";
import type { Language } from "./languages.js";
import { completed, Library } from "./library.js";

export { filled } from "./library.js";

export type Texts = Record<Exclude<keyof typeof de, `form${string}`>, string>;

export const library = /* @__PURE__ */ new Library<Texts>(de, en);

/** Whether the texts of a language are here. */
export function isLoaded(language: Language): boolean {
  return library.has(language);
}

/** The texts of a language; the English ones until it is loaded. */
export function textsOf(language: Language): Texts {
  return library.of(language);
}

/** The language of these texts. */
export function languageOfTexts(language: Language): Language {
  return library.languageOf(language);
}

/** Loads the texts of a language once; without a connection, the English ones stay, and the next call tries again. */
export function load(language: Language): Promise<void> {
  return library.load(language);
}

/** The texts of a file, with the English ones for those that it lacks. */
export function complete(content: unknown): Texts {
  return completed<Texts>(content, en);
}
