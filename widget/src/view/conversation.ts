/** The messages: earlier ones, which are not announced, and new ones in a live region. */

import type { Outgoing } from "../api.js";
import type { SendState } from "../chat.js";
import { h } from "../dom.js";
import type { AssistantEvent, ChatEvent } from "../protocol.js";
import { textsOf } from "../texts.js";
import type { Wording } from "../wording.js";
import { answerView } from "./answer.js";
import { FeedbackView, isJudged } from "./feedback.js";
import { timeOf } from "./time.js";
import { VisitorMessage, type VisitorActions } from "./visitor_message.js";

const SLOW_AFTER_MS = 12_000;
const ANNOUNCE_TYPING_AFTER_MS = 1_500;
// Screen readers announce a new answer after the next layout; whatever is added later is not part of that.
const ANNOUNCEMENT_MS = 120;

export interface ConversationActions extends VisitorActions {
  ask(question: string): void;
  feedback(sequence: number, helpful: boolean, reason: string | null): Promise<boolean>;
  /** A new answer has appeared or grown. */
  shown(answer: HTMLElement): void;
}

export class Conversation {
  readonly history = h("div", { class: "messages", role: "group", hidden: "" });
  readonly log = h("div", { class: "messages", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
  readonly typing: HTMLElement;
  private readonly typingText = h("span", { role: "status" });
  private readonly sent = new Map<string, VisitorMessage>();
  private timers: Array<ReturnType<typeof setTimeout>> = [];

  constructor(
    private readonly words: Wording,
    private readonly actions: ConversationActions,
  ) {
    words.say((texts) => {
      this.history.setAttribute("aria-label", texts.earlier);
      this.log.setAttribute("aria-label", texts.latest);
    });
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typing = h("div", { class: "typing" }, dots, this.typingText);
    this.typing.classList.add("idle");
  }

  get empty(): boolean {
    return !this.history.firstChild && !this.log.firstChild;
  }

  /** Shows earlier messages without announcing them. */
  restore(events: ChatEvent[]): void {
    for (const event of events) {
      if (event.type === "visitor") this.restoreVisitor(event);
      else this.restoreAnswer(event);
    }
    this.history.hidden = !this.history.firstChild;
  }

  visitor(message: Outgoing, state: SendState): void {
    const known = this.sent.get(message.id);
    const view = known ?? this.newMessage(message);
    if (!known) this.log.append(view.element);
    view.show(state);
  }

  refuse(message: Outgoing): void {
    this.visitor(message, "failed");
    this.sent.get(message.id)?.showRefused();
    this.sent.delete(message.id);
  }

  answer(event: AssistantEvent): void {
    const { element, silent } = this.made(event);
    this.log.append(element);
    this.actions.shown(element);
    if (!silent.firstChild) return;
    setTimeout(() => {
      element.append(silent);
      this.actions.shown(element);
    }, ANNOUNCEMENT_MS);
  }

  note(text: string): void {
    this.log.append(h("p", { class: "note", lang: this.words.language }, text));
  }

  clear(): void {
    this.history.replaceChildren();
    this.history.hidden = true;
    this.log.replaceChildren();
    this.sent.clear();
    this.awaiting(false);
  }

  /** Shows that an answer is on its way, and announces it if that takes a while. */
  awaiting(any: boolean): void {
    if (any === !this.typing.classList.contains("idle")) return;
    this.typing.classList.toggle("idle", !any);
    this.timers.forEach(clearTimeout);
    this.typingText.textContent = "";
    this.timers = any ? [this.later(ANNOUNCE_TYPING_AFTER_MS, "typing"), this.later(SLOW_AFTER_MS, "slow")] : [];
  }

  private later(time: number, what: "typing" | "slow"): ReturnType<typeof setTimeout> {
    return setTimeout(() => (this.typingText.textContent = this.words.texts[what]), time);
  }

  private newMessage(message: Outgoing): VisitorMessage {
    const view = new VisitorMessage(message, this.words, this.actions);
    this.sent.set(message.id, view);
    return view;
  }

  private restoreVisitor(message: Outgoing): void {
    const view = this.sent.get(message.id) ?? this.newMessage(message);
    view.show("sent");
    this.history.append(view.element);
  }

  private restoreAnswer(event: AssistantEvent): void {
    const { element, silent } = this.made(event);
    if (silent.firstChild) element.append(silent);
    this.history.append(element);
  }

  private made(event: AssistantEvent): { element: HTMLElement; silent: HTMLElement } {
    const { element, language, silent } = answerView(event, this.words.language, this.actions.ask);
    if (isJudged(event.kind)) {
      const send = (helpful: boolean, reason: string | null) => this.actions.feedback(event.sequence, helpful, reason);
      silent.append(new FeedbackView(textsOf(language), `feedback-${event.sequence}`, send).element);
    }
    const time = timeOf(event, this.words.language);
    if (time) silent.append(time);
    return { element, silent };
  }
}

/** The scrolling part of the panel around the messages. */
export function scrollArea(words: Wording, ...children: Node[]): HTMLElement {
  const area = h("div", { class: "scroll", tabindex: "0", role: "region" }, ...children);
  words.say((texts) => area.setAttribute("aria-label", texts.conversation));
  return area;
}
