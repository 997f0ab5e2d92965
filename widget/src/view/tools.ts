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
  /** What few visitors need, for a control; null if nothing is to be done for it, as `Assistant.moreIfAsked` says. */
  more(control: string): Promise<More | null>;
  /** Something has opened that should be seen whole. */
  opened(element: HTMLElement): void;
}

export class AnswerTools {
  private readonly panel: HTMLElement;
  private readonly toggle: HTMLButtonElement;
  private first: HTMLElement | null = null;
  private more: AnswerMore | null = null;
  private shown: Shown | null = null;
  /** The panel is open, or opens once its contents are here. */
  private opens = false;

  /** Without a `sequence`, what is shown is no answer of the front's, and nothing is offered below it. */
  constructor(
    private readonly kind: string,
    private readonly id: string,
    private readonly actions: ToolActions,
    private readonly sequence: number | null,
    private readonly translate: (language: Language) => void,
  ) {
    this.panel = h("div", { class: "more", id: `${id}-tools`, hidden: "" });
    const attributes = { class: "tool", "aria-expanded": "false", "aria-controls": this.panel.id };
    this.toggle = button(attributes, () => void this.press());
  }

  /** The buttons below an answer as it is shown now. */
  show(shown: Shown): HTMLElement[] {
    if (this.sequence === null || !KEPT.has(this.kind)) return [];
    this.shown = shown;
    if (this.opens) void this.fill();
    const [likeliest] = shown.others;
    this.first = likeliest ? languageButton(likeliest, shown.texts, () => this.translate(likeliest)) : null;
    this.toggle.replaceChildren(icon("more"), shown.texts.more);
    return [h("div", { class: "row tools-row" }, this.first, this.toggle), this.panel];
  }

  /** Moves the focus to the button that shows the answer in another language. */
  focusLanguage(): void {
    this.first?.focus({ preventScroll: true });
  }

  private async press(): Promise<void> {
    const { panel, actions, id, kind, sequence } = this;
    const more = await actions.more(id);
    if (!more) return;
    this.more ??= more.ofAnswer(id, kind === NOT_JUDGED ? null : sequence, this.translate);
    this.opens = !!panel.hidden;
    if (this.opens) await this.fill();
    else this.expanded = false;
  }

  /** Opens the panel with what belongs to the answer as it is shown now; what comes too late for that is left out. */
  private async fill(): Promise<void> {
    const { more, shown, panel } = this;
    if (!more || !shown) return;
    const contents = await more.contents(shown);
    if (shown !== this.shown || !this.opens) return;
    panel.replaceChildren(...contents);
    if (!panel.hidden) return;
    this.expanded = true;
    this.actions.opened(panel);
  }

  private set expanded(now: boolean) {
    this.panel.hidden = !now;
    this.toggle.setAttribute("aria-expanded", String(now));
  }
}

/** A button that shows an answer in another language, which it names by its own name. */
function languageButton(language: Language, texts: Texts, act: () => void): HTMLButtonElement {
  const name = h("span", { lang: language, dir: directionOf(language) }, nameOfLanguage(language));
  return button({ class: "tool" }, act, icon("globe"), h("span", { class: "unseen" }, `${texts.otherLanguage}: `), name);
}
