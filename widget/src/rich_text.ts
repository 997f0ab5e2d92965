/** Turns an answer's plain text into paragraphs, lists and links; everything else remains plain text. */

import { h } from "./dom.js";

export type Block = { kind: "paragraph"; text: string } | { kind: "list"; items: string[] };
export type Run = { text: string; href: string | null };

// One pass without nested repetition, so that it takes linear time on any text.
const LINK = /\b(?:https:\/\/|mailto:|tel:\+?)[^\s<>"„“”‚‘’]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g;
const TRAILING = /[.,;:!?)\]}'…]+$/;
// Numbers to call in an emergency: 110, 112, 116 016, 0800 …
const HELPLINE = /\b(?:11[02]|116 ?\d{3}|0800(?: ?\d){6,9})\b/g;
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

/** Splits a text into plain runs and links; with `helplines`, emergency numbers become links too. */
export function runsOf(text: string, helplines = false): Run[] {
  const runs: Run[] = [];
  let end = 0;
  for (const { index, text: found, href } of linksIn(text, helplines)) {
    if (index < end) continue;
    if (index > end) runs.push({ text: text.slice(end, index), href: null });
    runs.push({ text: found, href });
    end = index + found.length;
  }
  if (end < text.length) runs.push({ text: text.slice(end), href: null });
  return runs;
}

/** The emergency numbers in a text without duplicates, each with its `tel:` link. */
export function helplinesIn(text: string): Map<string, string> {
  const found = runsOf(text, true).flatMap(({ href, text: number }) => (href?.startsWith("tel:") ? [[number, href]] : []));
  return new Map(found as Array<[string, string]>);
}

function linksIn(text: string, helplines: boolean): Array<{ index: number; text: string; href: string }> {
  const links = Array.from(text.matchAll(LINK), (match) => {
    const found = match[0].replace(TRAILING, "");
    return { index: match.index, text: found, href: isSafe(found) ? found : `mailto:${found}` };
  });
  if (!helplines) return links;
  const numbers = Array.from(text.matchAll(HELPLINE), (match) => {
    return { index: match.index, text: match[0], href: `tel:${match[0].replace(/ /g, "")}` };
  });
  return [...links, ...numbers].sort((one, other) => one.index - other.index);
}

/** The text as nodes. `newWindow` is read out, but not shown, after every link that opens one. */
export function richText(text: string, newWindow: string, helplines = false): HTMLElement[] {
  const runs = (line: string): Node[] => runsOf(line, helplines).map((run) => nodeOf(run, newWindow));
  return blocksOf(text).map((block) =>
    block.kind === "list"
      ? h("ul", {}, ...block.items.map((item) => h("li", {}, ...runs(item))))
      : h("p", {}, ...runs(block.text)),
  );
}

function nodeOf(run: Run, newWindow: string): Node {
  return run.href ? link(run.href, run.text, newWindow) : document.createTextNode(run.text);
}

/** A link that opens in a new window; plain text if its URL must not be followed. */
export function link(href: string, label: string, newWindow: string): Node {
  if (!isSafe(href)) return document.createTextNode(label);
  if (!href.toLowerCase().startsWith("https:")) return h("a", { href }, label);
  const hint = h("span", { class: "unseen" }, ` (${newWindow})`);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, label, hint);
}
