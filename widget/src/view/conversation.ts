/** The messages: earlier ones, which are not announced, and new ones in a live region. */

import type { Outgoing } from "../api.js";
import type { SendState } from "../chat.js";
import { h } from "../dom.js";
import type { AssistantEvent, ChatEvent, Contact, Content } from "../protocol.js";
import type { Wording } from "../wording.js";
import { AnswerView } from "./answer.js";
import { VisitorMessage, type VisitorActions } from "./visitor_message.js";

const SLOW_AFTER_MS = 12_000;
const ANNOUNCE_TYPING_AFTER_MS = 1_500;
// Screen readers announce a new answer after the next layout; whatever is added later is not part of that.
const ANNOUNCEMENT_MS = 120;

export interface ConversationActions extends VisitorActions {
  ask(question: string): void;
  /** Adds what belongs to an answer but is not announced with it. */
  finish(view: AnswerView): void;
}

export class Conversation {
  readonly history = h("div", { class: "messages", role: "group", hidden: "" });
  readonly log = h("div", { class: "messages", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
  readonly typing: HTMLElement;
  readonly #typingText = h("span", { role: "status" });
  /** What only a screen reader says. */
  readonly heard = h("p", { class: "unseen", role: "status" });
  /** Who can help with what was answered last. */
  contacts: Contact[] = [];
  readonly #sent = new Map<string, VisitorMessage>();
  #timers: Array<ReturnType<typeof setTimeout>> = [];

  constructor(
    private readonly words: Wording,
    private readonly actions: ConversationActions,
  ) {
    words.say((texts) => {
      this.history.setAttribute("aria-label", texts.earlier);
      this.log.setAttribute("aria-label", texts.latest);
    });
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typing = h("div", { class: "typing idle" }, dots, this.#typingText);
  }

  get empty(): boolean {
    return !this.history.firstChild && !this.log.firstChild;
  }

  /** The visitor's last message; null before the first. */
  get lastQuestion(): HTMLElement | null {
    const all = [this.history, this.log].flatMap((place) => [...place.querySelectorAll<HTMLElement>(".visitor")]);
    return all.pop() ?? null;
  }

  /** The visitor's message that an answer belongs to, if it is shown. */
  questionOf({ replyTo }: Partial<AssistantEvent>): HTMLElement | null {
    return (replyTo && this.#sent.get(replyTo)?.element) || null;
  }

  /** Shows earlier messages without announcing them. */
  restore(events: ChatEvent[]): void {
    for (const event of events) {
      if (event.type === "visitor") this.visitor(event, "sent", this.history);
      else this.actions.finish(this.#added(event, this.history));
    }
    this.history.hidden = !this.history.firstChild;
  }

  visitor(message: Outgoing, state: SendState, place = this.log): void {
    const known = this.#sent.get(message.id);
    const view = known ?? new VisitorMessage(message, this.words, this.actions);
    this.#sent.set(message.id, view);
    if (!known || place !== this.log) place.append(view.element);
    view.show(state);
  }

  refuse(message: Outgoing): void {
    this.#sent.get(message.id)?.showRefused();
    this.#sent.delete(message.id);
  }

  /** Adds an answer, after the question that it belongs to; returns its element. */
  answer(event: AssistantEvent): HTMLElement {
    const view = this.#added(event, this.log);
    this.#finishLater(view);
    return view.element;
  }

  /** Shows what is in no chat, as an answer is shown; returns it. */
  aside(content: Content, id: string): HTMLElement {
    const view = new AnswerView(content, id, this.words.language, this.actions.ask);
    this.log.append(view.element);
    this.#finishLater(view);
    return view.element;
  }

  #finishLater(view: AnswerView): void {
    setTimeout(() => this.actions.finish(view), ANNOUNCEMENT_MS);
  }

  /** The last of the messages that belong to a question. */
  #endOfExchange(question: HTMLElement): Element {
    let last: Element = question;
    while (last.nextElementSibling && !last.nextElementSibling.matches(".visitor")) last = last.nextElementSibling;
    return last;
  }

  note(text: string): HTMLElement {
    const note = h("p", { class: "note", lang: this.words.language }, text);
    this.log.append(note);
    return note;
  }

  clear(): void {
    this.history.replaceChildren();
    this.history.hidden = true;
    this.log.replaceChildren();
    this.#sent.clear();
    this.contacts = [];
    this.awaiting(false);
  }

  /** Shows that an answer is on its way, and announces it if that takes a while. */
  awaiting(any: boolean): void {
    if (any === !this.typing.classList.contains("idle")) return;
    this.typing.classList.toggle("idle", !any);
    this.#timers.forEach(clearTimeout);
    this.#typingText.textContent = "";
    this.#timers = any ? [this.#later(ANNOUNCE_TYPING_AFTER_MS, "typing"), this.#later(SLOW_AFTER_MS, "slow")] : [];
  }

  #later(time: number, what: "typing" | "slow"): ReturnType<typeof setTimeout> {
    return setTimeout(() => (this.#typingText.textContent = this.words.texts[what]), time);
  }

  #added(event: AssistantEvent, place: HTMLElement): AnswerView {
    const { sequence, at } = event;
    this.contacts = event.parts.flatMap(({ contacts }) => contacts);
    const view = new AnswerView(event, `answer-${sequence}`, this.words.language, this.actions.ask, sequence, at);
    const question = this.questionOf(event);
    if (question?.parentElement === place) this.#endOfExchange(question).after(view.element);
    else place.append(view.element);
    return view;
  }
}

/** The scrolling part of the panel around the messages. */
export function scrollArea(words: Wording, ...children: Node[]): HTMLElement {
  const area = h("div", { class: "scroll", tabindex: "0", role: "region" }, ...children);
  words.say((texts) => area.setAttribute("aria-label", texts.conversation));
  return area;
}
