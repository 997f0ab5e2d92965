/** Everyday topics and their questions, for those who would rather choose than type; fetched when they are opened. */

import { button, h } from "../dom.js";
import type { Language } from "../languages.js";
import { worded, type Wording } from "../wording.js";
import { suggestion } from "../view/suggestions.js";
import type { Host } from "./host.js";
import { topicsOf, type Topic } from "./requests.js";
import { picture } from "./shapes.js";
import type { LaterTexts } from "./texts.js";

export class Topics {
  private readonly element = h("section", { class: "topics", id: "topics", part: "topics", tabindex: "-1", hidden: "" });
  private readonly list = h("div", {});
  private shown: Language | null = null;

  constructor(
    private readonly host: Host,
    later: Wording<LaterTexts>,
  ) {
    const { words } = host;
    const close = button({ class: "round" }, () => this.#close(), picture("close"));
    const title = h("h3", { id: "topics-title" }, worded(words, "topics"));
    this.element.setAttribute("aria-labelledby", "topics-title");
    this.element.append(h("div", { class: "topics-head" }, title, close), this.list);
    host.scroll.append(this.element);
    later.say((texts) => close.setAttribute("aria-label", texts.cancel));
    words.say(() => this.#open && void this.show(false));
  }

  /** Opens or closes the list. */
  toggle(): void {
    if (this.#open) this.#close();
    else void this.show();
  }

  /** Shows the topics in the current language; on request, brings them into view and focuses them. */
  async show(focus = true): Promise<void> {
    const { api, words, footer } = this.host;
    const { language } = words;
    if (this.shown !== language) {
      try {
        this.#fill(await topicsOf(api, language));
        this.shown = language;
      } catch {
        return footer.warn(words.texts.failed);
      }
    }
    this.#expanded = true;
    if (!focus) return;
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "start" });
  }

  get #open(): boolean {
    return !this.element.hidden;
  }

  #close(): void {
    const hadFocus = this.element.matches(":focus-within");
    this.#expanded = false;
    if (hadFocus) this.host.topicsToggle.focus();
  }

  set #expanded(now: boolean) {
    this.element.hidden = !now;
    this.host.topicsToggle.setAttribute("aria-expanded", String(now));
  }

  #fill(topics: Topic[]): void {
    const questions = (topic: Topic): HTMLElement[] =>
      topic.questions.map((text) => h("li", {}, suggestion(text, () => this.#choose(text))));
    this.list.replaceChildren(
      ...topics.map((topic) =>
        h("details", { name: "topics" }, h("summary", {}, topic.title), h("ul", {}, ...questions(topic))),
      ),
    );
  }

  #choose(question: string): void {
    this.#expanded = false;
    this.host.send(question, true);
  }
}
