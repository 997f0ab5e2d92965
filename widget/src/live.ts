/** Keeps receiving a chat's events: by a stream, or by long polling if streams are held up; reconnects by itself. */

import { Refusal, type Api } from "./api.js";
import { Pause } from "./pause.js";
import type { ChatEvent } from "./protocol.js";

const LONG_POLL_SECONDS = 25;
const STREAM_GRACE_MS = 3_000;
const MAX_PAUSE_MS = 30_000;
const RECONNECT_PAUSE_MS = 300;
// If the front returns at once instead of waiting, pause between polls.
const EMPTY_POLL_PAUSE_MS = 2_000;

export interface LiveListener {
  /** The chat's events so far; called once, before `received`. */
  restored(events: ChatEvent[]): void;
  received(event: ChatEvent): void;
  /** The connection to the front was lost, or is back. */
  connected(now: boolean): void;
  /** The front no longer knows the chat. */
  ended(): void;
}

export class Live {
  #running: AbortController | null = null;
  #attempt: AbortController | null = null;
  readonly #pause = new Pause();
  #failures = 0;
  #polling = false;
  last = 0;

  constructor(
    private readonly api: Api,
    private readonly token: string,
    private readonly listener: LiveListener,
    /** Whether there is nothing to restore, because the chat is new. */
    private restored: boolean,
  ) {}

  /** Follows the chat from the last event until `stop`; calling it again changes nothing. */
  start(): void {
    if (this.#running) return;
    this.#running = new AbortController();
    void this.#follow(this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
    this.#attempt?.abort();
    this.#pause.end();
    this.#running = null;
  }

  /** Retries at once instead of waiting, for instance because the network is back. */
  hurry(): void {
    this.#failures = 0;
    this.#pause.end();
  }

  /** Passes an event on, each once and in order. */
  take(event: ChatEvent): void {
    if (event.sequence <= this.last) return;
    this.last = event.sequence;
    this.listener.received(event);
  }

  /** Switches to polling if the stream does not deliver in time an event that the front is known to have. */
  expect(sequence: number): void {
    if (!this.#polling) setTimeout(() => void this.#check(sequence), STREAM_GRACE_MS);
  }

  async #check(sequence: number): Promise<void> {
    if (!this.#running || this.last >= sequence) return;
    try {
      const events = await this.api.events(this.token, this.last, 0, this.#running.signal);
      if (this.last >= sequence) return;
      events.forEach((event) => this.take(event));
      this.#polling = true;
      this.#attempt?.abort();
      this.hurry();
    } catch {
      // The main loop handles a network that is away.
    }
  }

  async #follow(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      try {
        await this.#once();
        if (!this.#polling) await this.#pause.of(RECONNECT_PAUSE_MS);
      } catch (error) {
        if (stopped.aborted) return;
        if (error instanceof Refusal && error.chatIsGone) return this.listener.ended();
        if (this.#attempt?.signal.aborted) continue;
        await this.#recover(error);
      }
    }
  }

  async #once(): Promise<void> {
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    if (!this.restored) return this.#restore(signal);
    if (this.#polling) {
      await this.#poll(signal);
    } else {
      await this.api.stream(this.token, this.last, signal, (event) => this.take(event), () => this.#heard());
    }
  }

  async #restore(signal: AbortSignal): Promise<void> {
    const events = await this.api.events(this.token, 0, 0, signal);
    this.restored = true;
    this.#heard();
    this.last = events.reduce((last, event) => Math.max(last, event.sequence), 0);
    this.listener.restored(events);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const asked = Date.now();
    const events = await this.api.events(this.token, this.last, LONG_POLL_SECONDS, signal);
    this.#heard();
    events.forEach((event) => this.take(event));
    if (!events.length && Date.now() - asked < 1_000) await this.#pause.of(EMPTY_POLL_PAUSE_MS);
  }

  #heard(): void {
    this.#failures = 0;
    this.listener.connected(true);
  }

  async #recover(error: unknown): Promise<void> {
    this.#failures += 1;
    if (this.#failures > 1) this.listener.connected(false);
    const asked = error instanceof Refusal ? (error.retryAfter ?? 0) * 1000 : 0;
    await this.#pause.of(Math.max(asked, pauseAfter(this.#failures)));
  }
}

/** Milliseconds to wait after so many failures: exponential backoff with jitter. */
export function pauseAfter(failures: number, chance: () => number = Math.random): number {
  return Math.min(MAX_PAUSE_MS, 500 * 2 ** failures) * (0.5 + chance() / 2);
}
