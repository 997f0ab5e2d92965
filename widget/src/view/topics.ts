/** Everyday topics and their questions, for those who would rather choose than type; fetched when they are opened. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import type { Language } from "../languages.js";
import type { Topic } from "../protocol.js";
import { worded, type Wording } from "../wording.js";

export interface TopicsActions {
  /** The topics in a language; rejects without a connection. */
  load(language: Language): Promise<Topic[]>;
  ask(question: string): void;
  failed(): void;
}

export class Topics {
  /** Opens and closes the list. */
  readonly toggle: HTMLButtonElement;
  readonly element = h("section", { class: "topics", id: "topics", part: "topics", tabindex: "-1", hidden: "" });
  private readonly list = h("div", {});
  private shown: Language | null = null;

  constructor(
    private readonly words: Wording,
    private readonly actions: TopicsActions,
  ) {
    const attributes = { class: "topics-toggle", part: "topics-toggle", "aria-expanded": "false", "aria-controls": "topics" };
    this.toggle = button(attributes, () => (this.open ? this.close() : void this.show()));
    this.toggle.append(worded(words, (texts) => texts.topics));
    const close = button({ class: "round" }, () => this.close(), icon("close"));
    const title = h("h3", { id: "topics-title" }, worded(words, (texts) => texts.topics));
    this.element.setAttribute("aria-labelledby", "topics-title");
    this.element.append(h("div", { class: "topics-head" }, title, close), this.list);
    words.say((texts) => {
      close.setAttribute("aria-label", texts.cancel);
      if (this.open) void this.show(false);
    });
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Shows the topics in the current language; on request, brings them into view and focuses them. */
  async show(focus = true): Promise<void> {
    const { language } = this.words;
    if (this.shown !== language) {
      try {
        this.fill(await this.actions.load(language));
        this.shown = language;
      } catch {
        return this.actions.failed();
      }
    }
    this.expanded = true;
    if (!focus) return;
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "start" });
  }

  close(): void {
    const hadFocus = this.element.matches(":focus-within");
    this.expanded = false;
    if (hadFocus) this.toggle.focus();
  }

  private set expanded(now: boolean) {
    this.element.hidden = !now;
    this.toggle.setAttribute("aria-expanded", String(now));
  }

  private fill(topics: Topic[]): void {
    const questions = (topic: Topic): HTMLElement[] =>
      topic.questions.map((text) => h("li", {}, button({ class: "suggestion", part: "suggestion" }, () => this.choose(text), text)));
    this.list.replaceChildren(
      ...topics.map((topic) =>
        h("details", { name: "topics" }, h("summary", {}, topic.title), h("ul", {}, ...questions(topic))),
      ),
    );
  }

  private choose(question: string): void {
    this.expanded = false;
    this.actions.ask(question);
  }
}
