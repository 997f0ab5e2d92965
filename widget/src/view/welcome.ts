/** What is shown before the first message: notice, announcement, starter questions. */

import { button, h } from "../dom.js";
import type { Opening } from "../protocol.js";
import { link } from "../rich_text.js";
import { filled } from "../texts.js";
import { worded, type Wording } from "../wording.js";

export class Welcome {
  readonly notice: HTMLElement;
  readonly starters = h("div", { class: "starters", role: "group", "aria-labelledby": "starters-title", hidden: "" });
  private readonly announcement = h("p", { class: "announcement", hidden: "" });
  private readonly stored = h("li", { hidden: "" });
  private readonly links = h("p", { class: "links" });
  private isWanted = true;

  constructor(
    private readonly words: Wording,
    private readonly ask: (question: string) => void,
  ) {
    const item = (choose: Parameters<typeof worded>[1]): HTMLElement => h("li", {}, worded(words, choose));
    this.notice = h(
      "section",
      { class: "notice", part: "notice", "aria-labelledby": "notice-title" },
      this.announcement,
      h("h3", { id: "notice-title" }, worded(words, (texts) => texts.noticeTitle)),
      h(
        "ul",
        { id: "notice-text" },
        item((texts) => texts.noticeMachine),
        item((texts) => texts.noticePersonal),
        this.stored,
        item((texts) => texts.noticeDevice),
      ),
      this.links,
    );
  }

  /** Whether to show the starter questions: only before the first message. */
  set wanted(now: boolean) {
    this.isWanted = now;
    this.starters.hidden = !now || this.starters.childElementCount < 2;
  }

  /** Shows the front's opening in the current language. */
  show(opening: Opening): void {
    const { texts } = this.words;
    this.announcement.hidden = !opening.announcement;
    this.announcement.textContent = opening.announcement;
    this.stored.hidden = opening.retentionDays === null;
    this.stored.textContent = filled(texts.noticeStored, { days: opening.retentionDays ?? 0 });
    this.links.replaceChildren(...this.linksTo(opening));
    this.showStarters(opening.available ? opening.starters : []);
  }

  private linksTo({ privacy, imprint }: Opening): Node[] {
    const { texts } = this.words;
    const pairs = [[privacy, texts.privacy], [imprint, texts.imprint]] as const;
    return pairs.flatMap(([url, label]) => (url ? [link(url, label, texts.newWindow)] : []));
  }

  private showStarters(questions: string[]): void {
    const title = h("p", { id: "starters-title", class: "label-line" }, this.words.texts.startersTitle);
    const buttons = questions.map((question) =>
      button({ class: "suggestion", part: "suggestion" }, () => this.ask(question), question),
    );
    this.starters.replaceChildren(title, ...buttons);
    this.wanted = this.isWanted;
  }
}
