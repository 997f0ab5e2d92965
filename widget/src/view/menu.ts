/** Seldom-used actions, in a disclosure below the header. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { worded, type Wording } from "../wording.js";
import type { Texts } from "../texts.js";

export interface MenuActions {
  person(): void;
  topics(): void;
  askTeam(): void;
  /** The link that opens the chat as a page. */
  page: HTMLElement;
  newChat(): void;
  exportText(): void;
  exportJson(): void;
  delete(): void;
  remember(wanted: boolean): void;
}

export class Menu {
  readonly toggle: HTMLButtonElement;
  readonly element = h("div", { class: "menu", id: "menu", part: "menu", hidden: "" });
  private readonly remembering = h("input", { type: "checkbox", "aria-describedby": "remember-hint" });

  constructor(
    private readonly words: Wording,
    private readonly actions: MenuActions,
  ) {
    const attributes = { class: "round", part: "menu-button", "aria-expanded": "false", "aria-controls": "menu" };
    this.toggle = button(attributes, () => (this.open ? this.close() : this.show()), icon("menu"));
    words.say((texts) => (this.toggle.setAttribute("aria-label", texts.menu), (this.toggle.title = texts.menu)));
    const { newChat, exportText, exportJson } = actions;
    const team = this.entry((texts) => texts.team, () => actions.askTeam());
    team.classList.add("ask-team");
    this.element.append(
      this.entry((texts) => texts.person, actions.person),
      team,
      this.entry((texts) => texts.topics, () => actions.topics()),
      this.entry((texts) => texts.newChat, newChat),
      this.entry((texts) => texts.exportText, exportText),
      this.entry((texts) => texts.exportJson, exportJson),
      this.entry((texts) => texts.delete, actions.delete),
      actions.page,
      this.rememberEntry(),
    );
    this.element.addEventListener("focusout", ({ relatedTarget }) => this.leftFor(relatedTarget));
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  set remembered(now: boolean) {
    this.remembering.checked = now;
  }

  show(): void {
    this.element.hidden = false;
    this.toggle.setAttribute("aria-expanded", "true");
    this.element.querySelector("button")?.focus();
  }

  /** Closes; on request, returns focus to the button. */
  close(refocus = true): void {
    this.element.hidden = true;
    this.toggle.setAttribute("aria-expanded", "false");
    if (refocus) this.toggle.focus();
  }

  private leftFor(target: EventTarget | null): void {
    const stays = target instanceof Node && (this.element.contains(target) || target === this.toggle);
    if (target && !stays) this.close(false);
  }

  private entry(choose: (texts: Texts) => string, act: () => void): HTMLElement {
    return button({ class: "entry" }, () => (this.close(), act()), worded(this.words, choose));
  }

  private rememberEntry(): HTMLElement {
    const { words, remembering } = this;
    remembering.addEventListener("change", () => this.actions.remember(remembering.checked));
    const label = h("label", { class: "entry" }, remembering, h("span", {}, worded(words, (texts) => texts.remember)));
    const hint = h("p", { class: "hint", id: "remember-hint" }, worded(words, (texts) => texts.rememberHint));
    return h("div", {}, label, hint);
  }
}
