/** The button that opens and closes the panel; once there are answers, more/place.ts counts the unread ones on it. */

import { button, h } from "../dom.js";
import { drawn, MARK } from "../drawn.js";
import type { FirstTexts } from "../first_texts.js";

/** Where its texts come from. */
interface Words {
  say(saying: (texts: Pick<FirstTexts, "launcher">) => void): void;
}

export class Launcher {
  readonly element: HTMLButtonElement;
  readonly #label = h("span", { class: "launcher-label" });

  constructor(words: Words, toggle: () => void) {
    const attributes = { class: "launcher", part: "launcher", "aria-expanded": "false", "aria-controls": "panel" };
    this.element = button(attributes, toggle, drawn(MARK), this.#label);
    this.follow(words);
  }

  /** Takes its texts from here from now on. */
  follow(words: Words): void {
    words.say((texts) => (this.#label.textContent = texts.launcher));
  }

  /** What it opens is being loaded. */
  set busy(now: boolean) {
    if (now) this.element.setAttribute("aria-busy", "true");
    else this.element.removeAttribute("aria-busy");
  }

  set expanded(open: boolean) {
    this.element.setAttribute("aria-expanded", String(open));
  }
}
