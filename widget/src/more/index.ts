/** What can be done with an answer beyond reading it. Few visitors need it, so it is a file of its own, loaded then. */

import { button, h } from "../dom.js";
import type { drawn } from "../icons.js";
import { type nameOfLanguage, type Language } from "../languages.js";
import type { Content } from "../protocol.js";
import type { asSpoken } from "../rich_text.js";
import type { suggestionsOf } from "../view/suggestions.js";
import type { ToolActions } from "../view/tools.js";
import { type Texts } from "../texts.js";
import { plainText } from "./copied.js";
import { FeedbackView } from "./feedback.js";
import { SHAPES } from "./shapes.js";
import { readAloud, voiceOf, whenVoicesChange } from "./speech.js";

/** An answer as it is shown now. */
export interface Shown {
  content: Content;
  language: Language;
  texts: Texts;
  /** In which other languages it can be shown. */
  others: Language[];
  /** The questions for which there was no room below it. */
  rest: string[];
  /** The address of a page with the answer; null if no entry of the knowledge says it. */
  page: string | null;
}

/** What this file shares with the rest of the element, so that it does not bring it a second time. */
export interface Shared {
  drawn: typeof drawn;
  nameOfLanguage: typeof nameOfLanguage;
  asSpoken: typeof asSpoken;
  suggestionsOf: typeof suggestionsOf;
}

export class More {
  private feedback: FeedbackView | null = null;

  /** `sequence` is that of an answer that is judged, otherwise null. */
  constructor(
    private readonly id: string,
    private readonly sequence: number | null,
    private readonly actions: ToolActions,
    private readonly translate: (language: Language) => void,
    private readonly shared: Shared,
  ) {}

  /** Everything that is offered for an answer. */
  contents(shown: Shown): HTMLElement[] {
    const { texts, others, rest } = shown;
    const sizes = [["A−", texts.smaller, -1], ["A+", texts.larger, 1]] as const;
    const resizers = sizes.map(([sign, meaning, steps]) =>
      button({ class: "tool", title: meaning }, () => this.actions.enlarge(steps), sign, h("span", { class: "unseen" }, ` ${meaning}`)),
    );
    const languages = others.length > 1 ? [this.languageList(others, texts)] : [];
    return [
      ...this.shared.suggestionsOf(rest, this.actions.ask),
      h("div", { class: "row" }, ...languages, h("span", { class: "row sizes", dir: "ltr" }, ...resizers)),
      h("div", { class: "row" }, this.reader(shown), this.copier(shown), ...this.linked(shown)),
      ...this.rating(shown),
    ];
  }

  private languageList(languages: Language[], texts: Texts): HTMLElement {
    const list = h("select", { class: "tool", "aria-label": texts.otherLanguage });
    list.append(h("option", { value: "" }, `${texts.chooseLanguage} …`));
    for (const language of languages) {
      list.append(h("option", { value: language, lang: language }, this.shared.nameOfLanguage(language)));
    }
    list.addEventListener("change", () => list.value && this.translate(list.value));
    return list;
  }

  /** Reads the answer aloud with a voice of the device; hidden where it has none for the language. */
  private reader({ content, language, texts }: Shown): HTMLElement {
    const label = h("span", {}, texts.readAloud);
    let stop: (() => void) | null = null;
    const ended = (): void => ((label.textContent = texts.readAloud), void (stop = null));
    const read = button({ class: "tool" }, () => {
      if (stop) return stop();
      this.actions.reads((stop = readAloud(content.parts.map(({ text }) => this.shared.asSpoken(text)), language, ended)));
      label.textContent = texts.stopReading;
    }, this.shared.drawn(SHAPES.speaker), label);
    const check = (): void => void (read.hidden = !voiceOf(language));
    check();
    whenVoicesChange(check);
    return read;
  }

  private copier({ content, texts, language, page }: Shown): HTMLElement {
    const label = h("span", {}, texts.copy);
    const copied = (): void => {
      label.textContent = texts.copied;
      this.actions.announce(texts.copied, language);
    };
    const text = plainText(content, texts, page);
    const copy = async (): Promise<void> => {
      try {
        await navigator.clipboard.writeText(text);
        copied();
      } catch {
        this.offer(label.closest(".row"), text, texts.copy);
      }
    };
    return button({ class: "tool" }, () => void copy(), this.shared.drawn(SHAPES.copy), label);
  }

  /** Where the browser lets no page copy, shows the text selected. */
  private offer(below: Element | null, text: string, label: string): void {
    if (below?.nextElementSibling?.matches("textarea")) below.nextElementSibling.remove();
    const field = h("textarea", { readonly: "", rows: "4", "aria-label": label }, text);
    below?.after(field);
    field.focus({ preventScroll: true });
    field.select();
    this.actions.opened(field);
  }

  private linked({ page, texts }: Shown): HTMLElement[] {
    if (!page) return [];
    const hint = h("span", { class: "unseen" }, ` (${texts.newWindow})`);
    const attributes = { class: "tool", href: page, target: "_blank", rel: "noopener" };
    return [h("a", attributes, this.shared.drawn(SHAPES.link), texts.answerLink, hint)];
  }

  private rating({ texts, language }: Shown): HTMLElement[] {
    const { sequence, actions, shared } = this;
    if (sequence === null) return [];
    const send = (helpful: boolean, reason: string | null) => actions.feedback(sequence, helpful, reason);
    this.feedback ??= new FeedbackView(texts, language, `${this.id}-feedback`, send, actions.opened, shared.drawn);
    return [this.feedback.element];
  }
}
