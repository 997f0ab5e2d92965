/** The bottom of the panel: warnings, confirmations, the text field, the way to a person. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { worded, type Wording } from "../wording.js";
import { isSafe } from "../rich_text.js";
import type { Composer } from "./composer.js";

export class Footer {
  readonly element: HTMLElement;
  /** Warnings and the field, which stay in sight where the panel scrolls as one. */
  readonly bar: HTMLElement;
  /** The way to a person. */
  readonly person: HTMLElement;
  readonly #alert = h("p", { class: "alert", role: "alert" });
  /** Confirmations. */
  readonly status = h("p", { class: "status", role: "status" });
  readonly #contact = h("a", { target: "_blank", rel: "noopener noreferrer", part: "contact" });
  readonly #asking: HTMLButtonElement;

  constructor(
    private readonly words: Wording,
    composer: Composer,
    contactUrl: string,
    askForPerson: () => void,
  ) {
    const hint = h("span", { class: "unseen" });
    const named = (): Node[] => [icon("person"), worded(words, "person")];
    this.#contact.append(...named(), hint);
    words.say((texts) => (hint.textContent = ` (${texts.newWindow})`));
    this.#asking = button({ class: "person", part: "contact", hidden: "" }, askForPerson, ...named());
    this.person = h("div", { class: "contact" }, this.#asking, this.#contact);
    this.bar = h("div", { class: "bar" }, this.#alert, this.status, composer.element);
    this.element = h("div", { class: "footer", part: "footer" }, this.bar, this.person);
    this.leadTo(contactUrl);
  }

  /** Sets the link to a person. */
  leadTo(url: string): void {
    if (isSafe(url)) this.#contact.setAttribute("href", url);
  }

  /** Whether the chat can say who is there to talk to; otherwise a link leads to people. */
  set chatAnswers(now: boolean) {
    const [shown, other] = now ? [this.#asking, this.#contact] : [this.#contact, this.#asking];
    const hadFocus = other.matches(":focus");
    shown.hidden = false;
    other.hidden = true;
    if (hadFocus) shown.focus();
  }

  /** Follows the link to people. */
  followContact(): void {
    this.#contact.click();
  }

  /** Shows a warning; null removes it. */
  warn(text: string | null): void {
    if (this.#alert.textContent === (text ?? "")) return;
    this.#alert.textContent = text;
    this.#alert.lang = this.words.language;
    if (text) this.status.textContent = "";
  }

  /** Removes warnings and confirmations. */
  hush(): void {
    this.warn(null);
    this.status.textContent = "";
  }
}
