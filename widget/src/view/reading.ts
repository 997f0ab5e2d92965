/** Where the visitor is reading. A question stays above its answer; whoever has scrolled elsewhere is left alone. */

import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { filled } from "../texts.js";
import type { Wording } from "../wording.js";

const GAP_PX = 8;
// Closer to the end than this counts as being there.
const NEAR_PX = 48;

export class Reading {
  /** Leads to answers that came while the visitor was reading elsewhere. */
  readonly newer: HTMLButtonElement;
  private readonly label = h("span");
  private readonly observer = new ResizeObserver(() => this.keep());
  private target: HTMLElement | null = null;
  private moved = false;
  private expected = 0;
  private place: { element: Element; share: number } | null = null;
  private unread: HTMLElement[] = [];

  /** `inner` scrolls, or `outer` where there is too little room; `messages` are what is read. */
  constructor(
    private readonly words: Wording,
    private readonly inner: HTMLElement,
    private readonly outer: HTMLElement,
    private readonly messages: HTMLElement[],
  ) {
    this.newer = button({ class: "newer", hidden: "" }, () => this.readUnread(), this.label, icon("newest"));
    words.say(() => this.count());
    for (const area of [inner, outer]) area.addEventListener("scroll", () => this.scrolled(), { passive: true });
    for (const element of [inner, outer, ...messages]) this.observer.observe(element);
  }

  /** Whether a new answer may be brought into view: the visitor is at the end, or waits for it below their question. */
  follows(question: HTMLElement | null): boolean {
    return this.atEnd || (!this.moved && this.target !== null && this.target === question);
  }

  /** Puts a message at the top edge, as far as there is text below it. */
  goTo(message: HTMLElement): void {
    this.target = message;
    this.moved = false;
    this.keep();
  }

  /** Notes an answer that is not in view. */
  missed(answer: HTMLElement): void {
    this.unread.push(answer);
    this.count();
  }

  /** Goes to the first answer that came while nobody could see it; returns whether there was one. */
  readUnread(): boolean {
    const [first] = this.unread;
    if (!first) return false;
    const before = first.previousElementSibling;
    this.goTo(before instanceof HTMLElement && before.matches(".visitor") ? before : first);
    if (this.newer.matches(":focus")) first.focus({ preventScroll: true });
    this.forgetUnread();
    return true;
  }

  forgetUnread(): void {
    this.unread = [];
    this.count();
  }

  /** Scrolls no farther than needed to show an element whole. */
  reveal(element: HTMLElement): void {
    const [area, box] = [this.area.getBoundingClientRect(), element.getBoundingClientRect()];
    const below = Math.min(box.bottom + GAP_PX - area.bottom, box.top - GAP_PX - area.top);
    this.moved = true;
    if (below > 0) this.scrollTo(this.area.scrollTop + below);
    this.remember();
  }

  end(): void {
    this.observer.disconnect();
  }

  private get area(): HTMLElement {
    return getComputedStyle(this.inner).overflowY === "visible" ? this.outer : this.inner;
  }

  /** The height of what stays over the top of the area. */
  private get covered(): number {
    return parseFloat(getComputedStyle(this.area).scrollPaddingTop) || 0;
  }

  private get atEnd(): boolean {
    return this.left < NEAR_PX;
  }

  /** How far it can be scrolled down from here. */
  private get left(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.area;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Whether the browser has scrolled, since there is less text now than where it was scrolled to. */
  private get cutShort(): boolean {
    return this.area.scrollTop < this.expected && this.left < 1;
  }

  /** Keeps the place when texts or the panel change their size, for instance because the phone was turned. */
  private keep(): void {
    const { area, target, place } = this;
    if (!area.clientHeight) return;
    if (target?.isConnected && !this.moved) this.scrollTo(topOf(target, area) - this.covered - GAP_PX);
    else if (place?.element.isConnected) {
      this.scrollTo(topOf(place.element, area) + place.share * place.element.getBoundingClientRect().height);
    }
  }

  private scrollTo(position: number): void {
    this.area.scrollTop = position;
    this.expected = this.area.scrollTop;
  }

  private scrolled(): void {
    if (Math.abs(this.area.scrollTop - this.expected) > 2 && !this.cutShort) this.moved = true;
    if (this.moved) this.remember();
    const [first] = this.unread;
    const seen = first && first.getBoundingClientRect().top < this.area.getBoundingClientRect().bottom - NEAR_PX;
    if (seen && !this.outer.hidden) this.forgetUnread();
  }

  /** Notes which message is at the top edge, and how much of it is above. */
  private remember(): void {
    const { area } = this;
    if (!area.clientHeight) return;
    this.expected = area.scrollTop;
    const top = area.getBoundingClientRect().top;
    const element = this.messages.flatMap((list) => Array.from(list.children)).find((one) => one.getBoundingClientRect().bottom > top);
    if (!element) return void (this.place = null);
    const box = element.getBoundingClientRect();
    this.place = { element, share: (top - box.top) / box.height };
  }

  private count(): void {
    this.newer.hidden = !this.unread.length;
    this.label.textContent = filled(this.words.texts.unread, { count: this.unread.length });
  }
}

function topOf(element: Element, area: HTMLElement): number {
  return element.getBoundingClientRect().top - area.getBoundingClientRect().top + area.scrollTop;
}
