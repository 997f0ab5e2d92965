/** What stays on the device: the chat's key and unsent messages, for this tab only; on request, the key for longer. */

import type { Outgoing } from "./api.js";
import { spoken, type Language } from "./languages.js";

const CHAT = "iom-assistant-chat";
const TAB = "iom-assistant-tab";
// A tab may stay open for weeks; what was begun in it does not.
const DRAFT_KEPT_MS = 60 * 60_000;

/** Access to a chat. Until when it is valid, only the front knows: the device's clock may be wrong. */
export interface Key {
  token: string | null;
  choice: Language | null;
  /** By how many steps the text is enlarged. */
  size: number;
}

/** A text that was begun, and when the visitor last saw it. */
interface Draft {
  text: string;
  at: number;
}

/** State of a single tab. */
export interface Tab {
  open: boolean;
  /** Whether the visitor has enlarged the panel. */
  large: boolean;
  outbox: Outgoing[];
  draft: Draft | null;
}

const NO_KEY: Key = { token: null, choice: null, size: 0 };
const NEW_TAB: Tab = { open: false, large: false, outbox: [], draft: null };

export class Store {
  key: Key = NO_KEY;
  tab: Tab = NEW_TAB;
  /** Whether the key outlives the tab. */
  remembered = false;
  #sealed = false;

  constructor(private readonly server: string) {
    this.reload();
  }

  /** Rereads the storage, which another tab may have changed. */
  reload(): void {
    const mine = this.#keyIn(session);
    // A tab that only knows a language takes part in the chat that is remembered.
    const lasting = mine?.token ? null : this.#keyIn(local);
    this.remembered = lasting !== null;
    this.key = lasting ? { ...lasting, choice: lasting.choice ?? mine?.choice ?? null } : (mine ?? NO_KEY);
    const tab = this.#parsed<Tab>(session, TAB);
    if (!tab) return;
    const { open, large, outbox, draft } = tab;
    const unsent = (outbox ?? []).filter(isOutgoing);
    this.tab = { open: open === true, large: large === true, outbox: unsent, draft: draft ?? null };
  }

  /** Rereads it after the page has rested in the browser's memory: what is gone was erased meanwhile. */
  reread(): void {
    this.reload();
    if (!this.#parsed<Tab>(session, TAB)) this.tab = NEW_TAB;
  }

  /** Stores a changed key; only in memory if the browser has no storage. */
  keepKey(changes: Partial<Key>): void {
    this.key = { ...this.key, ...changes };
    this.#put(this.remembered ? local : session, CHAT, this.key);
  }

  keepTab(changes: Partial<Tab>): void {
    this.tab = { ...this.tab, ...changes };
    this.#put(session, TAB, this.tab);
  }

  /** Keeps a text that was begun, while the visitor looks elsewhere or reloads the page. */
  keepDraft(text: string): void {
    if (text || this.tab.draft) this.keepTab({ draft: text ? { text, at: Date.now() } : null });
  }

  /** The text that was begun in this tab; it is kept no longer. */
  takeDraft(): string {
    const { draft } = this.tab;
    if (!draft) return "";
    this.keepTab({ draft: null });
    const age = Date.now() - Number(draft.at);
    return age >= 0 && age < DRAFT_KEPT_MS ? String(draft.text) : "";
  }

  /** Moves the key to storage that outlives the tab, or back. */
  remember(wanted: boolean): void {
    this.remembered = wanted;
    remove(wanted ? session : local, CHAT);
    this.#put(wanted ? local : session, CHAT, this.key);
  }

  /** Forgets the chat, but not whether this tab's panel is open. */
  forget(): void {
    const { open, large } = this.tab;
    remove(this.remembered ? local : session, CHAT);
    remove(session, TAB);
    this.remembered = false;
    this.key = NO_KEY;
    this.tab = NEW_TAB;
    if (open) this.keepTab({ open, large });
  }

  /** Forgets everything, and keeps nothing from now on. */
  clear(): void {
    this.#sealed = true;
    this.remembered = false;
    this.key = NO_KEY;
    this.tab = NEW_TAB;
    remove(session, CHAT);
    remove(session, TAB);
    remove(local, CHAT);
  }

  /** Calls back when another tab changes the stored key; returns a function that stops this. */
  watch(changed: () => void): () => void {
    const listener = (event: StorageEvent): void => {
      if (event.key === CHAT || event.key === null) changed();
    };
    addEventListener("storage", listener);
    return () => removeEventListener("storage", listener);
  }

  #keyIn(storage: () => Storage): Key | null {
    const kept = this.#parsed<Key>(storage, CHAT);
    const size = typeof kept?.size === "number" ? kept.size : 0;
    return kept && { token: kept.token ?? null, choice: spoken(kept.choice), size };
  }

  #parsed<T>(storage: () => Storage, name: string): Partial<T> | null {
    const text = attempt(() => storage().getItem(name));
    const data = text ? attempt(() => JSON.parse(text) as Partial<T> & { server?: unknown }) : null;
    return data && typeof data === "object" && data.server === this.server ? data : null;
  }

  #put(storage: () => Storage, name: string, value: object): void {
    if (this.#sealed) return;
    attempt(() => storage().setItem(name, JSON.stringify({ ...value, server: this.server })));
  }
}

const session = (): Storage => sessionStorage;
const local = (): Storage => localStorage;

function remove(storage: () => Storage, name: string): void {
  attempt(() => storage().removeItem(name));
}

function isOutgoing(value: unknown): value is Outgoing {
  const { id, text } = (value ?? {}) as Partial<Outgoing>;
  return typeof id === "string" && typeof text === "string";
}

/** Ignores errors: a browser throws on any access to storage that is disabled or full. */
function attempt<T>(touch: () => T): T | null {
  try {
    return touch();
  } catch {
    return null;
  }
}
