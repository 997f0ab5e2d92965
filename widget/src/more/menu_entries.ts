/** What is in the menu. */

import { button, h } from "../dom.js";
import { pageLink } from "../view/page_link.js";
import { worded, type Wording } from "../wording.js";
import type { Host } from "./host.js";
import type { Menu } from "./menu.js";
import type { LaterTexts } from "./texts.js";

export interface MenuActions {
  topics(): void;
  askTeam(): void;
  newChat(): void;
  exportText(): void;
  exportJson(): void;
  delete(): void;
}

export class MenuEntries {
  private readonly remembering = h("input", { type: "checkbox", "aria-describedby": "remember-hint" });

  constructor(
    private readonly host: Host,
    later: Wording<LaterTexts>,
    menu: Menu,
    actions: MenuActions,
  ) {
    const { words, api } = host;
    const entry = (label: HTMLElement, act: () => void, kind = "entry"): HTMLElement =>
      button({ class: kind }, () => (menu.close(), act()), label);
    menu.element.append(
      entry(worded(words, "person"), () => void host.askForPerson()),
      entry(worded(words, "team"), actions.askTeam, "entry ask-team"),
      entry(worded(words, "topics"), actions.topics),
      entry(worded(later, "newChat"), actions.newChat),
      entry(worded(later, "exportText"), actions.exportText),
      entry(worded(later, "exportJson"), actions.exportJson),
      entry(worded(later, "delete"), actions.delete),
      pageLink(words, api.server, { class: "entry" }),
      this.#rememberEntry(later),
    );
    this.look();
  }

  /** Looks whether the chat is remembered on this device. */
  look(): void {
    this.remembering.checked = this.host.store.remembered;
  }

  #rememberEntry(later: Wording<LaterTexts>): HTMLElement {
    const { remembering } = this;
    remembering.addEventListener("change", () => (this.host.store.remember(remembering.checked), this.look()));
    const label = h("label", { class: "entry" }, remembering, worded(later, "remember"));
    const hint = h("p", { class: "hint", id: "remember-hint" }, worded(later, "rememberHint"));
    return h("div", {}, label, hint);
  }
}
