/** Prints the conversation alone, on paper of its own, while the panel is open; the page itself while it is not. */

import { h } from "./dom.js";
import styles from "./print.css";
import { withStyles } from "./styling.js";

const MARK = "data-iom-assistant-print";
const PAGE_STYLES = `@media print { html, body { all: revert !important }
  body > :not([${MARK}]) { display: none !important } }`;

/** What is to be printed. */
export interface Printed {
  /** The heading, and a line below it. */
  title: string;
  subtitle: string;
  language: string;
  direction: string;
  /** The messages; null if there are none, or nobody sees them. */
  messages: () => Node[] | null;
}

/** Takes part in every printing of the page; returns a function that stops this. */
export function printing(printed: () => Printed): () => void {
  let undo: (() => void) | null = null;
  const after = (): void => {
    undo?.();
    undo = null;
  };
  const before = (): void => {
    after();
    const said = printed();
    const messages = said.messages();
    if (messages) undo = layOut(said, messages);
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
function layOut({ title, subtitle, language, direction }: Printed, messages: Node[]): () => void {
  const place = h("div", { [MARK]: "" });
  const heading = [h("h1", {}, title), h("p", { class: "who" }, subtitle)];
  const paper = h("div", { class: "paper", lang: language, dir: direction }, ...heading, ...messages.map(copied));
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
