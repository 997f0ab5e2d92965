/** The top of the panel: title, menu, close, quick exit, other languages. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { LANGUAGES, nameOfLanguage, type Language } from "../languages.js";
import { worded, type Wording } from "../wording.js";
import type { Menu } from "./menu.js";

export interface HeaderActions {
  close(): void;
  exit(): void;
  choose(language: Language): void;
}

export class Header {
  readonly element: HTMLElement;
  readonly title = h("h2", { id: "title", class: "title" });

  constructor(words: Wording, menu: Menu, actions: HeaderActions) {
    words.say((texts) => (this.title.textContent = texts.title));
    const machine = h("p", { class: "machine", id: "machine" }, worded(words, (texts) => texts.machine));
    const heading = h("div", { class: "heading" }, this.title, machine);
    const close = button({ class: "round", part: "close" }, actions.close, icon("close"));
    words.say((texts) => (close.setAttribute("aria-label", texts.close), (close.title = texts.close)));
    const top = h("div", { class: "top" }, heading, menu.toggle, close);
    const tools = h("div", { class: "tools" }, exitButton(words, actions.exit), languageSwitch(words, actions.choose));
    this.element = h("div", { class: "header", part: "header" }, top, tools, menu.element);
  }
}

function exitButton(words: Wording, exit: () => void): HTMLElement {
  const hint = h("span", { id: "exit-hint", hidden: "" }, worded(words, (texts) => texts.exitHint));
  const attributes = { class: "exit", part: "exit", "aria-describedby": "exit-hint" };
  const leave = button(attributes, exit, icon("exit"), h("span", {}, worded(words, (texts) => texts.exit)));
  return h("div", {}, leave, hint);
}

/** A list of languages by their own names, behind a globe that needs no words. */
function languageSwitch(words: Wording, choose: (language: Language) => void): HTMLElement {
  const list = h("select", { class: "language", part: "language" });
  for (const language of LANGUAGES) {
    list.append(h("option", { value: language, lang: language, dir: "auto" }, nameOfLanguage(language)));
  }
  words.say((texts) => {
    list.setAttribute("aria-label", texts.chooseLanguage);
    list.value = words.language;
  });
  list.addEventListener("change", () => choose(list.value));
  return h("div", { class: "languages" }, icon("globe"), list);
}
