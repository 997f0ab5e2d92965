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

/** `menu` is the button for the menu; `large` says whether the panel is enlarged. */
export function headerOf(words: Wording, menu: HTMLElement, large: boolean, actions: HeaderActions): HTMLElement {
  const title = h("h2", { class: "title" }, worded(words, "titleShort"));
  const machine = h("p", { class: "machine", id: "machine" }, worded(words, "machine"));
  const heading = h("div", { class: "heading" }, title, machine);
  const close = button({ class: "round", part: "close" }, actions.close, icon("close"));
  words.say((texts) => named(close, texts.close));
  const row = h("div", { class: "top" }, drawn(MARK, "mark"), heading, exitButton(words, actions.exit));
  row.append(languageSwitch(words, actions.choose), sizeButton(words, large, actions.enlarge), menu, close);
  return h("div", { class: "header", part: "header" }, row);
}

/** Enlarges the panel, and makes it small again. */
function sizeButton(words: Wording, large: boolean, enlarge: (now: boolean) => void): HTMLElement {
  const attributes = { class: "round enlarge", part: "enlarge", "aria-pressed": String(large) };
  const size = button(attributes, () => {
    const now = size.getAttribute("aria-pressed") !== "true";
    size.setAttribute("aria-pressed", String(now));
    enlarge(now);
  }, icon("larger"));
  words.say((texts) => named(size, texts.enlarge));
  return size;
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
