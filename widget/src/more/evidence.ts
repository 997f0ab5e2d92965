/** What an answer rests on: one line with the first source and the date; further sources on request. */

import { button, h } from "../dom.js";
import { filled } from "../library.js";
import type { Part, Source } from "../protocol.js";
import { link } from "../rich_text.js";
import type { Texts } from "../texts.js";
import { picture } from "./shapes.js";

/** The line, and the list of all sources that it opens. */
export function evidenceOf(part: Part, texts: Texts): HTMLElement[] {
  const { approvedOn, asOf, noteAsOf, sources } = part;
  const [first, ...others] = sources;
  const list = h("ul", { class: "sources", hidden: "" }, ...sources.map((source) => item(source, texts)));
  const source = first ? [h("span", { class: "source" }, `${texts.source} `, sourceOf(first, false, texts))] : [];
  const beside = [
    asOf ? h("span", { class: "date" }, first ? asOf : filled(texts.asOf, { date: asOf })) : null,
    others.length ? opener(list, filled(texts.moreSources, { count: others.length })) : null,
  ];
  const line = h("span", { class: "line" }, ...source, h("span", { class: "beside" }, ...beside));
  const below = [
    noteAsOf ? h("span", { class: "note-date" }, filled(texts.noteAsOf, { date: noteAsOf })) : null,
    approvedOn ? h("span", { class: "checked" }, picture("checked"), filled(texts.checked, { date: approvedOn })) : null,
  ].filter((piece) => piece !== null);
  if (!first && !asOf && !below.length) return [];
  const evidence = h("p", { class: "evidence", part: "evidence" }, line, ...below);
  return others.length ? [evidence, list] : [evidence];
}

function item(source: Source, texts: Texts): HTMLElement {
  return h("li", { dir: "auto" }, sourceOf(source, true, texts));
}

function sourceOf({ title, url, publisher, language }: Source, whole: boolean, texts: Texts): Node {
  const label = whole && publisher && publisher !== title ? `${title} (${publisher})` : title || url;
  return link(url, h("bdi", { lang: language }, label), texts.newWindow);
}

function opener(list: HTMLElement, label: string): HTMLElement {
  const more = button({ class: "more-sources", "aria-expanded": "false" }, () => {
    list.hidden = !list.hidden;
    more.setAttribute("aria-expanded", String(!list.hidden));
  }, label);
  return more;
}
