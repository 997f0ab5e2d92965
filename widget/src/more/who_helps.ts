/** Who can help: with what was answered last, or when the assistant has no answer. */

import { readContact, readPart, type Contact, type Content } from "../protocol.js";
import type { AnswerView } from "../view/answer.js";
import type { Host } from "./host.js";

const MISSES = 2;

export class WhoHelps {
  private misses = 0;
  private lastKnown: Contact[] = [];
  private cards = 0;

  constructor(private readonly host: Host) {}

  /** Notes who is named in an answer; after misses that name nobody, shows who was named last, or the office. */
  note({ content, element }: AnswerView): void {
    // Deleted a moment ago.
    if (!element.isConnected) return;
    this.misses = content.kind === "fallback" ? this.misses + 1 : 0;
    const named = content.parts.flatMap(({ contacts }) => contacts);
    if (named.length) this.lastKnown = named;
    const isNewest = this.host.conversation.log.lastElementChild === element;
    if (isNewest && this.misses === MISSES && !named.length) this.#show(this.#anybody());
  }

  /** Shows who can help with what was answered last, and leads there. */
  lead(): void {
    const { conversation, reading } = this.host;
    const card = this.#show(conversation.contacts);
    if (card) reading.goTo(card);
  }

  forget(): void {
    this.misses = 0;
    this.lastKnown = [];
  }

  #anybody(): Contact[] {
    const office = this.host.opening?.contact;
    return this.lastKnown.length || !office ? this.lastKnown : [readContact({ name: office.text, url: office.url })];
  }

  /** Shows contacts as a message of its own that is in no chat. */
  #show(contacts: Contact[]): HTMLElement | null {
    if (!contacts.length) return null;
    const { words, conversation, canAsk } = this.host;
    const { texts, language } = words;
    const part = { ...readPart({ text: `${texts.contacts}:`, kind: "referral" }), contacts };
    const suggestions = canAsk ? [texts.personQuestion] : [];
    const content: Content = { kind: "referral", language, parts: [part], heading: null, suggestions };
    return conversation.aside(content, `card-${(this.cards += 1)}`);
  }
}
