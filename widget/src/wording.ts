/** Keeps the element's own texts in the current language whenever it changes. */

import { h } from "./dom.js";
import type { Language } from "./languages.js";
import { isLoaded, languageOfTexts, load, textsOf, type Texts } from "./texts.js";

type Say = (texts: Texts, language: Language) => void;

export class Wording {
  private readonly sayings: Say[] = [];

  /** `own` are texts that the page's author gives instead, in some language. */
  constructor(
    private current: Language,
    private readonly own: (language: Language) => Record<string, string> = () => ({}),
  ) {
    if (!isLoaded(current)) void load(current).then(() => this.sayAll());
  }

  get language(): Language {
    return this.current;
  }

  get texts(): Texts {
    return { ...textsOf(this.current), ...this.own(this.current) };
  }

  /** Calls back now, and again whenever the language changes or its texts have been loaded. */
  say(saying: Say): void {
    this.sayings.push(saying);
    saying(this.texts, languageOfTexts(this.current));
  }

  change(language: Language): void {
    if (language === this.current) return;
    this.current = language;
    if (isLoaded(language)) this.sayAll();
    else void load(language).then(() => language === this.current && this.sayAll());
  }

  private sayAll(): void {
    this.sayings.forEach((saying) => saying(this.texts, languageOfTexts(this.current)));
  }
}

/** A text that follows the language, even where a translator has put nodes of its own in its place. */
export function worded(words: Wording, choose: (texts: Texts) => string): HTMLElement {
  const text = h("span");
  words.say((texts) => (text.textContent = choose(texts)));
  return text;
}
