/** The custom element: attributes in, events out; the loader does the rest. */

import { Loader } from "./loader.js";
import { spoken, type Language } from "./languages.js";
import { PageLanguage } from "./page_language.js";
import { smallScreen } from "./screen.js";
import type { Settings } from "./settings.js";
import { registerUnit } from "./unit.js";

const CONTACT = "https://germany.iom.int";
// A page that takes the element away and puts it, or one like it, back within this time has only moved it.
const MOVED_WITHIN_MS = 1_000;

/** Elements that are out of the page, perhaps only for a moment. */
const away = new Set<IomAssistant>();

/** `<iom-assistant>`: the chat of IOM Germany on any page. */
export class IomAssistant extends HTMLElement {
  static get observedAttributes(): string[] {
    return ["open", "language"];
  }

  #loader: Loader | null = null;
  #page: PageLanguage | null = null;
  #quietly = false;
  #draft = "";
  #ending: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    clearTimeout(this.#ending);
    away.delete(this);
    // Moved within the page: everything goes on.
    if (this.#loader) return this.#moved(this.#loader);
    for (const other of away) this.#succeed(other);
    registerUnit();
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#page = new PageLanguage(this, () => this.#loader?.followLanguage());
    this.#loader = new Loader(this.#settings(this.#page), root);
    this.#loader.draft ||= this.#draft;
    this.#openQuietly();
  }

  #moved(loader: Loader): void {
    loader.stayInWindow();
    this.#page?.look();
  }

  /** Ends only if the page has not put the element back after a while. */
  disconnectedCallback(): void {
    away.add(this);
    this.#ending = setTimeout(() => this.#end(), MOVED_WITHIN_MS);
  }

  /** Takes the place of an element that the page has just taken away: the same chat is never led by two. */
  #succeed(other: IomAssistant): void {
    other.#end();
    this.#draft = other.#draft;
  }

  #end(): void {
    clearTimeout(this.#ending);
    away.delete(this);
    this.#draft = this.#loader?.draft ?? this.#draft;
    this.#page?.end();
    this.#loader?.end();
    this.#loader = null;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.#loader) return;
    if (name === "language") return this.#loader.followLanguage();
    if ((before === null) === (now === null)) return;
    if (now === null) this.#loader.close();
    else this.#loader.open(!this.#quietly);
    this.dispatchEvent(new CustomEvent(now === null ? "iom-assistant-close" : "iom-assistant-open", { bubbles: true }));
  }

  get open(): boolean {
    return this.hasAttribute("open");
  }

  /** Opens or closes the panel. */
  set open(now: boolean) {
    this.toggleAttribute("open", now);
  }

  /** Opens without taking focus, because the page says so or it was open in this tab before. */
  #openQuietly(): void {
    this.#quietly = true;
    if (this.#isInline) this.open = true;
    if (this.open) this.#loader?.open(false);
    else if (this.#loader?.wasOpen && !smallScreen()) this.open = true;
    else this.#loader?.prepare();
    this.#quietly = false;
  }

  get #isInline(): boolean {
    return this.hasAttribute("inline");
  }

  /** The author's title and launcher, which hold in the page's language only. */
  #ownTexts(): Record<string, string> {
    const [title, launcher] = [this.getAttribute("chat-title"), this.getAttribute("launcher-text")];
    return { ...(title ? { title, titleShort: title } : {}), ...(launcher ? { launcher } : {}) };
  }

  #settings(page: PageLanguage): Settings {
    const pageLanguage = (): Language => spoken(this.getAttribute("language")) ?? page.language;
    return {
      server: (this.getAttribute("server") ?? new URL(import.meta.url).origin).replace(/\/+$/, ""),
      pageLanguage,
      ownTexts: (language) => (language === pageLanguage() ? this.#ownTexts() : {}),
      starters: (this.getAttribute("starters") ?? "").split(/[\s,]+/).filter(Boolean),
      inline: this.#isInline,
      contactUrl: this.getAttribute("contact-url") ?? CONTACT,
      exitUrl: () => this.getAttribute("exit-url"),
      opened: (now) => (this.open = now || this.#isInline),
    };
  }
}
