/** What every page has: the launcher, and the way to the chat, which is loaded when somebody wants it. */

import type { Assistant, begin } from "./chat_file.js";
import { button, h } from "./dom.js";
import { drawn, MARK } from "./drawn.js";
import { files, firstLibrary, type FirstTexts } from "./first_texts.js";
import type { Shared } from "./handed_over.js";
import { keepTyping } from "./keys.js";
import { directionOf, LANGUAGES, localeOf, nameOfLanguage, spoken, type Language } from "./languages.js";
import styles from "./launcher.css";
import { filled, Library } from "./library.js";
import { OnDemand } from "./on_demand.js";
import { sayWhere } from "./region.js";
import { smallScreen } from "./screen.js";
import type { Settings } from "./settings.js";
import { Store } from "./store.js";
import { styleOnce } from "./styling.js";
import { fixToWindow } from "./top_layer.js";
import { Launcher } from "./view/launcher.js";
import { pageLink } from "./view/page_link.js";
import { worded, Wording } from "./wording.js";

// Whoever waits for something that nobody has pressed a button for, waits for the next attempt too.
const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

/** Set by build.mjs: changes with what the files contain, so that a copy in a cache is of the same version. */
declare const CHAT_VERSION: string;

/** What the chat need not bring a second time. */
const shared: Shared = {
  h,
  button,
  drawn,
  MARK,
  directionOf,
  LANGUAGES,
  localeOf,
  nameOfLanguage,
  spoken,
  filled,
  Library,
  OnDemand,
  sayWhere,
  smallScreen,
  styleOnce,
  worded,
  Wording,
};

const chatFiles = new Map<string, OnDemand<{ begin: typeof begin }>>();

/** The chat with the texts of a language: German or English, to which other languages add theirs. */
function chatFile(language: Language): OnDemand<{ begin: typeof begin }> {
  const name = language === "de" ? "chat.de.js" : "chat.js";
  const file = chatFiles.get(name) ?? new OnDemand(new URL(`./${name}?v=${CHAT_VERSION}`, import.meta.url).href);
  chatFiles.set(name, file);
  return file;
}

export class Loader {
  readonly #region = h("div", { class: "assistant", role: "region" });
  readonly #store: Store;
  readonly #words: Wording<FirstTexts>;
  readonly #launcher: Launcher;
  readonly #unwatch: () => void;
  #chat: Assistant | null = null;
  #file: OnDemand<{ begin: typeof begin }> | null = null;
  #begun = "";
  /** The panel is to be shown once it is here: with the focus, if that is still at this place. */
  #wanted: { focus: boolean; from: Element | null } | null = null;
  #trouble: HTMLElement | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #pause = RETRY_MS;
  #ended = false;

  constructor(
    private readonly settings: Settings,
    private readonly root: ShadowRoot,
  ) {
    this.#store = new Store(settings.server);
    this.#words = new Wording(firstLibrary, this.#language, settings.ownTexts);
    this.#launcher = new Launcher(this.#words, () => this.#press());
    this.#region.append(this.#launcher.element);
    keepTyping(this.#region);
    sayWhere(this.#region, this.#words);
    this.#unwatch = this.#store.watch(() => this.#changedElsewhere());
    styleOnce(root, styles);
    root.append(this.#region);
    this.stayInWindow();
  }

  /** Whether the panel was open when this tab last left the page. */
  get wasOpen(): boolean {
    return this.#store.tab.open;
  }

  /** What stands in the field, not sent. */
  get draft(): string {
    return this.#chat?.draft ?? this.#begun;
  }

  set draft(text: string) {
    if (this.#chat) this.#chat.draft = text;
    else this.#begun = text;
  }

  /** Shows the panel; pass `focus` as false if the visitor did not just ask for it. */
  open(focus = true): void {
    this.stayInWindow();
    if (this.#chat) return this.#chat.open(focus);
    this.#wanted ??= { focus, from: document.activeElement };
    this.#launcher.busy = true;
    void this.#load();
  }

  /** Keeps the chat fixed to the window, wherever the page has put the element; one in the flow of the page stays there. */
  stayInWindow(): void {
    if (!this.settings.inline) fixToWindow(this.#region);
  }

  close(): void {
    if (this.#chat) return this.#chat.close();
    if (!this.#wanted) return;
    this.#giveUp();
    this.#store.keepTab({ open: false });
  }

  /** Loads the chat at once for a visitor who has begun one: it may be erased, or left in a hurry, at any time. */
  prepare(): void {
    if (this.#isUsed) void this.#load();
  }

  /** Follows the page's language, unless the visitor has chosen one. */
  followLanguage(): void {
    if (this.#chat) this.#chat.followLanguage();
    else this.#words.change(this.#language);
  }

  /** Releases everything outside the element. */
  end(): void {
    this.#ended = true;
    this.#unwatch();
    clearTimeout(this.#again);
    this.#chat?.end();
    this.#region.remove();
  }

  get #language(): Language {
    return this.#store.key.choice ?? this.settings.pageLanguage();
  }

  get #isUsed(): boolean {
    return this.#store.key.token !== null || this.#store.tab.outbox.length > 0;
  }

  #press(): void {
    if (this.#wanted) return;
    this.#trouble?.remove();
    this.#trouble = null;
    this.settings.opened(!this.#chat?.isOpen);
  }

  #changedElsewhere(): void {
    if (this.#chat) return;
    this.#store.reload();
    this.followLanguage();
  }

  async #load(): Promise<void> {
    clearTimeout(this.#again);
    try {
      // Without a pause where the file is here already.
      const file = (this.#file ??= chatFile(this.#language));
      const { begin } = file.file ?? (await file.load());
      if (!this.#ended) this.#enter(begin);
    } catch (error) {
      console.error("iom-assistant: the chat could not be loaded.", error);
      if (!this.#ended) this.#fail();
    }
  }

  #enter(begun: typeof begin): void {
    if (this.#chat) return;
    const wanted = this.#wanted;
    // It may have been erased while this page rested in the browser's memory.
    this.#store.reread();
    const before = { store: this.#store, files, launcher: this.#launcher, region: this.#region, shared };
    this.#chat = begun(this.settings, before, this.root);
    this.#chat.draft ||= this.#begun;
    this.#words.end();
    this.#trouble?.remove();
    this.#giveUp();
    if (wanted) this.#chat.open(wanted.focus && document.activeElement === wanted.from);
  }

  /** Says so to whoever wants the chat, and where else it is. */
  #fail(): void {
    const { settings } = this;
    const wanted = this.#wanted;
    this.#giveUp();
    if (wanted) {
      this.#trouble ??= this.#sorry();
      settings.opened(false);
    }
    if (!settings.inline && !this.#isUsed) return;
    this.#again = setTimeout(() => (settings.inline ? this.open(false) : void this.#load()), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_RETRY_MS);
  }

  #sorry(): HTMLElement {
    const text = h("p", {}, worded(this.#words, "failed"));
    const link = pageLink(this.#words, this.settings.server, { class: "open-page" });
    const note = h("div", { class: "trouble", role: "alert" }, text, link);
    this.#region.prepend(note);
    return note;
  }

  #giveUp(): void {
    this.#wanted = null;
    this.#launcher.busy = false;
  }
}
