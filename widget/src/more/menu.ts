/** Seldom-used actions, in a disclosure below the header. */

import { h } from "../dom.js";

export class Menu {
  readonly element = h("div", { class: "menu", id: "menu", part: "menu", hidden: "" });

  constructor(private readonly toggle: HTMLButtonElement) {
    this.element.addEventListener("focusout", ({ relatedTarget }) => this.#leftFor(relatedTarget));
    toggle.closest(".header")?.append(this.element);
    document.addEventListener("pointerdown", this.pressedAt, true);
  }

  end(): void {
    document.removeEventListener("pointerdown", this.pressedAt, true);
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Closes; on request, returns focus to the button. */
  close(refocus = true): void {
    this.#expanded = false;
    if (refocus) this.toggle.focus();
  }

  /** Opens it, or closes it. */
  press(): void {
    if (this.open) return this.close();
    this.#expanded = true;
    this.element.querySelector("button")?.focus();
  }

  /** It closes when the visitor turns to anything else. */
  private readonly pressedAt = (event: PointerEvent): void => {
    const path = event.composedPath();
    if (this.open && !path.includes(this.element) && !path.includes(this.toggle)) this.close(false);
  };

  set #expanded(now: boolean) {
    this.element.hidden = !now;
    this.toggle.setAttribute("aria-expanded", String(now));
  }

  #leftFor(target: EventTarget | null): void {
    const stays = target instanceof Node && (this.element.contains(target) || target === this.toggle);
    if (target && !stays) this.close(false);
  }
}
