/** The notice in full. */

import { h } from "../dom.js";
import { filled } from "../library.js";
import { worded, type Wording } from "../wording.js";
import type { Host } from "./host.js";
import type { LaterTexts } from "./texts.js";

export class NoticeDetails {
  private readonly stored = h("li");

  constructor(
    private readonly host: Host,
    private readonly later: Wording<LaterTexts>,
  ) {
    const item = (key: keyof LaterTexts): HTMLElement => h("li", {}, worded(later, key));
    host.welcome.details.append(
      item("noticeMachine"),
      item("noticePersonal"),
      this.stored,
      item("noticeDevice"),
    );
    later.say(() => this.look());
  }

  /** Says for how long a chat is kept, if that is known. */
  look(): void {
    const days = this.host.opening?.retentionDays ?? null;
    this.stored.hidden = days === null;
    this.stored.textContent = days === null ? "" : filled(this.later.texts.noticeStored, { days });
  }
}
