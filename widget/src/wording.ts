/** Keeps the element's own texts in the current language whenever it changes. */

import { h } from "./dom.js";
import type { Language } from "./languages.js";
import type { Library } from "./library.js";
import type { Texts as AllTexts } from "./texts.js";

type Say<Texts> = (texts: Texts, language: Language) => void;

export class Wording<Texts extends object = AllTexts> {
  #sayings: Say<Texts>[] = [];

  /** `own` are texts that the page's author gives instead, in some language. */
  constructor(
    private readonly library: Library<Texts>,
    private current: Language,
    private readonly own: (language: Language) => Record<string, string> = () => ({}),
  ) {
    if (!library.has(current)) void library.load(current).then(() => this.sayAll());
  }

  get language(): Language {
    return this.current;
  }

  get texts(): Texts {
    return { ...this.library.of(this.current), ...this.own(this.current) };
  }

  /** Calls back now, and again whenever the language changes or its texts have been loaded. */
  say(saying: Say<Texts>): void {
    this.#sayings.push(saying);
    saying(this.texts, this.library.languageOf(this.current));
  }

  change(language: Language): void {
    if (language === this.current) return;
    this.current = language;
    if (this.library.has(language)) this.sayAll();
    else void this.library.load(language).then(() => language === this.current && this.sayAll());
  }

  /** Says nothing more: another wording does. */
  end(): void {
    this.#sayings = [];
  }

  /** Says everything once more, since texts have come that were missing. */
  sayAll(): void {
    this.#sayings.forEach((saying) => saying(this.texts, this.library.languageOf(this.current)));
  }
}

/** A text that follows the language, even where a translator has put nodes of its own in its place. */
export function worded<Texts extends object>(words: Wording<Texts>, key: keyof Texts): HTMLElement {
  const text = h("span");
  words.say((texts) => (text.textContent = String(texts[key])));
  return text;
}
