/** The texts of the form for the team, which no other file of the element has. */

import de from "../../texts/de.json";
import en from "../../texts/en.json";
import type { Language } from "../languages.js";
import { completed, type TextFiles } from "../library.js";

type FormKey = Extract<keyof typeof de, `form${string}`>;
export type FormTexts = Record<FormKey, string>;

/** The texts of the form in a language whose file is here; otherwise the English ones. */
export function formTexts(language: Language, files: TextFiles): FormTexts {
  return language === "de" ? de : completed<FormTexts>(files.contentOf(`${language}.more`), en);
}
