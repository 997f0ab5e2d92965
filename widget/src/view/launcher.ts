/** The button that opens and closes the panel, with the number of unread answers. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { filled } from "../texts.js";
import { worded, type Wording } from "../wording.js";

export class Launcher {
  readonly element: HTMLButtonElement;
  private readonly label = h("span", { class: "launcher-label" });
  private readonly badge = h("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  private readonly unreadNote = h("span", { class: "unseen" });
  private open = false;
  private count = 0;

  constructor(
    private readonly words: Wording,
    toggle: () => void,
  ) {
    const attributes = { class: "launcher", part: "launcher", "aria-expanded": "false", "aria-controls": "panel" };
    this.element = button(attributes, toggle, icon("mark"), this.label, this.badge, this.unreadNote);
    words.say(() => this.show());
  }

  set expanded(open: boolean) {
    this.open = open;
    if (open) this.count = 0;
    this.element.setAttribute("aria-expanded", String(open));
    this.show();
  }

  /** Counts one more answer that came while the panel was closed. */
  addUnread(): void {
    this.count += 1;
    this.show();
  }

  private show(): void {
    const { texts } = this.words;
    this.label.textContent = this.open ? texts.launcherOpen : texts.launcher;
    this.badge.hidden = this.count === 0;
    this.badge.textContent = String(this.count);
    this.unreadNote.textContent = this.count ? ` (${filled(texts.unread, { count: this.count })})` : "";
  }
}

/** A label next to an icon, in the current language. */
export function iconLabel(words: Wording, choose: Parameters<typeof worded>[1]): HTMLElement {
  return h("span", { class: "label" }, worded(words, choose));
}
