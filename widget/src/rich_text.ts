/** Turns an answer's plain text into paragraphs, lists and links; everything else remains plain text. */

import { h } from "./dom.js";

export type Block = { kind: "paragraph"; text: string } | { kind: "list"; items: string[] };
export type Run = { text: string; href: string | null };

// One pass without nested repetition, so that it takes linear time on any text.
const LINK = /\b(?:https:\/\/|mailto:|tel:\+?)[^\s<>"„“”‚‘’«»،؛؟\u2066-\u2069]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g;
const TRAILING = /[.,;:!?)\]}'…]+$/;
// Telephone numbers with a prefix, which nothing else looks like: 030 440308454, 0800 1110111, +49 911 943-0. What is
// before one is captured, since Safari knows no lookbehind before 16.4.
const PHONE = /(^|[^\d+.,/-])(?:\+[1-9](?:[ \u00a0()-]{0,2}\d){7,13}|0[1-9](?:[ \u00a0()]{0,2}\d){6,10})(?![.,]?\d)/g;
// The numbers of Europe's helplines, and those to call in an emergency, which anywhere else may count something.
const HELPLINE = /\b116 ?\d{3}\b/g;
const EMERGENCY = /\b11[02]\b/g;
// A longer address is shown by its host alone.
const LONG_ADDRESS_CHARACTERS = 30;
// What people put between the digits of a number.
const BETWEEN = "[\\s\u00a0()/\\u2010-\\u2013-]{0,3}";
const SAFE = /^(?:https:\/\/|mailto:|tel:)/i;

/** Whether a URL may be linked to. */
export function isSafe(href: string): boolean {
  return SAFE.test(href);
}

/** The paragraphs and lists of a text, in order. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const close = (): void => {
    if (paragraph.length) blocks.push({ kind: "paragraph", text: paragraph.join("\n") });
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    const item = /^[-•] (.+)/.exec(line)?.[1];
    const last = blocks[blocks.length - 1];
    if (item !== undefined && !paragraph.length && last?.kind === "list") last.items.push(item);
    else if (item !== undefined) (close(), blocks.push({ kind: "list", items: [item] }));
    else if (line.trim()) paragraph.push(line);
    else close();
  }
  close();
  return blocks;
}

/** Which telephone numbers become links beside those with a prefix: those given, and in a crisis 110 and 112. */
export interface Numbers {
  phones?: string[];
  emergency?: boolean;
}

/** Splits a text into plain runs and links. */
export function runsOf(text: string, numbers: Numbers = {}): Run[] {
  const runs: Run[] = [];
  let end = 0;
  for (const { index, text: found, href } of linksIn(text, numbers)) {
    if (index < end) continue;
    if (index > end) runs.push({ text: text.slice(end, index), href: null });
    runs.push({ text: found, href });
    end = index + found.length;
  }
  if (end < text.length) runs.push({ text: text.slice(end), href: null });
  return runs;
}

/** All telephone numbers that are in a text, without duplicates, each with its `tel:` link. */
export function helplinesIn(text: string, phones: string[] = []): Map<string, string> {
  const found = runsOf(text, { phones, emergency: true }).flatMap(({ href, text: number }) => (href?.startsWith("tel:") ? [[number, href]] : []));
  return new Map(found as Array<[string, string]>);
}

/** The address that calls a number. */
export function phoneOf(number: string): string {
  return `tel:${number.replace(/[^\d+]/g, "")}`;
}

/** The address that writes to a mailbox. */
export function mailOf(mailbox: string): string {
  return `mailto:${mailbox}`;
}

/** An address as it is shown where room is short. */
export function shortened(url: string): string {
  return url.replace(/^https:\/\/(?:www\.)?/i, "").replace(/\/+$/, "");
}

/** The short name of an address in a text: without its beginning, or the host alone. */
export function shortName(url: string): string {
  const short = shortened(url);
  return short.length > LONG_ADDRESS_CHARACTERS ? short.replace(/[/?#].*/, "") : short;
}

/** A text as it is read aloud, with the short names of addresses. */
export function asSpoken(text: string): string {
  return runsOf(text).map(labelOf).join("");
}

function labelOf({ text, href }: Run): string {
  return href && href === text && /^https:/i.test(href) ? shortName(href) : text;
}

interface Found {
  index: number;
  text: string;
  href: string;
}

function linksIn(text: string, { phones = [], emergency = false }: Numbers): Found[] {
  const links = Array.from(text.matchAll(LINK), (match) => {
    const found = match[0].replace(TRAILING, "");
    return { index: match.index, text: found, href: isSafe(found) ? found : `mailto:${found}` };
  });
  const patterns = [...phones.map(patternOf), PHONE, HELPLINE, ...(emergency ? [EMERGENCY] : [])];
  const numbers = patterns.flatMap((pattern) =>
    Array.from(text.matchAll(pattern), ({ index, 0: all, 1: before = "" }) => {
      const number = all.slice(before.length);
      return { index: index + before.length, text: number, href: phoneOf(number) };
    }),
  );
  // Of two that begin at the same place, the longer one.
  return [...links, ...numbers].sort((one, other) => one.index - other.index || other.text.length - one.text.length);
}

/** A number however its digits are grouped, but not as a part of a longer one; captures what is before it. */
function patternOf(phone: string): RegExp {
  const digits = Array.from(phone.replace(/[^\d+]/g, ""), (char) => (char === "+" ? "\\+" : char));
  return new RegExp(`(^|[^\\d+])${digits.join(BETWEEN)}(?![\\s.-]?\\d)`, "g");
}

/** The text as nodes. `newWindow` is read out, but not shown, after every link that opens one. */
export function richText(text: string, newWindow: string, numbers: Numbers = {}): HTMLElement[] {
  const runs = (line: string): Node[] => runsOf(line, numbers).map((run) => nodeOf(run, newWindow));
  return blocksOf(text).map((block) =>
    block.kind === "list"
      ? h("ul", {}, ...block.items.map((item) => h("li", {}, ...runs(item))))
      : h("p", {}, ...runs(block.text)),
  );
}

function nodeOf(run: Run, newWindow: string): Node {
  return run.href ? link(run.href, labelOf(run), newWindow) : document.createTextNode(run.text);
}

/** A link that opens in a new window; plain text if its URL must not be followed. */
export function link(href: string, label: string | HTMLElement, newWindow: string): Node {
  if (!isSafe(href)) return typeof label === "string" ? document.createTextNode(label) : label;
  if (!href.toLowerCase().startsWith("https:")) return h("a", { href }, label);
  const hint = h("span", { class: "unseen" }, ` (${newWindow})`);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label, hint);
}
