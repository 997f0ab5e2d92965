/** What can be done with an answer: another language at one press, and everything else behind one button. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { directionOf, nameOfLanguage, type Language } from "../languages.js";
import type { AnswerMore } from "../more/answer.js";
import type { More } from "../more/index.js";
import type { Content } from "../protocol.js";
import type { Texts } from "../texts.js";

/** The kinds of answer worth keeping; not small talk, nor what is said about the chat itself. */
const KEPT = new Set(["fact", "referral", "crisis", "fallback", "clarify"]);
// Nobody is asked in a crisis whether that helped.
const NOT_JUDGED = "crisis";

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

export interface ToolActions {
  ask(question: string): void;
  /** The languages to choose from, the likeliest first. */
  languages(): Language[];
  /** What few visitors need; null if it could not be loaded, which the visitor is told. */
  more(): Promise<More | null>;
  /** Something has opened that should be seen whole. */
  opened(element: HTMLElement): void;
}

export class AnswerTools {
  private readonly panel: HTMLElement;
  private first: HTMLElement | null = null;
  private more: AnswerMore | null = null;
  private shown: Shown | null = null;

  /** Without a `sequence`, what is shown is no answer of the front's, and nothing is offered below it. */
  constructor(
    private readonly kind: string,
    private readonly id: string,
    private readonly actions: ToolActions,
    private readonly sequence: number | null,
    private readonly translate: (language: Language) => void,
  ) {
    this.panel = h("div", { class: "more", id: `${id}-tools`, hidden: "" });
  }

  /** The buttons below an answer as it is shown now. */
  show(shown: Shown): HTMLElement[] {
    if (this.sequence === null || !KEPT.has(this.kind)) return [];
    this.shown = shown;
    if (!this.panel.hidden) void this.fill();
    const [likeliest] = shown.others;
    this.first = likeliest ? languageButton(likeliest, shown.texts, () => this.translate(likeliest)) : null;
    return [h("div", { class: "row tools-row" }, this.first, this.toggle(shown.texts)), this.panel];
  }

  /** Moves the focus to the button that shows the answer in another language. */
  focusLanguage(): void {
    this.first?.focus({ preventScroll: true });
  }

  private toggle(texts: Texts): HTMLElement {
    const { panel } = this;
    const attributes = { class: "tool", "aria-expanded": String(!panel.hidden), "aria-controls": panel.id };
    const toggle = button(attributes, () => void this.press(toggle), icon("more"), texts.more);
    return toggle;
  }

  private async press(toggle: HTMLElement): Promise<void> {
    const { panel, actions, id, kind, sequence } = this;
    const more = await actions.more();
    if (!more) return;
    this.more ??= more.ofAnswer(id, kind === NOT_JUDGED ? null : sequence, this.translate);
    const opens = panel.hidden;
    if (opens) await this.fill();
    panel.hidden = !opens;
    toggle.setAttribute("aria-expanded", String(opens));
    if (opens) actions.opened(panel);
  }

  private async fill(): Promise<void> {
    const { more, shown } = this;
    if (more && shown) this.panel.replaceChildren(...(await more.contents(shown)));
  }
}

/** A button that shows an answer in another language, which it names by its own name. */
function languageButton(language: Language, texts: Texts, act: () => void): HTMLButtonElement {
  const name = h("span", { lang: language, dir: directionOf(language) }, nameOfLanguage(language));
  return button({ class: "tool" }, act, icon("globe"), h("span", { class: "unseen" }, `${texts.otherLanguage}: `), name);
}
