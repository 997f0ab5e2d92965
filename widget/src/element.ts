/** The custom element: attributes in, events out; the Assistant does the rest. */

import { Assistant, smallScreen, type Settings } from "./assistant.js";
import { languageAt, spoken, type Language } from "./languages.js";
import inline from "./inline.css";
import styles from "./styles.css";
import topics from "./topics.css";

const sheets = [styles, topics, inline].join("\n");
const CONTACT = "https://germany.iom.int";

/** `<iom-assistant>`: the chat of IOM Germany on any page. */
export class IomAssistant extends HTMLElement {
  static readonly observedAttributes = ["open", "language"];

  private assistant: Assistant | null = null;
  private languages: MutationObserver | null = null;
  private quietly = false;

  connectedCallback(): void {
    // Moved within the page: everything goes on, and the draft stays.
    if (this.assistant) return;
    const root = this.shadowRoot ?? withStyles(this.attachShadow({ mode: "open" }));
    this.assistant = new Assistant(this.settings());
    root.append(this.assistant.element);
    this.languages = new MutationObserver(() => this.assistant?.followLanguage());
    this.languages.observe(document.documentElement, { attributeFilter: ["lang"], subtree: true });
    this.openQuietly();
  }

  /** A page that moves the element connects it again at once; only one that is really gone ends. */
  disconnectedCallback(): void {
    queueMicrotask(() => !this.isConnected && this.end());
  }

  private end(): void {
    this.languages?.disconnect();
    this.assistant?.end();
    this.assistant?.element.remove();
    this.assistant = null;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.assistant) return;
    if (name === "language") return this.assistant.followLanguage();
    if ((before === null) === (now === null)) return;
    if (now === null) this.assistant.close();
    else this.assistant.open(!this.quietly);
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
  private openQuietly(): void {
    this.quietly = true;
    if (this.isInline) this.open = true;
    if (this.open) this.assistant?.open(false);
    else if (this.assistant?.wasOpen && !smallScreen()) this.open = true;
    this.quietly = false;
  }

  private get isInline(): boolean {
    return this.hasAttribute("inline");
  }

  /** The author's title and launcher, which hold in the page's language only. */
  private ownTexts(): Record<string, string> {
    const [title, launcher] = [this.getAttribute("chat-title"), this.getAttribute("launcher-text")];
    return { ...(title ? { title, titleShort: title } : {}), ...(launcher ? { launcher } : {}) };
  }

  private settings(): Settings {
    const pageLanguage = (): Language => spoken(this.getAttribute("language")) ?? languageAt(this);
    return {
      server: (this.getAttribute("server") ?? new URL(import.meta.url).origin).replace(/\/+$/, ""),
      pageLanguage,
      ownTexts: (language) => (language === pageLanguage() ? this.ownTexts() : {}),
      starters: (this.getAttribute("starters") ?? "").split(/[\s,]+/).filter(Boolean),
      inline: this.isInline,
      contactUrl: this.getAttribute("contact-url") ?? CONTACT,
      exitUrl: () => this.getAttribute("exit-url"),
      opened: (now) => (this.open = now || this.isInline),
    };
  }
}

function withStyles(root: ShadowRoot): ShadowRoot {
  if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(sheets);
    root.adoptedStyleSheets = [sheet];
  } else {
    // Safari before 16.4, where the page's CSP must allow inline styles.
    const element = document.createElement("style");
    element.textContent = sheets;
    (root as ShadowRoot).append(element);
  }
  return root;
}
