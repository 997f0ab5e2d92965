/** Seldom-used actions, in a disclosure below the header, which is filled when it is first opened. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { named } from "../naming.js";
import type { Wording } from "../wording.js";

export class Menu {
  readonly toggle: HTMLButtonElement;
  readonly element = h("div", { class: "menu", id: "menu", part: "menu", hidden: "" });

  /** `fill` brings the entries; it resolves to false if that failed, which the visitor is told. */
  constructor(
    words: Wording,
    private readonly fill: () => Promise<boolean>,
  ) {
    const attributes = { class: "round", part: "menu-button", "aria-expanded": "false", "aria-controls": "menu" };
    this.toggle = button(attributes, () => (this.open ? this.close() : void this.show()), icon("menu"));
    words.say((texts) => named(this.toggle, texts.menu));
    this.element.addEventListener("focusout", ({ relatedTarget }) => this.leftFor(relatedTarget));
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Closes; on request, returns focus to the button. */
  close(refocus = true): void {
    this.expanded = false;
    if (refocus) this.toggle.focus();
  }

  private async show(): Promise<void> {
    if (!(await this.fill())) return;
    this.expanded = true;
    this.element.querySelector("button")?.focus();
  }

  private set expanded(now: boolean) {
    this.element.hidden = !now;
    this.toggle.setAttribute("aria-expanded", String(now));
  }

  private leftFor(target: EventTarget | null): void {
    const stays = target instanceof Node && (this.element.contains(target) || target === this.toggle);
    if (target && !stays) this.close(false);
  }
}
