/** What can be done with an answer beyond reading it. */

import { button, h } from "../dom.js";
import { nameOfLanguage, type Language } from "../languages.js";
import { entriesOf } from "../protocol.js";
import { asSpoken } from "../rich_text.js";
import type { Texts as ChatTexts } from "../texts.js";
import { suggestionsOf } from "../view/suggestions.js";
import { announce } from "./announce.js";
import { plainText } from "./copied.js";
import { FeedbackView } from "./feedback.js";
import type { Host } from "./host.js";
import type { More } from "./index.js";
import { sendFeedback } from "./requests.js";
import { picture } from "./shapes.js";
import { readAloud, voiceOf, whenVoicesChange } from "./speech.js";
import type { LaterTexts } from "./texts.js";
import type { Shown } from "./tools.js";

const LARGEST = 2;

type Texts = ChatTexts & LaterTexts;

/** An answer with all texts in its language, and the address of a page with it, if some entry of the knowledge says it. */
interface Whole extends Shown {
  texts: Texts;
  page: string | null;
}

export class AnswerMore {
  private feedback: FeedbackView | null = null;

  /** `sequence` is that of an answer that is judged, otherwise null. */
  constructor(
    private readonly host: Host,
    private readonly more: More,
    private readonly id: string,
    private readonly sequence: number | null,
    private readonly translate: (language: Language) => void,
  ) {}

  /** Everything that is offered for an answer. */
  async contents(answer: Shown): Promise<HTMLElement[]> {
    await this.more.texts.loadInTime(answer.language);
    const shown = this.#whole(answer);
    const { texts, others, rest } = shown;
    const sizes = [["A−", texts.smaller, -1], ["A+", texts.larger, 1]] as const;
    const resizers = sizes.map(([sign, meaning, steps]) =>
      button({ class: "tool", title: meaning }, () => this.#enlarge(steps), sign, h("span", { class: "unseen" }, ` ${meaning}`)),
    );
    const languages = others.length > 1 ? [this.#languageList(others, texts)] : [];
    return [
      ...suggestionsOf(rest, (question) => this.host.send(question, true)),
      h("div", { class: "row" }, ...languages, h("span", { class: "row sizes", dir: "ltr" }, ...resizers)),
      h("div", { class: "row" }, this.#reader(shown), this.#copier(shown), ...this.#linked(shown)),
      ...this.#rating(shown),
    ];
  }

  #whole(shown: Shown): Whole {
    const { content, language } = shown;
    const entries = entriesOf(content.parts).map(encodeURIComponent);
    const page = entries.length ? `${this.host.api.server}/chat?entry=${entries.join(",")}&language=${language}` : null;
    return { ...shown, texts: { ...shown.texts, ...this.more.texts.of(language) }, page };
  }

  /** Changes the size of the text of all answers by so many steps. */
  #enlarge(steps: number): void {
    const { store, scroll } = this.host;
    const size = Math.min(LARGEST, Math.max(0, store.key.size + steps));
    store.keepKey({ size });
    scroll.dataset.size = String(size);
  }

  #languageList(languages: Language[], texts: Texts): HTMLElement {
    const list = h("select", { class: "tool", "aria-label": texts.otherLanguage });
    list.append(h("option", { value: "" }, `${texts.chooseLanguage} …`));
    for (const language of languages) {
      list.append(h("option", { value: language, lang: language }, nameOfLanguage(language)));
    }
    list.addEventListener("change", () => list.value && this.translate(list.value));
    return list;
  }

  /** Reads the answer aloud with a voice of the device; hidden where it has none for the language. */
  #reader({ content, language, texts }: Whole): HTMLElement {
    const label = h("span", {}, texts.readAloud);
    let stop: (() => void) | null = null;
    const ended = (): void => ((label.textContent = texts.readAloud), void (stop = null));
    const read = button({ class: "tool" }, () => {
      if (stop) return stop();
      this.host.hush = stop = readAloud(content.parts.map(({ text }) => asSpoken(text)), language, ended);
      label.textContent = texts.stopReading;
    }, picture("speaker"), label);
    const check = (): void => void (read.hidden = !voiceOf(language));
    check();
    whenVoicesChange(check);
    return read;
  }

  #copier({ content, texts, language, page }: Whole): HTMLElement {
    const label = h("span", {}, texts.copy);
    const copied = (): void => {
      label.textContent = texts.copied;
      announce(this.host, texts.copied, language);
    };
    const text = plainText(content, texts, page);
    const copy = async (): Promise<void> => {
      try {
        await navigator.clipboard.writeText(text);
        copied();
      } catch {
        this.#offer(label.closest(".row"), text, texts.copy);
      }
    };
    return button({ class: "tool" }, () => void copy(), picture("copy"), label);
  }

  /** Where the browser lets no page copy, shows the text selected. */
  #offer(below: Element | null, text: string, label: string): void {
    if (below?.nextElementSibling?.matches("textarea")) below.nextElementSibling.remove();
    const field = h("textarea", { readonly: "", rows: "4", "aria-label": label }, text);
    below?.after(field);
    field.focus({ preventScroll: true });
    field.select();
    this.more.place.reveal(field);
  }

  #linked({ page, texts }: Whole): HTMLElement[] {
    if (!page) return [];
    const hint = h("span", { class: "unseen" }, ` (${texts.newWindow})`);
    const attributes = { class: "tool", href: page, target: "_blank", rel: "noopener" };
    return [h("a", attributes, picture("link"), texts.answerLink, hint)];
  }

  #rating({ texts, language }: Whole): HTMLElement[] {
    const { sequence } = this;
    if (sequence === null) return [];
    const send = (helpful: boolean, reason: string | null) => this.#judge(sequence, helpful, reason);
    this.feedback ??= new FeedbackView(texts, language, `${this.id}-feedback`, send, (form) => this.more.place.reveal(form));
    return [this.feedback.element];
  }

  async #judge(sequence: number, helpful: boolean, reason: string | null): Promise<boolean> {
    const { api, store, footer, words } = this.host;
    try {
      if (store.key.token) await sendFeedback(api, store.key.token, { sequence, helpful, reason });
      return true;
    } catch {
      footer.warn(words.texts.failed);
      return false;
    }
  }
}
