/** Thumbs up and down under an answer, with an optional reason. */

import { button, h } from "../dom.js";
import type { Language } from "../languages.js";
import { picture } from "./shapes.js";
import type { LaterTexts } from "./texts.js";

const MAX_REASON_CHARACTERS = 500;

export type SendFeedback = (helpful: boolean, reason: string | null) => Promise<boolean>;

export class FeedbackView {
  readonly element: HTMLElement;
  private readonly thanks = h("p", { class: "hint", role: "status" });
  private readonly choices: HTMLButtonElement[];
  private form: HTMLFormElement | null = null;
  private sent: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly texts: LaterTexts,
    language: Language,
    private readonly id: string,
    private readonly sender: SendFeedback,
    /** The form has opened, and should be seen whole. */
    private readonly opened: (form: HTMLElement) => void,
  ) {
    const yes = button({ class: "thumb", "aria-pressed": "false" }, () => void this.#judge(true), picture("up"), texts.yes);
    const no = button({ class: "thumb", "aria-pressed": "false" }, () => void this.#judge(false), picture("down"), texts.no);
    this.choices = [yes, no];
    const label = h("span", { id: `${id}-label`, class: "hint" }, texts.helpfulQuestion);
    const group = h("div", { class: "thumbs", role: "group", "aria-labelledby": `${id}-label` }, label, yes, no);
    const attributes = { class: "feedback", part: "feedback", lang: language };
    this.element = h("div", attributes, group, this.thanks);
  }

  async #judge(helpful: boolean): Promise<void> {
    this.thanks.textContent = "";
    const sent = this.#send(helpful, null);
    if (!helpful) this.#askWhy();
    else this.#closeForm();
    if (!(await sent)) return this.#press(null), this.#closeForm();
    this.#press(helpful);
    if (helpful) this.thanks.textContent = this.texts.thanks;
  }

  /** Sends one judgement after the other, so that a reason is never overtaken by the press before it. */
  #send(helpful: boolean, reason: string | null): Promise<boolean> {
    this.sent = this.sent.then(() => this.sender(helpful, reason));
    return this.sent;
  }

  #press(helpful: boolean | null): void {
    this.choices.forEach((choice, place) =>
      choice.setAttribute("aria-pressed", String(helpful !== null && helpful === (place === 0))),
    );
  }

  #askWhy(): void {
    if (this.form) return;
    const id = `${this.id}-reason`;
    const field = h("textarea", { id, rows: "2", maxlength: String(MAX_REASON_CHARACTERS) });
    const submit = h("button", { type: "submit", class: "plain" }, this.texts.reasonSend);
    const skip = button({ class: "plain quiet" }, () => void this.#finish(null), this.texts.reasonSkip);
    const row = h("div", { class: "row" }, submit, skip);
    this.form = h("form", { class: "reason" }, h("label", { for: id }, this.texts.reasonLabel), field, row);
    this.form.addEventListener("submit", (event) => (event.preventDefault(), void this.#finish(field.value.trim() || null)));
    this.element.insertBefore(this.form, this.thanks);
    field.focus({ preventScroll: true });
    this.opened(this.form);
  }

  async #finish(reason: string | null): Promise<void> {
    if (reason && !(await this.#send(false, reason))) return;
    this.#closeForm();
    this.thanks.textContent = this.texts.thanks;
    this.choices[1]?.focus();
  }

  #closeForm(): void {
    this.form?.remove();
    this.form = null;
  }
}
