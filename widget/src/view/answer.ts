/** One answer: what it says, then its source in a line, two suggestions, and everything else on request. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { directionOf, spoken, type Language } from "../languages.js";
import { entriesOf, type Content, type Part } from "../protocol.js";
import { helplinesIn, richText } from "../rich_text.js";
import { filled, languageOfTexts, textsOf, type Texts } from "../texts.js";
import { contactsView } from "./contacts.js";
import { evidenceOf } from "./evidence.js";
import { suggestionsOf } from "./suggestions.js";
import { timeOf } from "./time.js";
import { AnswerTools, type ToolActions } from "./tools.js";

/** Kinds of answer in which the suggested questions are part of the message. */
const ASKING_BACK = new Set(["clarify", "fallback"]);
const KINDS = new Set(["fact", "clarify", "referral", "crisis", "fallback", "smalltalk", "control", "error"]);
const SUGGESTIONS_SHOWN = 2;
const CALLS_SHOWN = 3;

export interface AnswerActions extends ToolActions {
  /** Says something that a screen reader would otherwise not hear. */
  announce(text: string, language: Language): void;
  /** What the same entries say in another language; null if that failed, which the visitor is told. */
  translated(entries: string[], language: Language): Promise<Content | null>;
}

/** What a part says, and what is announced only in short. */
interface Piece {
  said: HTMLElement[];
  quiet: HTMLElement[];
  summary: string;
}

export class AnswerView {
  readonly element: HTMLElement;
  private readonly own: Language;
  private readonly tools: AnswerTools;
  private language: Language;
  private unfinished: Array<() => void> = [];
  private translating = false;

  constructor(
    private readonly content: Content,
    private readonly id: string,
    fallback: Language,
    private readonly actions: AnswerActions,
    sequence: number | null,
    private readonly at: string | null,
  ) {
    this.own = this.language = spoken(content.language) ?? fallback;
    this.element = h("article", { part: "message answer", tabindex: "-1", "aria-labelledby": `${id}-by` });
    this.tools = new AnswerTools(content.kind, id, actions, sequence, (language) => void this.translate(language));
    this.show(content);
  }

  /** Adds what belongs to the answer but is not announced with it. */
  finish(): void {
    this.unfinished.forEach((add) => add());
    this.unfinished = [];
  }

  /** Shows the text in a language, as an article of that language; whatever is not announced comes with `finish`. */
  private show(content: Content): void {
    const { element, id } = this;
    const language = (this.language = spoken(content.language) ?? this.own);
    const texts = textsOf(language);
    element.className = `message answer ${KINDS.has(content.kind) ? content.kind : "smalltalk"}`;
    element.lang = language;
    element.dir = directionOf(language);
    const by = h("p", { class: "unseen", id: `${id}-by`, lang: languageOfTexts(language) }, texts.assistantSaid);
    element.replaceChildren(by, ...this.partsOf(content, texts));
    this.suggest(content, texts);
  }

  private partsOf({ parts }: Content, texts: Texts): HTMLElement[] {
    const shown = (part: Part): HTMLElement[] => this.inTwoSteps(pieceOf(part, texts, this.language));
    if (parts.length < 2) return parts.flatMap(shown);
    return [h("ol", { class: "parts" }, ...parts.map((part) => h("li", {}, ...questionOf(part), ...shown(part))))];
  }

  /** First what is said, with a line for the screen reader in place of the rest. */
  private inTwoSteps({ said, quiet, summary }: Piece): HTMLElement[] {
    if (!quiet.length) return said;
    const line = h("p", { class: "unseen" }, summary);
    this.unfinished.push(() => line.replaceWith(h("div", { class: "below", "aria-live": "off" }, ...quiet)));
    return [...said, line];
  }

