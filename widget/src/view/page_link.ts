/** The link that opens the chat as a page of its own, in the current language. */

import { h } from "../dom.js";
import { worded, type Wording } from "../wording.js";

export function pageLink(words: Wording, server: string, attributes: Record<string, string>): HTMLElement {
  const hint = h("span", { class: "unseen" });
  const link = h("a", { ...attributes, target: "_blank", rel: "noopener" }, worded(words, (texts) => texts.openPage), hint);
  words.say((texts) => {
    link.href = `${server}/chat?language=${words.language}`;
    hint.textContent = ` (${texts.newWindow})`;
  });
  return link;
}
