/** Keeps the events of a chat coming: by a stream, by long polling where streams are held up, after every break. */

import { Refusal, type Api } from "./api.js";
import type { ChatEvent } from "./protocol.js";

const LONG_POLL = 25;
const STREAM_MUST_TELL = 3_000;
const LONGEST_PAUSE = 30_000;
const AFTER_A_GOOD_END = 300;
// A front that does not wait when asked to must not be asked without a breath.
const EMPTY_POLL = 2_000;

export interface LiveListener {
  /** What was said before this page took part; once, before anything is told. */
  restored(events: ChatEvent[]): void;
  told(event: ChatEvent): void;
  /** The line to the front broke, or is back. */
  connected(now: boolean): void;
  /** The front does not know the chat any more. */
  ended(): void;
}

export class Live {
  private running: AbortController | null = null;
  private attempt: AbortController | null = null;
  private wake: (() => void) | null = null;
  private failures = 0;
  private polling = false;
  last = 0;

  constructor(
    private readonly api: Api,
    private readonly token: string,
    private readonly listener: LiveListener,
    /** A chat that has just begun has nothing to restore. */
    private restored: boolean,
  ) {}

  /** Follows the chat from the last event told until `stop`; a second call changes nothing. */
  start(): void {
    if (this.running) return;
    this.running = new AbortController();
    void this.follow(this.running.signal);
  }

  stop(): void {
    this.running?.abort();
    this.attempt?.abort();
    this.wake?.();
    this.running = null;
  }

  /** Tries again at once instead of waiting, for instance because the network is back. */
  hurry(): void {
    this.failures = 0;
    this.wake?.();
  }

  /** Takes an event in, each once and in order. */
  take(event: ChatEvent): void {
    if (event.sequence <= this.last) return;
    this.last = event.sequence;
    this.listener.told(event);
  }

  /** Changes to polling if the stream does not tell in time what the front has certainly got. */
  expect(sequence: number): void {
    if (!this.polling) setTimeout(() => void this.check(sequence), STREAM_MUST_TELL);
  }

  private async check(sequence: number): Promise<void> {
    if (!this.running || this.last >= sequence) return;
    try {
      const events = await this.api.events(this.token, this.last, 0, this.running.signal);
      if (this.last >= sequence) return;
      events.forEach((event) => this.take(event));
      this.polling = true;
      this.attempt?.abort();
      this.hurry();
    } catch {
      // No network at all is the loop's affair.
    }
  }

  private async follow(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      try {
        await this.once();
        if (!this.polling) await this.pause(AFTER_A_GOOD_END);
      } catch (error) {
        if (stopped.aborted) return;
        if (error instanceof Refusal && error.chatIsGone) return this.listener.ended();
        if (this.attempt?.signal.aborted) continue;
        await this.recover(error);
      }
    }
  }

  private async once(): Promise<void> {
    this.attempt = new AbortController();
    const { signal } = this.attempt;
    if (!this.restored) return this.restore(signal);
    if (this.polling) {
      await this.poll(signal);
    } else {
      await this.api.stream(this.token, this.last, signal, (event) => this.take(event), () => this.heard());
    }
  }

  private async restore(signal: AbortSignal): Promise<void> {
    const events = await this.api.events(this.token, 0, 0, signal);
    this.restored = true;
    this.heard();
    this.last = events.reduce((last, event) => Math.max(last, event.sequence), 0);
    this.listener.restored(events);
  }

  private async poll(signal: AbortSignal): Promise<void> {
    const asked = Date.now();
    const events = await this.api.events(this.token, this.last, LONG_POLL, signal);
    this.heard();
    events.forEach((event) => this.take(event));
    if (!events.length && Date.now() - asked < 1_000) await this.pause(EMPTY_POLL);
  }

  private heard(): void {
    this.failures = 0;
    this.listener.connected(true);
  }

  private async recover(error: unknown): Promise<void> {
    this.failures += 1;
    if (this.failures > 1) this.listener.connected(false);
    const asked = error instanceof Refusal ? (error.retryAfter ?? 0) * 1000 : 0;
    await this.pause(Math.max(asked, pauseAfter(this.failures)));
  }

  private pause(time: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      this.wake = () => (clearTimeout(timer), resolve());
    });
  }
}

/** Milliseconds to wait after so many failures: doubling, with chance in it so that not all come back at once. */
export function pauseAfter(failures: number, chance: () => number = Math.random): number {
  return Math.min(LONGEST_PAUSE, 500 * 2 ** failures) * (0.5 + chance() / 2);
}
