/** The button that opens and closes the panel, with the number of unread answers. */

import { button, h } from "../dom.js";
import { drawn, MARK } from "../drawn.js";
import type { FirstTexts } from "../first_texts.js";
import { filled } from "../library.js";

/** Where its texts come from. */
interface Words {
  readonly texts: FirstTexts;
  say(saying: () => void): void;
}

export class Launcher {
  readonly element: HTMLButtonElement;
  private readonly label = h("span", { class: "launcher-label" });
  private readonly badge = h("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  private readonly unreadNote = h("span", { class: "unseen" });
  private open = false;
  private count = 0;

  constructor(
    private words: Words,
    toggle: () => void,
  ) {
    const attributes = { class: "launcher", part: "launcher", "aria-expanded": "false", "aria-controls": "panel" };
    this.element = button(attributes, toggle, drawn(MARK), this.label, this.badge, this.unreadNote);
    words.say(() => this.show());
  }

  /** Takes its texts from here from now on. */
  follow(words: Words): void {
    this.words = words;
    words.say(() => this.show());
  }

  /** What it opens is being loaded. */
  set busy(now: boolean) {
    if (now) this.element.setAttribute("aria-busy", "true");
    else this.element.removeAttribute("aria-busy");
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
