/** One answer: its parts with source and date, then suggestions for what to ask next. */

import { button, h, icon } from "../dom.js";
import { directionOf, spoken, type Language } from "../languages.js";
import type { AssistantEvent, Part, Source } from "../protocol.js";
import { helplinesIn, link, richText } from "../rich_text.js";
import { filled, languageOfTexts, textsOf, type Texts } from "../texts.js";
import { contactsView } from "./contacts.js";

/** Kinds of answer in which the suggested questions are part of the message. */
const ASKING_BACK = new Set(["clarify", "fallback"]);
const KINDS = new Set(["fact", "clarify", "referral", "crisis", "fallback", "smalltalk", "control", "error"]);

export interface AnswerView {
  element: HTMLElement;
  language: Language;
  /** What belongs to the answer but should not be announced; to be inserted afterwards. */
  silent: HTMLElement;
}

/** The answer as an article in its own language. */
export function answerView(event: AssistantEvent, fallback: Language, ask: (question: string) => void): AnswerView {
  const language = spoken(event.language) ?? fallback;
  const texts = textsOf(language);
  const kind = KINDS.has(event.kind) ? event.kind : "smalltalk";
  const element = h(
    "article",
    { class: `message answer ${kind}`, part: "message answer", lang: language, dir: directionOf(language) },
    h("p", { class: "unseen", lang: languageOfTexts(language) }, texts.assistantSaid),
    ...partsOf(event, texts, language),
  );
  const silent = h("div", { class: "after", "aria-live": "off" });
  const offered = suggestionsOf(event, texts, ask);
  if (offered) (ASKING_BACK.has(event.kind) ? element : silent).append(offered);
  return { element, language, silent };
}

function partsOf({ parts }: AssistantEvent, texts: Texts, language: Language): HTMLElement[] {
  const shown = (part: Part): HTMLElement[] => partOf(part, texts, language);
  if (parts.length < 2) return parts.flatMap(shown);
  return [h("ol", { class: "parts" }, ...parts.map((part) => h("li", {}, ...questionOf(part), ...shown(part))))];
}

function questionOf(part: Part): HTMLElement[] {
  return part.question ? [h("p", { class: "question" }, part.question)] : [];
}

function partOf(part: Part, texts: Texts, language: Language): HTMLElement[] {
  const numbers = { phones: phonesOf(part), helplines: part.kind === "crisis" };
  const heading = part.heading ? richText(part.heading, texts.newWindow, numbers) : [];
  const text = [...heading, ...inOwnLanguage(part, language, richText(part.text, texts.newWindow, numbers))];
  const calls = part.kind === "crisis" ? [callsOf(part, texts)] : [];
  const contacts = contactsView(part.contacts, texts, language);
  const evidence = part.kind === "control" ? [] : evidenceOf(part, texts);
  return [...text, ...calls, ...contacts, ...evidence, ...originalOf(part, texts)];
}

/** The text of a part, marked if it is not in the language of the answer. */
function inOwnLanguage({ language: own }: Part, language: Language, text: HTMLElement[]): HTMLElement[] {
  const code = own && spoken(own);
  if (!code || code === language) return text;
  return [h("div", { class: "untranslated", lang: code, dir: directionOf(code) }, ...text)];
}

/** Of a translation that nobody has checked: that this is so, and what it was made of. */
function originalOf({ translation }: Part, texts: Texts): HTMLElement[] {
  if (!translation || translation.reviewed) return [];
  const { text, language } = translation.original;
  const whole = h("div", { lang: language, dir: directionOf(language) }, ...richText(text, texts.newWindow));
  const note = h("p", { class: "evidence unreviewed" }, texts.unreviewed);
  return [note, h("details", { class: "other-sources original" }, h("summary", {}, texts.original), whole)];
}

function phonesOf(part: Part): string[] {
  return part.contacts.flatMap(({ phone }) => (phone ? [phone] : []));
}

/** In a crisis, phone numbers as buttons large enough for a trembling hand. */
function callsOf(part: Part, texts: Texts): HTMLElement {
  const calls = Array.from(helplinesIn(part.text, phonesOf(part)), ([number, href]) =>
    h("a", { class: "call", href }, icon("phone"), filled(texts.call, { number })),
  );
  return h("p", { class: "row calls" }, ...calls);
}

function evidenceOf(part: Part, texts: Texts): HTMLElement[] {
  const items: HTMLElement[] = [];
  items.push(...standingOf(part, texts));
  if (part.asOf) items.push(h("span", {}, filled(texts.asOf, { date: part.asOf })));
  if (part.noteAsOf) items.push(h("span", {}, filled(texts.noteAsOf, { date: part.noteAsOf })));
  const [first, ...others] = part.sources;
  if (first) items.push(h("span", {}, `${texts.source} `, sourceOf(first, texts)));
  const evidence = items.length ? [h("p", { class: "evidence", part: "evidence" }, ...items)] : [];
  return others.length ? [...evidence, otherSourcesOf(others, texts)] : evidence;
}

/** Whether a person has checked the text; otherwise, of a fact, that it has a source. */
function standingOf({ approved, kind, sources }: Part, texts: Texts): HTMLElement[] {
  if (approved) return [h("span", { class: "checked" }, icon("checked"), filled(texts.checked, { ...approved }))];
  return kind === "fact" && sources.length ? [h("span", { class: "with-source" }, texts.withSource)] : [];
}

function sourceOf({ title, url, publisher }: Source, texts: Texts): Node {
  const label = publisher && publisher !== title ? `${title} (${publisher})` : title || url;
  return link(url, label, texts.newWindow);
}

/** The sources beside the one that carries the answer, shown on request. */
function otherSourcesOf(sources: Source[], texts: Texts): HTMLElement {
  const items = sources.map((source) => h("li", { dir: "auto" }, sourceOf(source, texts)));
  const summary = h("summary", {}, filled(texts.otherSources, { count: sources.length }));
  return h("details", { class: "other-sources" }, summary, h("ul", {}, ...items));
}

function suggestionsOf(event: AssistantEvent, texts: Texts, ask: (question: string) => void): HTMLElement | null {
  // What asks for the original elsewhere; here it is below the answer.
  const suggestions = event.suggestions.filter((question) => question !== texts.original);
  if (!suggestions.length) return null;
  const id = `heading-${event.sequence}`;
  const heading = event.heading ? h("p", { class: "label-line", id }, event.heading) : null;
  const group = h("div", { class: "suggestions", role: "group", "aria-labelledby": heading && id }, heading);
  for (const question of suggestions) {
    group.append(button({ class: "suggestion", part: "suggestion" }, () => ask(question), question));
  }
  return group;
}
