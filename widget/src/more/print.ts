/** Prints the conversation alone, on paper of its own, while the panel is open; the page itself while it is not. */

import { h } from "../dom.js";
import { directionOf } from "../languages.js";
import { withStyles } from "../styling.js";
import type { Wording } from "../wording.js";
import type { Host } from "./host.js";
import styles from "./print.css";

const MARK = "data-iom-assistant-print";
const PAGE_STYLES = `@media print { html, body { all: revert !important }
  body > :not([${MARK}]) { display: none !important } }`;

/** Takes part in every printing of the page; returns a function that stops this. */
export function printing(host: Host): () => void {
  let undo: (() => void) | null = null;
  const after = (): void => {
    undo?.();
    undo = null;
  };
  const before = (): void => {
    after();
    const { history, log, empty } = host.conversation;
    if (host.isOpen && !empty) undo = layOut(host.words, [...history.children, ...log.children]);
  };
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return () => {
    after();
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  };
}

/** Lays the messages out beside the page's own content, which is hidden on paper; returns how to undo it. */
function layOut({ texts, language }: Wording, messages: Node[]): () => void {
  const place = h("div", { [MARK]: "" });
  const heading = [h("h1", {}, texts.title), h("p", { class: "who" }, texts.machine)];
  const attributes = { class: "paper", lang: language, dir: directionOf(language) };
  const paper = h("div", attributes, ...heading, ...messages.map(copied));
  // Closed, so that the page's scripts do not come across what was said.
  const root = place.attachShadow({ mode: "closed" });
  root.append(paper);
  const undoOwn = withStyles(root, styles);
  const undoPage = withStyles(document, PAGE_STYLES);
  document.body.append(place);
  return () => (place.remove(), undoOwn(), undoPage());
}

/** A copy in which nothing is folded away. */
function copied(node: Node): Node {
  const copy = node.cloneNode(true) as HTMLElement;
  copy.querySelectorAll("details").forEach((details) => (details.open = true));
  copy.querySelectorAll("[hidden]").forEach((folded) => folded.removeAttribute("hidden"));
  // The list of all sources says the first one again.
  for (const list of copy.querySelectorAll(".sources")) list.previousElementSibling?.querySelector(".source")?.remove();
  copy.querySelectorAll(".unseen").forEach((text) => (text.className = text.closest("a") ? "state" : "who"));
  for (const link of copy.querySelectorAll("a")) {
    if (link.textContent?.includes(link.href)) link.className = "plain-address";
  }
  return copy;
}
