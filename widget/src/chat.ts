/** One visitor's chat: sends messages in order without losing any, and follows the answers; independent of views. */

import { Refusal, type Api, type Outgoing } from "./api.js";
import { newId } from "./ids.js";
import type { Language } from "./languages.js";
import { Live, pauseAfter, type LiveListener } from "./live.js";
import { Pause } from "./pause.js";
import type { AssistantEvent, ChatEvent } from "./protocol.js";
import type { Store } from "./store.js";
import { Tabs } from "./tabs.js";

const FAILURES_UNTIL_FAILED = 3;
// The front promises an answer or an apology within ten seconds.
const ANSWER_TIMEOUT_MS = 45_000;

export type SendState = "sending" | "waiting" | "offline" | "failed" | "sent";

export interface ChatListener {
  restored(events: ChatEvent[]): void;
  /** A message of the visitor, from this tab or another; called again for the same id when its state changes. */
  visitor(message: Outgoing, state: SendState): void;
  /** The front refused a message, and says why. */
  refused(message: Outgoing, why: string | null): void;
  answer(event: AssistantEvent): void;
  awaiting(any: boolean): void;
  /** A message got no answer within a reasonable time. */
  unanswered(): void;
  connected(now: boolean): void;
  /** The front asks the visitor to slow down, in its own words; null once it no longer does. */
  slowDown(text: string | null): void;
  ended(): void;
  reset(): void;
}

export class Chat implements LiveListener {
  #live: Live | null = null;
  readonly #awaited = new Set<string>();
  #pumping = false;
  // Counts dropped chats, so that results of requests for an earlier chat are ignored; a stopped one ignores them all.
  #era = 0;
  #stopped = false;
  #failures = 0;
  #slowed = false;
  #lineIsUp = true;
  readonly tabs = new Tabs((token, last) => this.#erasedElsewhere(token, last));
  readonly #pause = new Pause();
  #comingToken: Promise<string> | null = null;

  constructor(
    private readonly api: Api,
    private readonly store: Store,
    private readonly listener: ChatListener,
    private readonly pageLanguage: () => Language,
  ) {}

  /** Whether there is a chat to follow, export or delete. */
  get begun(): boolean {
    return this.store.key.token !== null;
  }

  get isAwaiting(): boolean {
    return this.#awaited.size > 0 || this.store.tab.outbox.length > 0;
  }

  /** The language that the visitor has chosen, or else that of the page. */
  get language(): Language {
    return this.store.key.choice ?? this.pageLanguage();
  }

  /** Resumes the stored chat, if there is one. */
  resume(): void {
    this.store.tab.outbox.forEach((message) => this.listener.visitor(message, "waiting"));
    if (this.begun) this.#follow();
    void this.#pump();
  }

  /** Reconnects after a rest. */
  wakeUp(): void {
    this.#follow();
  }

  /** Disconnects while nobody is looking, unless an answer is awaited. */
  rest(): void {
    if (!this.isAwaiting) this.#live?.stop();
  }

  send(text: string): void {
    const message = { id: newId(), text };
    this.store.keepTab({ outbox: [...this.store.tab.outbox, message] });
    this.listener.visitor(message, navigator.onLine ? "sending" : "offline");
    void this.#pump();
  }

  /** Retries at once whatever is waiting for the network. */
  hurry(): void {
    this.#pause.end();
    this.#live?.hurry();
  }

  /** Forgets the chat on this device. */
  forget(): void {
    const { choice } = this.store.key;
    this.#drop();
    this.store.forget();
    if (choice) this.store.keepKey({ choice });
    this.listener.reset();
  }

  /** If the chat is this one, which may have been found to be gone just before, this tab forgets it too. */
  #erasedElsewhere(token: string, last: string | null): void {
    if (token === (this.store.key.token ?? last)) this.forget();
  }

  /** Erases everything at once, without waiting for the front. */
  vanish(): void {
    const { token } = this.store.key;
    if (token) this.api.delete(token, true).catch(() => undefined);
    if (token) this.tabs.tell(token);
    this.#drop();
    this.#stopped = true;
    this.store.clear();
  }

  /** Goes on with the chat that another tab has put in the place of this one, if any. */
  replaced(): void {
    this.#drop();
    // What was still to be sent belonged to the chat that is gone.
    if (!this.begun) this.store.keepTab({ outbox: [] });
    this.listener.reset();
    this.resume();
  }

  /** Stops for good when the element is removed from the page; unsent messages stay in the outbox. */
  stop(): void {
    this.#stopped = true;
    // A chat that is being opened would be known to nobody: the next element opens one of its own.
    this.#era += 1;
    this.#live?.stop();
    this.#pause.end();
    this.tabs.end();
  }

  // Events from the connection

  restored(events: ChatEvent[]): void {
    this.listener.restored(events);
    const answered = new Set(events.map((event) => (event.type === "assistant" ? event.replyTo : null)));
    for (const event of events) {
      if (event.type !== "visitor") continue;
      this.#leaveOutbox(event.id);
      if (!answered.has(event.id)) this.#await(event.id);
    }
    this.#tellAwaiting();
  }

