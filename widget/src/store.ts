/** What stays on the device: the key to the chat and what is not sent yet; for the tab, the key longer on request. */

import type { Outgoing } from "./api.js";
import { spoken, type Language } from "./languages.js";

const CHAT = "iom-assistant-chat";
const TAB = "iom-assistant-tab";

/** The way into a chat. */
export interface Key {
  token: string | null;
  expiresAt: string | null;
  choice: Language | null;
}

/** What belongs to one tab only. */
export interface Tab {
  open: boolean;
  outbox: Outgoing[];
}

const NO_KEY: Key = { token: null, expiresAt: null, choice: null };
const NEW_TAB: Tab = { open: false, outbox: [] };

export class Store {
  key: Key = NO_KEY;
  tab: Tab = NEW_TAB;
  /** Whether the key outlives the tab. */
  remembered = false;

  constructor(private readonly server: string) {
    this.reload();
  }

  /** Reads again what is kept, which another tab may have changed. */
  reload(): void {
    const mine = this.keyIn(session);
    const lasting = mine ? null : this.keyIn(local);
    this.remembered = lasting !== null;
    this.key = mine ?? lasting ?? NO_KEY;
    const tab = this.parsed<Tab>(session, TAB);
    if (tab) this.tab = { open: tab.open === true, outbox: (tab.outbox ?? []).filter(isOutgoing) };
  }

  /** Keeps a changed key; in memory only where the browser allows no more. */
  keepKey(changes: Partial<Key>): void {
    this.key = { ...this.key, ...changes };
    this.put(this.remembered ? local : session, CHAT, this.key);
  }

  keepTab(changes: Partial<Tab>): void {
    this.tab = { ...this.tab, ...changes };
    this.put(session, TAB, this.tab);
  }

  /** Moves the key to the storage that outlives the tab, or back. */
  remember(wanted: boolean): void {
    this.remembered = wanted;
    remove(wanted ? session : local, CHAT);
    this.put(wanted ? local : session, CHAT, this.key);
  }

  /** Forgets the chat but not that this tab's panel is open. */
  forget(): void {
    const open = this.tab.open;
    remove(this.remembered ? local : session, CHAT);
    remove(session, TAB);
    this.remembered = false;
    this.key = NO_KEY;
    this.tab = NEW_TAB;
    if (open) this.keepTab({ open });
  }

  /** Empties everything. */
  clear(): void {
    this.remembered = false;
    this.key = NO_KEY;
    this.tab = NEW_TAB;
    remove(session, CHAT);
    remove(session, TAB);
    remove(local, CHAT);
  }

  /** Calls back when another tab changed what is remembered; returns the way to stop. */
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
    return expired ? { ...NO_KEY, choice } : { token: kept.token ?? null, expiresAt: kept.expiresAt ?? null, choice };
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

/** A browser without storage, or with a full one, throws at any touch of it: no reason to stop. */
function attempt<T>(touch: () => T): T | null {
  try {
    return touch();
  } catch {
    return null;
  }
}
