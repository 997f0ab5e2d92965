/** Where a visitor is who reads elsewhere than at the newest answer: the place is kept, and new answers are counted. */

import { button, h } from "../dom.js";
import { filled } from "../library.js";
import { topOf } from "../view/reading.js";
import type { Host } from "./host.js";
import { picture } from "./shapes.js";

const GAP_PX = 8;
// An answer of which so much is in view is being read.
const SEEN_PX = 48;

export class Place {
  private readonly label = h("span");
  /** Leads to the answers that came meanwhile. */
  private readonly newer = button({ class: "newer" }, () => this.#readNewer(), this.label, picture("newest"));
  /** How many there are, on the launcher while the panel is closed. */
  private readonly badge = h("span", { class: "badge", "aria-hidden": "true" });
  private readonly badgeSaid = h("span", { class: "unseen" });
  private readonly observer = new ResizeObserver(() => this.#keep());
  private at: { element: Element; share: number } | null = null;

  constructor(private readonly host: Host) {
    const { reading, scroll, panel, words, launcher } = host;
    scroll.append(this.newer);
    launcher.element.append(this.badge, this.badgeSaid);
    reading.count = () => this.#count();
    words.say(() => this.#count());
    for (const area of [scroll, panel]) area.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    for (const element of [scroll, panel, ...reading.messages]) this.observer.observe(element);
    if (reading.moved) this.#remember();
  }

  end(): void {
    this.observer.disconnect();
    this.badge.remove();
    this.badgeSaid.remove();
  }

  /** Does something that changes what stands below messages, and leaves what is being read where it is. */
  still(change: () => void): void {
    const { reading } = this.host;
    const element = reading.moved ? this.#atEdge() : undefined;
    const before = element?.getBoundingClientRect().top ?? 0;
    change();
    if (element) reading.scrollTo(reading.area.scrollTop + element.getBoundingClientRect().top - before);
    this.#remember();
  }

  /** Scrolls no farther than needed to show an element whole. */
  reveal(element: HTMLElement): void {
    const { reading } = this.host;
    const [area, box] = [reading.area.getBoundingClientRect(), element.getBoundingClientRect()];
    const below = Math.min(box.bottom + GAP_PX - area.bottom, box.top - GAP_PX - area.top);
    reading.moved = true;
    if (below > 0) reading.scrollTo(reading.area.scrollTop + below);
    this.#remember();
  }

  #readNewer(): void {
    const { reading } = this.host;
    const [first] = reading.unread;
    if (this.newer.matches(":focus")) first?.focus({ preventScroll: true });
    reading.readUnread();
  }

  /** Keeps the place when texts or the panel change their size, for instance because the phone was turned. */
  #keep(): void {
    const { at, host } = this;
    const { area, moved } = host.reading;
    if (!moved || !area.clientHeight || !at?.element.isConnected) return;
    host.reading.scrollTo(topOf(at.element, area) + at.share * at.element.getBoundingClientRect().height);
  }

  #scrolled(): void {
    const { reading, isOpen } = this.host;
    if (reading.moved) this.#remember();
    const [first] = reading.unread;
    const seen = first && first.getBoundingClientRect().top < reading.area.getBoundingClientRect().bottom - SEEN_PX;
    if (seen && isOpen) reading.forgetUnread();
  }

  /** Notes which message is at the top edge, and how much of it is above. */
  #remember(): void {
    const { area } = this.host.reading;
    if (!area.clientHeight) return;
    const { top } = area.getBoundingClientRect();
    const element = this.#atEdge();
    const box = element?.getBoundingClientRect();
    this.at = element && box ? { element, share: (top - box.top) / box.height } : null;
  }

  /** The message at the top edge. */
  #atEdge(): Element | undefined {
    const { area, messages } = this.host.reading;
    const { top } = area.getBoundingClientRect();
    const all = messages.flatMap((list) => Array.from(list.children));
    return all.find((one) => one.getBoundingClientRect().bottom > top);
  }

  #count(): void {
    const { reading, words, isOpen } = this.host;
    const count = reading.unread.length;
    const said = filled(words.texts.unread, { count });
    this.newer.hidden = !count;
    this.label.textContent = said;
    this.badge.hidden = isOpen || !count;
    this.badge.textContent = String(count);
    this.badgeSaid.textContent = this.badge.hidden ? "" : ` (${said})`;
  }
}
