/** One answer as it is announced; what belongs below it comes afterwards (more/below.ts). */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { directionOf, spoken, type Language } from "../languages.js";
import type { Content, Part } from "../protocol.js";
import { helplinesIn, richText } from "../rich_text.js";
import { filled, languageOfTexts, textsOf, type Texts } from "../texts.js";
import { suggestionsOf } from "./suggestions.js";

/** Kinds of answer in which the suggested questions are part of the message. */
const ASKING_BACK = new Set(["clarify", "fallback"]);
const CALLS_SHOWN = 3;

/** Where the contacts and sources of a part go; until then, a line there tells a screen reader what they are. */
interface Place {
  part: Part;
  line: HTMLElement;
}

export class AnswerView {
  readonly element: HTMLElement;
  /** In which language the front gave the answer. */
  readonly own: Language;
  /** In which language it is shown now, and what is said in that language. */
  language: Language;
  texts: Texts;
  shown: Content;
  places: Place[] = [];
  /** The suggested questions that are no part of the message, and what is said above them. */
  questions: string[] = [];
  heading: HTMLElement | null = null;

  /** Without a `sequence`, it is no answer of the front's. */
  constructor(
    readonly content: Content,
    readonly id: string,
    fallback: Language,
    private readonly ask: (question: string) => void,
    readonly sequence: number | null = null,
    readonly at: string | null = null,
  ) {
    this.own = this.language = spoken(content.language) ?? fallback;
    this.texts = textsOf(this.own);
    this.shown = content;
    this.element = h("article", { part: "message answer", tabindex: "-1", "aria-labelledby": `${id}-by` });
    this.show(content);
  }

  /** Shows the text in a language, as an article of that language. */
  show(content: Content): void {
    const { element, id } = this;
    const language = (this.language = spoken(content.language) ?? this.own);
    const texts = (this.texts = textsOf(language));
    this.shown = content;
    this.places = [];
    element.className = `message answer${content.kind === "crisis" ? " crisis" : ""}`;
    element.lang = language;
    element.dir = directionOf(language);
    const by = h("p", { class: "unseen", id: `${id}-by`, lang: languageOfTexts(language) }, texts.assistantSaid);
    element.replaceChildren(by, ...this.#partsOf(content.parts));
    this.#suggest(content);
  }

  /** Says in plain words what cannot be shown better, and offers to try that again. */
  finishPlainly(again: () => void): void {
    const { element, texts } = this;
    for (const { part, line } of this.places) {
      line.className = "below";
      line.setAttribute("aria-live", "off");
      line.replaceChildren(...richText(plainly(part, texts), texts.newWindow, { phones: phonesOf(part) }));
    }
    if (!this.questions.length && !this.places.some(({ line }) => line.firstChild)) return;
    const offer = button({ class: "plain quiet" }, again, texts.more);
    element.append(h("div", { class: "row tools-row", "aria-live": "off" }, offer));
  }

  #partsOf(parts: Part[]): HTMLElement[] {
    const shown = (part: Part): HTMLElement[] => [...this.#saidIn(part), ...this.#placeFor(part)];
    if (parts.length < 2) return parts.flatMap(shown);
    return [h("ol", { class: "parts" }, ...parts.map((part) => h("li", {}, ...questionOf(part), ...shown(part))))];
  }

  #placeFor(part: Part): HTMLElement[] {
    const line = h("div", { class: "unseen" }, summaryOf(part, this.texts));
    this.places.push({ part, line });
    return [line];
  }

  #suggest({ kind, heading, suggestions }: Content): void {
    // What asks for the original elsewhere; here it is below the answer.
    const questions = suggestions.filter((question) => question !== this.texts.original);
    this.heading = heading ? h("p", { class: "label-line", id: `${this.id}-more` }, heading) : null;
    const asksBack = ASKING_BACK.has(kind);
    if (asksBack) this.element.append(...suggestionsOf(questions, this.ask, this.heading));
    this.questions = asksBack ? [] : questions;
  }

  #saidIn(part: Part): HTMLElement[] {
    const crisis = part.kind === "crisis";
    const numbers = { phones: phonesOf(part), emergency: crisis };
    const text = (some: string): HTMLElement[] => richText(some, this.texts.newWindow, numbers);
    const said = [...text(part.heading ?? ""), inOwnLanguage(part, this.language, text(part.text))];
    return [...(crisis ? callsOf(part, this.texts) : []), ...said];
  }
}

function questionOf(part: Part): HTMLElement[] {
  return part.question ? [h("p", { class: "question" }, part.question)] : [];
}

/** What is announced of contacts and sources: who they are, and how many. */
function summaryOf(part: Part, texts: Texts): string {
  const { contacts, kind, sources } = part;
  const names = contacts.map(({ name }) => name).join(", ");
  return [
    contacts.length ? `${texts.contacts}: ${names}.` : "",
    sources.length && kind !== "control" ? `${filled(texts.sources, { count: sources.length })}.` : "",
    unreviewed(part, texts),
  ].join(" ");
}

/** That nobody has checked a translation, if so. */
function unreviewed({ approvedOn, translation }: Part, texts: Texts): string {
  return translation && !approvedOn ? texts.unreviewed : "";
}

/** Contacts, sources and date as plain text. */
function plainly(part: Part, texts: Texts): string {
  const { asOf, contacts, sources } = part;
  const about = [
    ...contacts.map(({ name, phone, email, url, hours, address }) => [name, phone, email, url, hours, address]),
    ...sources.map(({ title, url }) => [texts.source, title, url]),
    [asOf && filled(texts.asOf, { date: asOf })],
    [unreviewed(part, texts)],
  ];
  // Each is isolated, so that it keeps its order within a text that runs the other way.
  return about.map((words) => words.flatMap((word) => (word ? `\u2068${word}\u2069` : [])).join(" ")).join("\n\n");
}

/** The text of a part, marked if it is not in the language of the answer. */
function inOwnLanguage({ language: own }: Part, language: Language, text: HTMLElement[]): HTMLElement {
  const code = own && spoken(own);
  if (!code || code === language) return h("div", {}, ...text);
  return h("div", { class: "untranslated", lang: code, dir: directionOf(code) }, ...text);
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
