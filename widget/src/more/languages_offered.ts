/** The languages in which an answer can be shown. */

import { LANGUAGES, spoken, type Language } from "../languages.js";
import type { Host } from "./host.js";

export class LanguagesOffered {
  private liked: Language[] = [];

  constructor(private readonly host: Host) {}

  /** Notes that the visitor has chosen a language. */
  like(language: Language): void {
    this.liked = [language, ...this.liked];
  }

  /** Those that the front offers: first the visitor's choices, then those of the browser, then the others. */
  list(): Language[] {
    const { opening, words } = this.host;
    const offered = opening?.languages.flatMap((code) => spoken(code) ?? []) ?? LANGUAGES;
    const wished = [...this.liked, words.language, ...navigator.languages.map(spoken)];
    const likely = wished.filter((language): language is Language => language !== null && offered.includes(language));
    return [...new Set([...likely, ...offered])];
  }
}
