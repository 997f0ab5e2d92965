/** The texts of this file, which no other file of the element has. */

import de from "../../texts/de.json";
import en from "../../texts/en.json";
import type { LaterKey } from "../later.js";
import type { Language } from "../languages.js";
import { Library, type TextFiles } from "../library.js";

export type LaterTexts = Record<LaterKey, string>;

// Nobody waits longer for a file of texts, which a line may hold up; until it comes, the texts are English.
const PATIENCE_MS = 3_000;

/** Loads the texts of a language, as far as that does not take long. */
export function loadInTime(library: Library<LaterTexts>, language: Language): Promise<void> {
  return Promise.race([library.load(language), new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

/** The texts by language; each but German and English is a file beside that of the chat's texts. */
export function laterLibrary(files: TextFiles): Library<LaterTexts> {
  const named = (language: Language): string => `${language}.more`;
  const later = {
    contentOf: (language: Language) => files.contentOf(named(language)),
    load: (language: Language) => files.load(named(language)),
  };
  return new Library<LaterTexts>({ de, en }, later);
}
