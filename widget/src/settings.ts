/** What the page's author configures, by the attributes of the element. */

import type { Language } from "./languages.js";

export interface Settings {
  server: string;
  pageLanguage: () => Language;
  contactUrl: string;
  exitUrl: () => string | null;
  opened: (now: boolean) => void;
  /** Texts of the page's author instead of ours, in a language. */
  ownTexts: (language: Language) => Record<string, string>;
  /** The entries whose questions are the starters; ours if empty. */
  starters: string[];
  /** Whether the panel stands in the flow of the page, always open. */
  inline: boolean;
}
