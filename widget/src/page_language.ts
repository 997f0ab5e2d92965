/** The language of the page as its author wrote it; what a translator makes of the page does not change it. */

import { languageAt, type Language } from "./languages.js";

// A translator sets the page's language and leaves its other marks within this time.
const MARKS_MS = 500;

export class PageLanguage {
  #current: Language;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #fonts = fonts();
  readonly #observers: MutationObserver[];

  constructor(
    private readonly place: Element,
    private readonly changed: () => void,
  ) {
    this.#current = languageAt(place);
    const page = document.documentElement;
    this.#observers = [
      this.#observer(page, { attributeFilter: ["lang"], subtree: true }),
      this.#observer(page, { attributeFilter: ["class"] }),
    ];
  }

  get language(): Language {
    return this.#current;
  }

  /** Looks again, for instance because the element was moved. */
  look(): void {
    clearTimeout(this.#timer);
    if (this.#isTranslated) return;
    const language = languageAt(this.place);
    if (language === this.#current) return;
    this.#current = language;
    this.changed();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#observers.forEach((observer) => observer.disconnect());
  }

  #observer(page: Element, what: MutationObserverInit): MutationObserver {
    const observer = new MutationObserver(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.look(), MARKS_MS);
    });
    observer.observe(page, what);
    return observer;
  }

  /** Whether a translator is at work: Google's marks the page and wraps its words in fonts, Microsoft's marks each. */
  get #isTranslated(): boolean {
    const { classList } = document.documentElement;
    const marked = classList.contains("translated-ltr") || classList.contains("translated-rtl");
    return marked || fonts() > this.#fonts || document.querySelector("[_msttexthash]") !== null;
  }
}

function fonts(): number {
  return document.getElementsByTagName("font").length;
}
