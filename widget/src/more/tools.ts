/** What can be done with an answer: another language at one press, and everything else behind one button. */

import { button, h } from "../dom.js";
import { directionOf, nameOfLanguage, type Language } from "../languages.js";
import type { Content } from "../protocol.js";
import type { Texts } from "../texts.js";
import type { AnswerMore } from "./answer.js";
import { picture } from "./shapes.js";

/** The kinds of answer worth keeping; not small talk, nor what is said about the chat itself. */
const KEPT = new Set(["fact", "referral", "crisis", "fallback", "clarify"]);

/** An answer as it is shown now. */
export interface Shown {
  content: Content;
  language: Language;
  texts: Texts;
  /** In which other languages it can be shown. */
  others: Language[];
  /** The questions for which there was no room below it. */
  rest: string[];
}

export class AnswerTools {
  private readonly panel: HTMLElement;
  private readonly toggle: HTMLButtonElement;
  private first: HTMLElement | null = null;
  private shown: Shown | null = null;
  /** The panel is open, or opens once its contents are here. */
  private opens = false;

  constructor(
    id: string,
    private readonly more: AnswerMore,
    private readonly translate: (language: Language) => void,
    /** The panel has opened, and should be seen whole. */
    private readonly opened: (panel: HTMLElement) => void,
  ) {
    this.panel = h("div", { class: "more", id: `${id}-tools`, hidden: "" });
    const attributes = { class: "tool", "aria-expanded": "false", "aria-controls": this.panel.id };
    this.toggle = button(attributes, () => this.press());
  }

  /** The buttons below an answer as it is shown now. */
  show(shown: Shown): HTMLElement[] {
    if (!KEPT.has(shown.content.kind)) return [];
    this.shown = shown;
    if (this.opens) void this.#fill();
    const [likeliest] = shown.others;
    this.first = likeliest ? languageButton(likeliest, shown.texts, () => this.translate(likeliest)) : null;
    this.toggle.replaceChildren(picture("more"), shown.texts.more);
    return [h("div", { class: "row tools-row" }, this.first, this.toggle), this.panel];
  }

  /** Moves the focus to the button that shows the answer in another language. */
  focusLanguage(): void {
    this.first?.focus({ preventScroll: true });
  }

  focus(): void {
    this.toggle.focus({ preventScroll: true });
  }

  /** Opens the panel, or closes it. */
  press(): void {
    this.opens = !!this.panel.hidden;
    if (this.opens) void this.#fill();
    else this.#expanded = false;
  }

  /** Opens the panel with what belongs to the answer as it is shown now; what comes too late for that is left out. */
  async #fill(): Promise<void> {
    const { more, shown, panel } = this;
    if (!shown) return;
    const contents = await more.contents(shown);
    if (shown !== this.shown || !this.opens) return;
    panel.replaceChildren(...contents);
    if (!panel.hidden) return;
    this.#expanded = true;
    this.opened(panel);
  }

  set #expanded(now: boolean) {
    this.panel.hidden = !now;
    this.toggle.setAttribute("aria-expanded", String(now));
  }
}

/** A button that shows an answer in another language, which it names by its own name. */
function languageButton(language: Language, texts: Texts, act: () => void): HTMLButtonElement {
  const name = h("span", { lang: language, dir: directionOf(language) }, nameOfLanguage(language));
  return button({ class: "tool" }, act, picture("globe"), h("span", { class: "unseen" }, `${texts.otherLanguage}: `), name);
}
