/** Keeps the element's own texts in the current language whenever it changes. */

import type { Language } from "./languages.js";
import { TEXTS, type Texts } from "./texts.js";

type Say = (texts: Texts, language: Language) => void;

export class Wording {
  private readonly sayings: Say[] = [];

  constructor(private current: Language) {}

  get language(): Language {
    return this.current;
  }

  get texts(): Texts {
    return TEXTS[this.current];
  }

  /** Calls back now, and again whenever the language changes. */
  say(saying: Say): void {
    this.sayings.push(saying);
    saying(this.texts, this.current);
  }

  change(language: Language): void {
    if (language === this.current) return;
    this.current = language;
    this.sayings.forEach((saying) => saying(this.texts, language));
  }
}

/** A text node that follows the language. */
export function worded(words: Wording, choose: (texts: Texts) => string): Text {
  const node = document.createTextNode("");
  words.say((texts) => (node.data = choose(texts)));
  return node;
}