  private suggest(content: Content, texts: Texts): void {
    // What asks for the original elsewhere; here it is below the answer.
    const questions = content.suggestions.filter((question) => question !== texts.original);
    const heading = content.heading && h("p", { class: "label-line", id: `${this.id}-more` }, content.heading);
    const group = (some: string[]): HTMLElement[] =>
      suggestionsOf(some, this.actions.ask, heading || null);
    const asksBack = ASKING_BACK.has(content.kind);
    if (asksBack) this.element.append(...group(questions));
    else if (heading) heading.className = "unseen";
    const shown = asksBack ? [] : questions.slice(0, SUGGESTIONS_SHOWN);
    const rest = asksBack ? [] : questions.slice(SUGGESTIONS_SHOWN);
    this.unfinished.push(() => {
      const tools = this.tools.show({ content, texts, language: this.language, others: this.others(content), rest });
      const after = h("div", { class: "after", "aria-live": "off" }, ...group(shown), ...tools);
      const time = timeOf({ at: this.at }, this.language);
      if (time) after.append(time);
      if (after.firstChild) this.element.append(after);
    });
  }

  /** The languages in which the answer can be shown too, the likeliest first. */
  private others({ parts }: Content): Language[] {
    if (!entriesOf(parts).length) return [];
    const others = this.actions.languages().filter((language) => language !== this.language);
    return this.language === this.own ? others : [...new Set([this.own, ...others])];
  }

  private async translate(language: Language): Promise<void> {
    if (this.translating) return;
    this.translating = true;
    const content = language === this.own ? this.content : await this.fetched(language);
    this.translating = false;
    if (!content) return;
    this.show(content);
    this.finish();
    this.tools.focusLanguage();
    this.actions.announce(content.parts.map(({ text }) => text).join("\n"), this.language);
  }

  private fetched(language: Language): Promise<Content | null> {
    return this.actions.translated(entriesOf(this.content.parts), language);
  }
}

function questionOf(part: Part): HTMLElement[] {
  return part.question ? [h("p", { class: "question" }, part.question)] : [];
}

function pieceOf(part: Part, texts: Texts, language: Language): Piece {
  const crisis = part.kind === "crisis";
  const numbers = { phones: phonesOf(part), emergency: crisis };
  const heading = part.heading ? richText(part.heading, texts.newWindow, numbers) : [];
  const text = [...heading, inOwnLanguage(part, language, richText(part.text, texts.newWindow, numbers))];
  const evidence = part.kind === "control" ? [] : evidenceOf(part, texts);
  const quiet = [...contactsView(part.contacts, texts, language), ...evidence, ...originalOf(part, texts)];
  return { said: [...(crisis ? callsOf(part, texts) : []), ...text], quiet, summary: summaryOf(part, texts) };
}

/** What is announced of contacts and sources: who they are, and how many. */
function summaryOf({ approvedOn, contacts, sources, translation }: Part, texts: Texts): string {
  const names = contacts.map(({ name }) => name).join(", ");
  return [
    contacts.length ? `${texts.contacts}: ${names}.` : "",
    sources.length ? `${filled(texts.sources, { count: sources.length })}.` : "",
    translation && !approvedOn ? texts.unreviewed : "",
  ].join(" ");
}

/** The text of a part, marked if it is not in the language of the answer. */
function inOwnLanguage({ language: own }: Part, language: Language, text: HTMLElement[]): HTMLElement {
  const code = own && spoken(own);
  if (!code || code === language) return h("div", {}, ...text);
  return h("div", { class: "untranslated", lang: code, dir: directionOf(code) }, ...text);
}

/** Of a translation that nobody has approved: that this is so, and what it was made of. */
function originalOf({ approvedOn, translation }: Part, texts: Texts): HTMLElement[] {
  if (!translation || approvedOn) return [];
  const { text, language } = translation.original;
  const whole = h("div", { lang: language, dir: directionOf(language) }, ...richText(text, texts.newWindow));
  const note = h("p", { class: "evidence unreviewed" }, texts.unreviewed);
  return [note, h("details", { class: "original" }, h("summary", {}, texts.original), whole)];
}

function phonesOf(part: Part): string[] {
  return part.contacts.flatMap(({ phone }) => phone ?? []);
}

/** In a crisis, the first phone numbers above everything, as buttons large enough for a trembling hand. */
function callsOf(part: Part, texts: Texts): HTMLElement[] {
  const [before = "", after = ""] = texts.call.split("{number}");
  const calls = Array.from(helplinesIn(part.text, phonesOf(part)), ([number, href]) =>
    h("a", { class: "call", href }, icon("phone"), h("span", {}, before, h("bdi", {}, number), after)),
  );
  return calls.length ? [h("p", { class: "row calls" }, ...calls.slice(0, CALLS_SHOWN))] : [];
}
