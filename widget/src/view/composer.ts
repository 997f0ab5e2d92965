/** The text field: Enter sends, Shift+Enter starts a new line. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { isComposing } from "../keys.js";
import { worded, type Wording } from "../wording.js";

export class Composer {
  readonly element: HTMLFormElement;
  readonly field = h("textarea", { id: "field", part: "field", rows: "1", dir: "auto", enterkeyhint: "send" });

  #composing = false;

  constructor(
    words: Wording,
    private readonly send: (text: string) => void,
  ) {
    this.field.setAttribute("autocomplete", "off");
    this.field.setAttribute("aria-describedby", "field-hint");
    const label = h("label", { for: "field", class: "unseen" }, worded(words, "field"));
    words.say((texts) => (this.field.placeholder = texts.field));
    const hint = h("p", { id: "field-hint", class: "unseen" }, worded(words, "fieldHint"));
    const submit = h("button", { type: "submit", class: "send", part: "send" }, icon("send"));
    submit.append(h("span", {}, worded(words, "send")));
    const row = h("div", { class: "row" }, this.field, submit);
    this.element = h("form", { class: "composer", part: "composer" }, label, row, hint);
    this.element.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#grow());
    this.field.addEventListener("compositionstart", () => (this.#composing = true));
    this.field.addEventListener("compositionend", () => (this.#composing = false));
  }

  /** Puts a text back for editing, before what is already there. */
  put(text: string): void {
    this.draft = [text, this.draft].filter(Boolean).join("\n");
    this.field.focus();
  }

  /** What stands in the field. */
  get draft(): string {
    return this.field.value;
  }

  set draft(text: string) {
    this.field.value = text;
    this.#grow();
  }

  #key(event: KeyboardEvent): void {
    // While a word is being composed (Chinese, Japanese …), Enter is for the input method.
    if (event.key !== "Enter" || event.shiftKey || this.#composing || isComposing(event)) return;
    event.preventDefault();
    this.#submit();
  }

  #submit(): void {
    const text = this.field.value.trim();
    if (text) this.draft = "";
    this.field.focus();
    // Afterwards, since on a phone the focus then leaves the field.
    if (text) this.send(text);
  }

  /** Makes the field as high as its text, in browsers whose stylesheets cannot. */
  #grow(): void {
    if (CSS.supports("field-sizing", "content")) return;
    const { style, offsetHeight, clientHeight } = this.field;
    style.height = "auto";
    style.height = `${this.field.scrollHeight + offsetHeight - clientHeight}px`;
  }
}
