/** The top of the panel, one row: title, quick exit, other languages, size, menu, close. */

import { button, h } from "../dom.js";
import { drawn, MARK } from "../drawn.js";
import { icon } from "../icons.js";
import { LANGUAGES, nameOfLanguage, type Language } from "../languages.js";
import { named } from "../naming.js";
import { worded, type Wording } from "../wording.js";

export interface HeaderActions {
  close(): void;
  exit(): void;
  enlarge(now: boolean): void;
  choose(language: Language): void;
}

export class Header {
  readonly element: HTMLElement;
  private readonly size: HTMLButtonElement;

  constructor(words: Wording, menu: HTMLElement, actions: HeaderActions) {
    const title = h("h2", { class: "title" }, worded(words, "titleShort"));
    const machine = h("p", { class: "machine", id: "machine" }, worded(words, "machine"));
    const heading = h("div", { class: "heading" }, title, machine);
    const close = button({ class: "round", part: "close" }, actions.close, icon("close"));
    words.say((texts) => named(close, texts.close));
    const sized = { class: "round enlarge", part: "enlarge", "aria-pressed": "false" };
    this.size = button(sized, () => this.toggleSize(actions), icon("larger"), icon("smaller"));
    words.say((texts) => named(this.size, texts.enlarge));
    const mark = drawn(MARK);
    mark.classList.add("mark");
    const row = h("div", { class: "top" }, mark, heading, exitButton(words, actions.exit));
    row.append(languageSwitch(words, actions.choose), this.size, menu, close);
    this.element = h("div", { class: "header", part: "header" }, row);
  }

  set enlarged(now: boolean) {
    this.size.setAttribute("aria-pressed", String(now));
  }

  private toggleSize({ enlarge }: HeaderActions): void {
    this.enlarged = this.size.getAttribute("aria-pressed") !== "true";
    enlarge(this.size.getAttribute("aria-pressed") === "true");
  }
}

function exitButton(words: Wording, exit: () => void): HTMLElement {
  const hint = h("span", { id: "exit-hint", hidden: "" }, worded(words, "exitHint"));
  const attributes = { class: "exit", part: "exit", "aria-describedby": "exit-hint" };
  const leave = button(attributes, exit, icon("exit"), h("span", {}, worded(words, "exit")));
  words.say((texts) => (leave.title = texts.exit));
  return h("div", {}, leave, hint);
}

/** A list of languages by their own names, behind a globe that needs no words. */
function languageSwitch(words: Wording, choose: (language: Language) => void): HTMLElement {
  const list = h("select", { class: "language", part: "language" });
  for (const language of LANGUAGES) {
    list.append(h("option", { value: language, lang: language, dir: "auto" }, nameOfLanguage(language)));
  }
  words.say((texts) => {
    named(list, texts.chooseLanguage);
    list.value = words.language;
  });
  list.addEventListener("change", () => choose(list.value));
  return h("div", { class: "languages" }, icon("globe"), list);
}
