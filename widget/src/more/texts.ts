/** The texts of this file, which no other file of the element has. */

import de from "../../texts/de.json";
import en from "../../texts/en.json";
import type { LaterKey } from "../later.js";
import type { Language } from "../languages.js";
import { Library, type Files } from "../library.js";
import { PATIENCE_MS } from "../pause.js";

export type LaterTexts = Record<LaterKey, string>;

/**
 * The texts by language; each but German and English is a file beside that of the chat's texts.
 *
 * A slow connection may delay that; until it comes, the texts are English.
 */
export class LaterLibrary extends Library<LaterTexts> {
  private readonly waits = new Map<Language, Promise<void>>();

  /** `arrived` is called when the texts of a language that somebody has asked for have come. */
  constructor(
    files: Files,
    private readonly arrived: () => void,
  ) {
    const named = (language: Language): string => `${language}.more`;
    const later = {
      contentOf: (language: Language) => files.contentOf(named(language)),
      load: (language: Language) => files.load(named(language)),
    };
    super({ de, en }, later);
  }

  /** Loads the texts of a language, as far as that does not take long; while it does, only the first to ask waits. */
  loadInTime(language: Language): Promise<void> {
    if (this.has(language)) return Promise.resolve();
    const wait = this.waits.get(language) ?? Promise.race([this.#come(language), patience()]);
    this.waits.set(language, wait);
    return wait;
  }

  async #come(language: Language): Promise<void> {
    await this.load(language);
    // Where that failed, whoever asks next waits anew.
    this.waits.delete(language);
    if (this.has(language)) this.arrived();
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
}
