/** The front's web chat API over fetch; the only module that uses the network. */

import type { Language } from "./languages.js";
import { list, readAnswer, readEvent, readOpening, readSession, record, text, textOrNull } from "./protocol.js";
import type { ChatEvent, Content, Opening, Session } from "./protocol.js";
import { eventsIn } from "./sse.js";

const TIMEOUT_MS = 15_000;
const STREAM_TIMEOUT_MS = 40_000;

/** A refusal by the front, with its sentence for the visitor if it gave one. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    code: string,
    readonly text: string | null,
    readonly retryAfter: number | null,
  ) {
    super(`${status} ${code}`);
  }

  /** Whether the chat is gone: expired, deleted or never existed. */
  get chatIsGone(): boolean {
    return this.status === 401;
  }

  /** Whether the same request may succeed later. */
  get passes(): boolean {
    return this.status === 429 || this.status === 408 || this.status >= 500;
  }
}

export interface Outgoing {
  id: string;
  text: string;
}

interface Call {
  method?: string;
  token?: string;
  body?: unknown;
  accept?: string;
  signal?: AbortSignal;
  keepalive?: boolean;
  timeoutMs?: number;
}

type Read<T> = (response: Response, guard: Deadline) => Promise<T>;

/** Readers of a response. */
export const json = (response: Response): Promise<unknown> => response.json();
export const nothing = async (): Promise<void> => undefined;

export class Api {
  constructor(readonly server: string) {}

  /** What to show before the first message; the front stores nothing. */
  async opening(language: Language): Promise<Opening> {
    return readOpening(await this.call(`opening?language=${language}`, {}, json));
  }

  /** What entries of the knowledge say in a language; belongs to no chat. */
  async answer(entries: string[], language: Language): Promise<Content> {
    const named = entries.map(encodeURIComponent).join(",");
    return readAnswer(await this.call(`answers?entries=${named}&language=${language}`, {}, json));
  }

  async openChat(language: Language): Promise<Session> {
    return readSession(await this.call("chat", { method: "POST", body: { language } }, json));
  }

  /** Posts a message; once accepted it is stored. Returns its sequence in the chat. */
  async post(token: string, message: Outgoing, language: Language, choice: Language | null): Promise<number> {
    const body = { ...message, language, choice };
    const accepted = await this.call("chat/messages", { method: "POST", token, body }, json);
    return Number((accepted as { sequence?: unknown }).sequence);
  }

  /** All events after a sequence; if there are none, waits up to `wait` seconds for the first. */
  async events(token: string, after: number, wait: number, signal?: AbortSignal): Promise<ChatEvent[]> {
    const call: Call = { token, timeoutMs: TIMEOUT_MS + wait * 1000 };
    if (signal) call.signal = signal;
    const { events } = record(await this.call(`chat/events?after=${after}&wait=${wait}`, call, json));
    return list(events).flatMap((event) => readEvent(event) ?? []);
  }

  /** Follows the event stream until it ends; calls `onAlive` on every sign of life. */
  async stream(
    token: string,
    after: number,
    signal: AbortSignal,
    onEvent: (event: ChatEvent) => void,
    onAlive: () => void,
  ): Promise<void> {
    const call = { token, accept: "text/event-stream", signal, timeoutMs: STREAM_TIMEOUT_MS };
    await this.call(`chat/events?after=${after}`, call, async (response, guard) => {
      const alive = (): void => (guard.restart(), onAlive());
      alive();
      for await (const data of eventsIn(chunksOf(response, alive))) {
        const event = readEvent(data);
        if (event) onEvent(event);
      }
    });
  }

  /** Erases the chat at the front; succeeds if it is already gone. */
  async delete(token: string, keepalive = false): Promise<void> {
    try {
      await this.call("chat", { method: "DELETE", token, keepalive }, nothing);
    } catch (error) {
      if (!(error instanceof Refusal && error.chatIsGone)) throw error;
    }
  }

  /** Calls the front and reads its whole response within the timeout; throws refusals. */
  async call<T>(path: string, call: Call, read: Read<T>): Promise<T> {
    const { method = "GET", token, body, accept = "application/json", keepalive = false } = call;
    const headers: Record<string, string> = { Accept: accept };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const guard = deadline(call.timeoutMs ?? TIMEOUT_MS, call.signal);
    try {
      const init: RequestInit = { method, headers, keepalive, signal: guard.signal, credentials: "omit" };
      if (body) init.body = JSON.stringify(body);
      const response = await fetch(`${this.server}/api/${path}`, init);
      if (!response.ok) throw await refusalIn(response);
      return await read(response, guard);
    } finally {
      guard.end();
    }
  }
}

async function refusalIn(response: Response): Promise<Refusal> {
  // A proxy's error page says nothing, but the status says enough.
  const { error } = record(await response.json().catch(() => null));
  const { code, text: said, retry_after: wait } = record(error);
  return new Refusal(response.status, text(code), textOrNull(said), typeof wait === "number" ? wait : null);
}

async function* chunksOf(response: Response, heard: () => void): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

interface Deadline {
  signal: AbortSignal;
  restart(): void;
  end(): void;
}

/** Aborts on timeout, or when an outer signal does. */
function deadline(timeoutMs: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(abort, timeoutMs);
  };
  const end = (): void => {
    clearTimeout(timer);
    outer?.removeEventListener("abort", abort);
  };
  if (outer?.aborted) abort();
  outer?.addEventListener("abort", abort);
  restart();
  return { signal: controller.signal, restart, end };
}
