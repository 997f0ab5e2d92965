/** One message of the visitor, with its delivery status. */

import type { Outgoing } from "../api.js";
import type { SendState } from "../chat.js";
import { button, h } from "../dom.js";
import type { Wording } from "../wording.js";
import { timeOf } from "./time.js";

export interface VisitorActions {
  retry(): void;
  edit(message: Outgoing): void;
}

export class VisitorMessage {
  readonly element: HTMLElement;
  readonly #state = h("p", { class: "state" });

  constructor(
    private readonly message: Outgoing & { at?: string | null },
    private readonly words: Wording,
    private readonly actions: VisitorActions,
  ) {
    const text = h("p", { class: "said", dir: "auto" }, message.text);
    // The visitor knows what they typed, so it is not read out again.
    const attributes = { class: "message visitor", part: "message visitor", "aria-live": "off", tabindex: "-1" };
    const by = h("p", { class: "unseen", id: `said-${message.id}` }, words.texts.youSaid);
    const time = timeOf({ at: message.at ?? new Date().toISOString() }, words.language);
    this.element = h("article", { ...attributes, "aria-labelledby": by.id }, by, text, time, this.#state);
  }

  show(state: SendState): void {
    const { texts } = this.words;
    const said = { sending: texts.sending, waiting: texts.waiting, offline: texts.waitingOffline, failed: texts.notSent };
    this.element.classList.toggle("pending", state !== "sent");
    if (state === "sent") return this.#state.replaceChildren();
    this.#state.replaceChildren(said[state]);
    if (state === "failed") this.#offer(texts.retry, this.actions.retry);
  }

  /** The front refused it, so the visitor may edit the text. */
  showRefused(): void {
    this.element.classList.add("pending");
    this.#state.replaceChildren(this.words.texts.notSent);
    this.#offer(this.words.texts.edit, () => (this.element.remove(), this.actions.edit(this.message)));
  }

  #offer(label: string, act: () => void): void {
    this.#state.append(" ", button({ class: "plain" }, act, label));
  }
}
