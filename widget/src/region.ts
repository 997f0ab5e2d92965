/** The part of the page that the element is. */

import { directionOf } from "./languages.js";
import type { Texts } from "./texts.js";
import type { Wording } from "./wording.js";

/** Names a region, and says in which language and direction it is read. */
export function sayWhere<Some extends Pick<Texts, "region">>(region: HTMLElement, words: Wording<Some>): void {
  words.say((texts, language) => {
    region.setAttribute("aria-label", texts.region);
    region.lang = language;
    region.dir = directionOf(language);
  });
}
