/** What can be done with an answer: another language at one press, and everything else behind one button. */

import { button, h } from "../dom.js";
import { drawn, icon } from "../icons.js";
import { directionOf, nameOfLanguage, type Language } from "../languages.js";
import type { More, Shown } from "../more/index.js";
import { OnDemand } from "../on_demand.js";
import { entriesOf } from "../protocol.js";
import { asSpoken } from "../rich_text.js";
import type { Texts } from "../texts.js";
import { suggestionsOf } from "./suggestions.js";

/** The kinds of answer worth keeping; not small talk, nor what is said about the chat itself. */
const KEPT = new Set(["fact", "referral", "crisis", "fallback", "clarify"]);
// Nobody is asked in a crisis whether that helped.
const NOT_JUDGED = "crisis";

export interface ToolActions {
  ask(question: string): void;
  feedback(sequence: number, helpful: boolean, reason: string | null): Promise<boolean>;
  /** Says something that a screen reader would otherwise not hear. */
  announce(text: string, language: Language): void;
  /** The languages to choose from, the likeliest first. */
  languages(): Language[];
  /** The address of a page that shows these entries. */
  pageOf(entries: string[], language: Language): string;
  /** Makes the text of all answers larger or smaller. */
  enlarge(steps: number): void;
  /** Something has opened that should be seen whole. */
  opened(element: HTMLElement): void;
  /** An answer is being read aloud; `stop` ends that. */
  reads(stop: () => void): void;
  /** What was asked for could not be loaded. */
  failed(): void;
}

/** What few visitors need. */
const file = new OnDemand<{ More: typeof More }>(new URL("./more.js", import.meta.url).href);

export class AnswerTools {
  private readonly panel: HTMLElement;
  private first: HTMLElement | null = null;
  private more: More | null = null;
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
  show(shown: Omit<Shown, "page">): HTMLElement[] {
    if (this.sequence === null || !KEPT.has(this.kind)) return [];
    const entries = entriesOf(shown.content.parts);
    this.shown = { ...shown, page: entries.length ? this.actions.pageOf(entries, shown.language) : null };
    this.fill();
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
    const { panel, actions } = this;
    try {
      this.more ??= this.made((await file.load()).More);
    } catch {
      return actions.failed();
    }
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    this.fill();
    if (!panel.hidden) actions.opened(panel);
  }

  private made(Made: typeof More): More {
    const judged = this.kind === NOT_JUDGED ? null : this.sequence;
    return new Made(this.id, judged, this.actions, this.translate, { drawn, nameOfLanguage, asSpoken, suggestionsOf });
  }

  private fill(): void {
    if (this.more && this.shown && !this.panel.hidden) this.panel.replaceChildren(...this.more.contents(this.shown));
  }
}

/** A button that shows an answer in another language, which it names by its own name. */
function languageButton(language: Language, texts: Texts, act: () => void): HTMLButtonElement {
  const name = h("span", { lang: language, dir: directionOf(language) }, nameOfLanguage(language));
  return button({ class: "tool" }, act, icon("globe"), h("span", { class: "unseen" }, `${texts.otherLanguage}: `), name);
}
