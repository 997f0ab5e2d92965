/**
 * The form by which visitors ask people: a question, an address for the answer if they like, and their consent. Few need it, so it is a
 * file of its own, loaded when it is first opened.
 */

import { button, h } from "../dom.js";
import { directionOf, type Language } from "../languages.js";
import { filled, type TextFiles } from "../library.js";
import type { Hours } from "../more/hours.js";
import type { TeamQuestion } from "../more/requests.js";
import type { LaterTexts } from "../more/texts.js";
import type { Texts } from "../texts.js";
import { hoursText } from "./hours.js";
import { formTexts, type FormTexts } from "./texts.js";

export { default as styles } from "./team.css";

// What the front takes.
const MAX_QUESTION_CHARACTERS = "1000";
const MAX_EMAIL_CHARACTERS = "254";
const EMAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}$/;

/** What a form is made of. */
export interface Given {
  texts: Texts & Pick<LaterTexts, "cancel">;
  language: Language;
  /** What was asked before, if anything. */
  question: string;
  hours: Hours[];
  /** How long a silent chat is kept. */
  days: number;
}

export interface TeamActions {
  /** Sends the question, then closes the form and thanks; returns why that failed, if it did. */
  send(question: TeamQuestion, thanks: string): Promise<string | null>;
  close(): void;
}

type Control = HTMLTextAreaElement | HTMLInputElement;

export class TeamForm {
  readonly element: HTMLElement;
  private readonly own: FormTexts;
  private readonly question: HTMLTextAreaElement;
  private readonly email: HTMLInputElement;
  private readonly consent: HTMLInputElement;
  private readonly failure = h("p", { class: "wrong", role: "alert" });
  private readonly progress = h("p", { class: "hint", role: "status" });
  private sending = false;

  constructor(
    private readonly given: Given,
    files: TextFiles,
    private readonly actions: TeamActions,
  ) {
    const { texts, language, question, hours, days } = given;
    this.own = formTexts(language, files);
    const { formEmail, formEmailHint, formConsent } = this.own;
    const asked = Array.from(question).slice(0, Number(MAX_QUESTION_CHARACTERS)).join("");
    this.question = h("textarea", { id: "team-question", rows: "3", maxlength: MAX_QUESTION_CHARACTERS, dir: "auto" }, asked);
    const typed = { type: "email", autocomplete: "email", inputmode: "email", dir: "ltr", maxlength: MAX_EMAIL_CHARACTERS };
    this.email = h("input", { id: "team-email", ...typed });
    this.consent = h("input", { id: "team-consent", type: "checkbox", required: "" });
    this.question.required = true;
    const hint = h("p", { id: "team-email-hint", class: "hint" }, formEmailHint);
    this.email.setAttribute("aria-describedby", hint.id);
    const agreed = filled(formConsent, { days, exit: texts.exit });
    const form = h(
      "form",
      { novalidate: "" },
      h("div", {}, labelOf(this.question, texts.field), this.question, errorOf(this.question)),
      h("div", {}, labelOf(this.email, formEmail), hint, this.email, errorOf(this.email)),
      h("div", {}, h("div", { class: "agree" }, this.consent, labelOf(this.consent, agreed)), errorOf(this.consent)),
      this.failure,
      this.progress,
      h(
        "div",
        { class: "row" },
        h("button", { type: "submit", class: "plain" }, texts.send),
        button({ class: "plain quiet" }, actions.close, texts.cancel),
      ),
    );
    form.addEventListener("submit", (event) => (event.preventDefault(), void this.#submit()));
    this.element = this.#box(form, hours);
  }

  /** Whether this form, with what has been written into it, can be shown again in place of a new one. */
  fits({ language, question }: Given): boolean {
    return language === this.given.language && question === this.given.question;
  }

  #box(form: HTMLElement, hours: Hours[]): HTMLElement {
    const { texts, language } = this.given;
    const { formIntro, formHours } = this.own;
    const attributes = {
      class: "team-form",
      role: "dialog",
      tabindex: "-1",
      lang: language,
      dir: directionOf(language),
      "aria-labelledby": "team-title",
      "aria-describedby": "team-intro",
    };
    const open = hours.length ? filled(formHours, { hours: hoursText(hours, language) }) : null;
    const intro = h("div", { id: "team-intro" }, h("p", {}, formIntro), open && h("p", {}, open));
    return h("div", attributes, h("h2", { id: "team-title" }, texts.team), intro, form);
  }

  async #submit(): Promise<void> {
    if (this.sending || !this.#checked()) return;
    this.sending = true;
    this.failure.textContent = "";
    this.progress.textContent = this.given.texts.sending;
    const question = { text: this.question.value.trim(), email: this.email.value.trim() || null };
    const why = await this.actions.send(question, this.own.formSent);
    this.sending = false;
    this.progress.textContent = "";
    this.failure.textContent = why;
  }

  /** Says beside each field what is wrong with it, and goes to the first. */
  #checked(): boolean {
    const { formNoQuestion, formWrongEmail, formNoConsent } = this.own;
    const email = this.email.value.trim();
    const checks: Array<[Control, boolean, string]> = [
      [this.question, this.question.value.trim() !== "", formNoQuestion],
      [this.email, email === "" || EMAIL.test(email), formWrongEmail],
      [this.consent, this.consent.checked, formNoConsent],
    ];
    checks.forEach(([control, right, text]) => mark(control, right ? "" : text));
    const first = checks.find(([, right]) => !right)?.[0];
    first?.focus();
    return !first;
  }
}

function labelOf({ id }: Control, text: string): HTMLElement {
  return h("label", { for: id }, text);
}

function errorOf({ id }: Control): HTMLElement {
  return h("p", { id: `${id}-wrong`, class: "wrong" });
}

/** Shows an error beside a field, which screen readers read with it; an empty one takes it away. */
function mark(control: Control, error: string): void {
  const place = control.form?.querySelector(`#${control.id}-wrong`);
  if (!place) return;
  place.textContent = error;
  const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== place.id);
  const described = error ? [place.id, ...others] : others;
  control.setAttribute("aria-invalid", String(error !== ""));
  if (described.length) control.setAttribute("aria-describedby", described.join(" "));
  else control.removeAttribute("aria-describedby");
}
