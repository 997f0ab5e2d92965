/** What stays on the device: the chat's key and unsent messages, for this tab only; on request, the key for longer. */

import type { Outgoing } from "./api.js";
import { spoken, type Language } from "./languages.js";

const CHAT = "iom-assistant-chat";
const TAB = "iom-assistant-tab";

/** Access to a chat. */
export interface Key {
  token: string | null;
  expiresAt: string | null;
  choice: Language | null;
  /** By how many steps the text is enlarged. */
  size: number;
}

/** State of a single tab. */
export interface Tab {
  open: boolean;
  /** Whether the visitor has enlarged the panel. */
  large: boolean;
  outbox: Outgoing[];
}

const NO_KEY: Key = { token: null, expiresAt: null, choice: null, size: 0 };
const NEW_TAB: Tab = { open: false, large: false, outbox: [] };

export class Store {
  key: Key = NO_KEY;
  tab: Tab = NEW_TAB;
  /** Whether the key outlives the tab. */
  remembered = false;

  constructor(private readonly server: string) {
    this.reload();
  }

  /** Rereads the storage, which another tab may have changed. */
  reload(): void {
    const mine = this.keyIn(session);
    const lasting = mine ? null : this.keyIn(local);
    this.remembered = lasting !== null;
    this.key = mine ?? lasting ?? NO_KEY;
    const tab = this.parsed<Tab>(session, TAB);
    const { open, large, outbox } = tab ?? {};
    if (tab) this.tab = { open: open === true, large: large === true, outbox: (outbox ?? []).filter(isOutgoing) };
  }

  /** Stores a changed key; only in memory if the browser has no storage. */
  keepKey(changes: Partial<Key>): void {
    this.key = { ...this.key, ...changes };
    this.put(this.remembered ? local : session, CHAT, this.key);
  }

  keepTab(changes: Partial<Tab>): void {
    this.tab = { ...this.tab, ...changes };
    this.put(session, TAB, this.tab);
  }

  /** Moves the key to storage that outlives the tab, or back. */
  remember(wanted: boolean): void {
    this.remembered = wanted;
    remove(wanted ? session : local, CHAT);
    this.put(wanted ? local : session, CHAT, this.key);
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

  /** Forgets everything. */
  clear(): void {
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

  private keyIn(storage: () => Storage): Key | null {
    const kept = this.parsed<Key>(storage, CHAT);
    if (!kept) return null;
    const choice = spoken(kept.choice);
    const expired = kept.expiresAt ? Date.parse(kept.expiresAt) < Date.now() : false;
    const size = typeof kept.size === "number" ? kept.size : 0;
    const { token = null, expiresAt = null } = expired ? NO_KEY : kept;
    return { token, expiresAt, choice, size };
  }

  private parsed<T>(storage: () => Storage, name: string): Partial<T> | null {
    const text = attempt(() => storage().getItem(name));
    const data = text ? attempt(() => JSON.parse(text) as Partial<T> & { server?: unknown }) : null;
    return data && typeof data === "object" && data.server === this.server ? data : null;
  }

  private put(storage: () => Storage, name: string, value: object): void {
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
