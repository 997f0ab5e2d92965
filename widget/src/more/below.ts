/** What belongs below an answer but is not announced with it: contacts, sources, two suggestions, and tools. */

import { button, h } from "../dom.js";
import { directionOf, type Language } from "../languages.js";
import { entriesOf, type Content, type Part } from "../protocol.js";
import { richText } from "../rich_text.js";
import type { Texts } from "../texts.js";
import type { AnswerView } from "../view/answer.js";
import { suggestionsOf } from "../view/suggestions.js";
import { timeOf } from "../view/time.js";
import { AnswerMore } from "./answer.js";
import { announce } from "./announce.js";
import { contactsView } from "./contacts.js";
import { evidenceOf } from "./evidence.js";
import type { Host } from "./host.js";
import type { More } from "./index.js";
import { AnswerTools } from "./tools.js";

const SUGGESTIONS_SHOWN = 2;
// Nobody is asked in a crisis whether that helped.
const NOT_JUDGED = "crisis";

export class Below {
  private readonly tools: AnswerTools;
  private translating = false;

  constructor(
    private readonly host: Host,
    private readonly more: More,
    private readonly view: AnswerView,
  ) {
    const { id, content, sequence } = view;
    const translate = (language: Language): void => void this.#translate(language);
    const judged = content.kind === NOT_JUDGED ? null : sequence;
    const offers = new AnswerMore(host, more, id, judged, translate);
    this.tools = new AnswerTools(id, offers, translate, (panel) => more.place.reveal(panel));
  }

  /** Adds it to the answer as it is shown now. */
  show(): void {
    const { view } = this;
    const focused = (view.element.getRootNode() as ShadowRoot).activeElement;
    view.element.querySelector(":scope > .tools-row")?.remove();
    for (const { part, line } of view.places) {
      const quiet = quietOf(part, view.texts, view.language);
      if (quiet.length) line.replaceWith(h("div", { class: "below", "aria-live": "off" }, ...quiet));
      else line.remove();
    }
    const after = h("div", { class: "after", "aria-live": "off" }, ...this.#suggestions(), ...this.#offers());
    after.append(timeOf(view, view.language) ?? "");
    if (view.content.kind === "fallback") view.element.append(this.#offerOfTeam());
    if (after.firstChild) view.element.append(after);
    if (focused && !focused.isConnected) view.element.focus({ preventScroll: true });
  }

  /** Opens what else is offered, for a visitor who has pressed a button that is gone now. */
  open(): void {
    this.tools.focus();
    this.tools.press();
  }

  /** A button to ask people what the assistant does not know, shown only where that can be done. */
  #offerOfTeam(): HTMLElement {
    const { content, texts } = this.view;
    const question = this.host.conversation.questionOf(content)?.querySelector(".said")?.textContent ?? "";
    const offer = button({ class: "plain quiet", part: "ask-team" }, () => void this.more.people.ask(question), texts.team);
    return h("div", { class: "row ask-team", "aria-live": "off" }, offer);
  }

  #suggestions(): HTMLElement[] {
    const { heading, questions } = this.view;
    // What asks back keeps it, with the questions that belong to it.
    if (heading && questions.length) heading.className = "unseen";
    return suggestionsOf(questions.slice(0, SUGGESTIONS_SHOWN), this.ask, heading);
  }

  private readonly ask = (question: string): void => this.host.send(question, true);

  #offers(): HTMLElement[] {
    const { sequence, shown, texts, language, questions } = this.view;
    if (sequence === null) return [];
    const rest = questions.slice(SUGGESTIONS_SHOWN);
    return this.tools.show({ content: shown, texts, language, others: this.#others(), rest });
  }

  /** The languages in which the answer can be shown too, the likeliest first. */
  #others(): Language[] {
    const { shown, language, own } = this.view;
    if (!entriesOf(shown.parts).length) return [];
    const others = this.more.languages.list().filter((other) => other !== language);
    return language === own ? others : [...new Set([own, ...others])];
  }

  async #translate(language: Language): Promise<void> {
    const { view } = this;
    if (this.translating) return;
    this.translating = true;
    const content = language === view.own ? view.content : await this.#fetched(language);
    this.translating = false;
    if (!content) return;
    view.show(content);
    this.show();
    this.tools.focusLanguage();
    announce(this.host, content.parts.map(({ text }) => text).join("\n"), view.language);
  }

  /** What the same entries say in another language; null if that failed, which the visitor is told. */
  async #fetched(language: Language): Promise<Content | null> {
    const { api, footer, words } = this.host;
    this.more.languages.like(language);
    try {
      const entries = entriesOf(this.view.content.parts);
      const [content] = await Promise.all([api.answer(entries, language), this.host.loadTexts(language)]);
      return content;
    } catch {
      footer.warn(words.texts.failed);
      return null;
    }
  }
}

function quietOf(part: Part, texts: Texts, language: Language): HTMLElement[] {
  const evidence = part.kind === "control" ? [] : evidenceOf(part, texts);
  return [...contactsView(part.contacts, texts, language), ...evidence, ...originalOf(part, texts)];
}

/** Of a translation that nobody has approved: that this is so, and what it was made of. */
function originalOf({ approvedOn, translation }: Part, texts: Texts): HTMLElement[] {
  if (!translation || approvedOn) return [];
  const { text, language } = translation.original;
  const whole = h("div", { lang: language, dir: directionOf(language) }, ...richText(text, texts.newWindow));
  const note = h("p", { class: "evidence unreviewed" }, texts.unreviewed);
  return [note, h("details", { class: "original" }, h("summary", {}, texts.original), whole)];
}