  received(event: ChatEvent): void {
    if (event.type === "visitor") {
      this.#leaveOutbox(event.id);
      this.#await(event.id);
      this.listener.visitor(event, "sent");
    } else {
      if (event.replyTo) this.#awaited.delete(event.replyTo);
      this.listener.answer(event);
    }
    this.#tellAwaiting();
  }

  connected(now: boolean): void {
    this.listener.connected(now);
    if (now && !this.#lineIsUp) this.#pause.end();
    this.#lineIsUp = now;
  }

  ended(): void {
    const { choice } = this.store.key;
    this.#drop();
    this.store.keepKey({ token: null, choice });
    this.listener.ended();
  }

  #drop(): void {
    this.#era += 1;
    this.#live?.stop();
    this.#live = null;
    this.#awaited.clear();
    this.#tellAwaiting();
  }

  #follow(fresh = false): void {
    const { token } = this.store.key;
    if (!token || this.#stopped) return;
    this.tabs.listen(token);
    this.#live ??= new Live(this.api, token, this, fresh);
    this.#live.start();
  }

  // The outbox: one message at a time, in order

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.store.tab.outbox[0]; next && !this.#stopped; next = this.store.tab.outbox[0]) {
      await this.#deliver(next);
    }
    this.#pumping = false;
  }

  async #deliver(message: Outgoing): Promise<void> {
    const era = this.#era;
    try {
      const token = await this.token();
      if (era !== this.#era) return;
      const sequence = await this.api.post(token, message, this.pageLanguage(), this.store.key.choice);
      if (era !== this.#era) return;
      this.#failures = 0;
      this.#accepted(message, sequence);
    } catch (error) {
      if (era === this.#era) await this.#heed(error, message);
    }
  }

  /** The key to the chat, which is opened if there is none. */
  async token(): Promise<string> {
    const { token } = this.store.key;
    return token ?? (this.#comingToken ??= this.#newToken().finally(() => (this.#comingToken = null)));
  }

  async #newToken(): Promise<string> {
    const era = this.#era;
    const opened = await this.api.openChat(this.language);
    if (era === this.#era) {
      this.store.keepKey(opened);
      this.#follow(true);
    } else if (opened.token) {
      // Deleted, or the element removed, while the chat was being opened.
      this.api.delete(opened.token, true).catch(() => undefined);
    }
    return opened.token as string;
  }

  #accepted(message: Outgoing, sequence: number): void {
    this.#slowDown(null);
    this.#leaveOutbox(message.id);
    this.listener.visitor(message, "sent");
    // The response may come after the answer, when the connection is already resting.
    if (this.#live === null || this.#live.last < sequence) this.#expect(message.id, sequence);
    this.#tellAwaiting();
  }

  #expect(id: string, sequence: number): void {
    this.#await(id);
    this.#follow();
    this.#live?.expect(sequence);
  }

  async #heed(error: unknown, message: Outgoing): Promise<void> {
    const refusal = error instanceof Refusal ? error : null;
    this.#failures += 1;
    if (refusal?.chatIsGone) this.ended();
    if (refusal?.chatIsGone && this.#failures < FAILURES_UNTIL_FAILED) return;
    if (refusal && !refusal.passes && !refusal.chatIsGone) return this.#giveBack(message, refusal);
    if (refusal?.status === 429) this.#slowDown(refusal.text);
    this.listener.visitor(message, this.#stateOf(refusal));
    await this.#pause.of(refusal?.retryAfter ? refusal.retryAfter * 1000 : pauseAfter(this.#failures));
  }

  #slowDown(text: string | null): void {
    if (text === null && !this.#slowed) return;
    this.#slowed = text !== null;
    this.listener.slowDown(text);
  }

  #stateOf(refusal: Refusal | null): SendState {
    if (refusal?.status === 429) return "waiting";
    if (!navigator.onLine) return "offline";
    return this.#failures >= FAILURES_UNTIL_FAILED ? "failed" : "waiting";
  }

  #giveBack(message: Outgoing, refusal: Refusal): void {
    this.#failures = 0;
    this.#leaveOutbox(message.id);
    this.listener.refused(message, refusal.text);
  }

  #await(id: string): void {
    if (this.#awaited.has(id)) return;
    this.#awaited.add(id);
    setTimeout(() => {
      if (!this.#awaited.delete(id)) return;
      this.listener.unanswered();
      this.#tellAwaiting();
    }, ANSWER_TIMEOUT_MS);
  }

  #leaveOutbox(id: string): void {
    const outbox = this.store.tab.outbox.filter((message) => message.id !== id);
    if (outbox.length !== this.store.tab.outbox.length) this.store.keepTab({ outbox });
  }

  #tellAwaiting(): void {
    this.listener.awaiting(this.#awaited.size > 0);
  }
}
