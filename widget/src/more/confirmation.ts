/** Asks in the panel before anything irreversible. */

import { button, h } from "../dom.js";
import type { Language } from "../languages.js";

export interface Choice {
  label: string;
  act: () => void;
  serious?: boolean;
}

export interface Asked {
  title: string;
  text: string;
  choices: Choice[];
  cancel: string;
  language: Language;
}

export class Confirmation {
  readonly element = h("div", { class: "confirmation", part: "confirmation", hidden: "" });
  private back = this.usual;

  /** `usual` gets the focus after a question. */
  constructor(private readonly usual: HTMLElement) {}

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Asks; moves focus to the question. */
  ask(asked: Asked): void {
    const choices = asked.choices.map(({ label, act, serious }) =>
      button({ class: serious ? "plain serious" : "plain" }, () => (this.close(), act()), label),
    );
    const box = h(
      "div",
      {
        role: "alertdialog",
        tabindex: "-1",
        lang: asked.language,
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
      },
      h("h2", { id: "confirm-title" }, asked.title),
      h("p", { id: "confirm-text" }, asked.text),
      h("div", { class: "row" }, ...choices, button({ class: "plain quiet" }, () => this.close(), asked.cancel)),
    );
    this.show(box, this.usual);
  }

  /** Shows a box over everything, except for the exit, and moves focus to it; afterwards to `back`. */
  show(box: HTMLElement, back: HTMLElement): void {
    this.back = back;
    this.element.replaceChildren(box);
    this.#cover(true);
    box.focus();
  }

  close(): void {
    this.#cover(false);
    this.element.replaceChildren();
    this.back.focus();
  }

  /** Makes everything behind the question inert while it is open, except for the exit. */
  #cover(now: boolean): void {
    this.element.hidden = !now;
    for (const other of this.element.parentElement?.children ?? []) {
      if (other !== this.element) makeInert(other, now);
    }
  }
}

function makeInert(element: Element, now: boolean): void {
  if (element.matches(".exit")) return;
  if (!element.querySelector(".exit")) return void element.toggleAttribute("inert", now);
  for (const child of element.children) makeInert(child, now);
}
