/** What is shown before the first message: the notice in brief, announcement, starter questions. */

import { button, h } from "../dom.js";
import type { Opening } from "../protocol.js";
import { link } from "../rich_text.js";
import { filled } from "../texts.js";
import { worded, type Wording } from "../wording.js";
import { suggestion } from "./suggestions.js";

export class Welcome {
  readonly notice: HTMLElement;
  /** The notice in full, which is filled when it is first opened. */
  readonly details = h("ul", { id: "notice-more", hidden: "" });
  readonly starters = h("div", { class: "starters", role: "group", "aria-labelledby": "starters-title", hidden: "" });
  readonly #announcement = h("p", { class: "announcement", hidden: "" });
  readonly #storedShort = h("span", { hidden: "" });
  readonly #links = h("span", { class: "links" });
  #isWanted = true;

  constructor(
    private readonly words: Wording,
    private readonly ask: (question: string) => void,
    /** Brings the notice in full; resolves to false if that failed, which the visitor is told. */
    fill: () => Promise<boolean>,
  ) {
    const short = h("p", { id: "notice-text" }, worded(words, "noticeShort"), " ", this.#storedShort);
    const { details } = this;
    const more = button({ class: "notice-button", "aria-expanded": "false", "aria-controls": "notice-more" }, async () => {
      if (!(await fill())) return;
      details.hidden = !details.hidden;
      more.setAttribute("aria-expanded", String(!details.hidden));
    });
    more.append(worded(words, "noticeMore"));
    const row = h("div", { class: "notice-row" }, more, this.#links);
    this.notice = h("section", { class: "notice", part: "notice" }, this.#announcement, short, row, details);
    words.say((texts) => this.notice.setAttribute("aria-label", texts.noticeTitle));
  }

  /** Whether to show the starter questions: only before the first message. */
  set wanted(now: boolean) {
    this.#isWanted = now;
    this.starters.hidden = !now || this.starters.childElementCount < 2;
  }

  /** Shows the front's opening in the current language. */
  show(opening: Opening): void {
    const { texts } = this.words;
    const days = opening.retentionDays ?? 0;
    this.#announcement.hidden = !opening.announcement;
    this.#announcement.textContent = opening.announcement;
    this.#storedShort.hidden = opening.retentionDays === null;
    this.#storedShort.textContent = filled(texts.storedShort, { days });
    this.#links.replaceChildren(...this.#linksTo(opening));
    this.#showStarters(opening.available ? opening.starters : []);
  }

  #linksTo({ privacy, imprint }: Opening): Node[] {
    const { texts } = this.words;
    const pairs = [[privacy, texts.privacy], [imprint, texts.imprint]] as const;
    return pairs.flatMap(([url, label]) => (url ? [link(url, label, texts.newWindow)] : []));
  }

  #showStarters(questions: string[]): void {
    const title = h("p", { id: "starters-title", class: "label-line" }, this.words.texts.startersTitle);
    this.starters.replaceChildren(title, ...questions.map((question) => suggestion(question, this.ask)));
    this.wanted = this.#isWanted;
  }
}
