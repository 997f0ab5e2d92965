/** The link that opens the chat as a page of its own, in the current language. */

import { h } from "../dom.js";
import type { Texts } from "../texts.js";
import { worded, type Wording } from "../wording.js";

export function pageLink<Some extends Pick<Texts, "openPage" | "newWindow">>(
  words: Wording<Some>,
  server: string,
  attributes: Record<string, string>,
): HTMLElement {
  const hint = h("span", { class: "unseen" });
  const text = worded(words, "openPage");
  const link = h("a", { ...attributes, target: "_blank", rel: "noopener" }, text, hint);
  words.say((texts) => {
    link.href = `${server}/chat?language=${words.language}`;
    hint.textContent = ` (${texts.newWindow})`;
  });
  return link;
}
