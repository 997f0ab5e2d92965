/** The element's own texts: German and English come with it, each other language is loaded when it is needed. */

import de from "../texts/de.json";
import en from "../texts/en.json";
import { DEFAULT, type Language } from "./languages.js";

export type Texts = Record<keyof typeof de, string>;

const known = new Map<Language, Texts>([["de", de], ["en", en]]);
const loading = new Map<Language, Promise<void>>();

/** Whether the texts of a language are here. */
export function isLoaded(language: Language): boolean {
  return known.has(language);
}

/** The texts of a language; the English ones until it is loaded. */
export function textsOf(language: Language): Texts {
  return known.get(language) ?? en;
}

/** The language of these texts. */
export function languageOfTexts(language: Language): Language {
  return known.has(language) ? language : DEFAULT;
}

/** Loads the texts of a language once; without a connection, the English ones stay, and the next call tries again. */
export function load(language: Language): Promise<void> {
  if (known.has(language)) return Promise.resolve();
  const begun = loading.get(language) ?? fetched(language).finally(() => loading.delete(language));
  loading.set(language, begun);
  return begun;
}

async function fetched(language: Language): Promise<void> {
  try {
    const response = await fetch(new URL(`./texts/${language}.json`, import.meta.url));
    if (response.ok) known.set(language, complete(await response.json()));
  } catch {
    // The English texts stay.
  }
}

/** The texts of a file, with the English ones for those that it lacks. */
export function complete(content: unknown): Texts {
  const found = typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {};
  const texts: Texts = { ...en };
  for (const key of Object.keys(en) as Array<keyof Texts>) {
    const text = found[key];
    if (typeof text === "string" && text) texts[key] = text;
  }
  return texts;
}

/** A text with its {names} filled in. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
