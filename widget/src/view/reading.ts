/** Where the visitor is reading. A question stays above its answer; whoever has scrolled elsewhere is left alone. */

const GAP_PX = 8;
// Closer to the end than this counts as being there.
const NEAR_PX = 48;

export class Reading {
  /** The answers that came while the visitor was reading elsewhere. */
  unread: HTMLElement[] = [];
  /** Shows how many these are. */
  count: () => void = () => undefined;
  /** The visitor has scrolled away from what was brought into view. */
  moved = false;
  readonly #observer = new ResizeObserver(() => this.#keep());
  #target: HTMLElement | null = null;
  #expected = 0;

  /** `inner` scrolls, or `outer` where there is too little room; `messages` are what is read. */
  constructor(
    private readonly inner: HTMLElement,
    private readonly outer: HTMLElement,
    readonly messages: HTMLElement[],
  ) {
    for (const area of [inner, outer]) area.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    for (const element of [inner, outer, ...messages]) this.#observer.observe(element);
  }

  /** Whether a new answer may be brought into view: the visitor is at the end, or waits for it below their question. */
  follows(question: HTMLElement | null): boolean {
    return this.#atEnd || (!this.moved && this.#target !== null && this.#target === question);
  }

  /** Puts a message at the top edge, as far as there is text below it. */
  goTo(message: HTMLElement): void {
    this.#target = message;
    this.moved = false;
    this.#keep();
  }

  /** Notes an answer that is not in view. */
  missed(answer: HTMLElement): void {
    this.unread.push(answer);
    this.count();
  }

  /** Goes to the first answer that came while nobody could see it. */
  readUnread(): void {
    const [first] = this.unread;
    if (!first) return;
    const before = first.previousElementSibling;
    this.goTo(before instanceof HTMLElement && before.matches(".visitor") ? before : first);
    this.forgetUnread();
  }

  forgetUnread(): void {
    this.unread = [];
    this.count();
  }

  end(): void {
    this.#observer.disconnect();
  }

  /** What scrolls now. */
  get area(): HTMLElement {
    return getComputedStyle(this.inner).overflowY === "visible" ? this.outer : this.inner;
  }

  /** The height of what stays over the top of the area. */
  get #covered(): number {
    return parseFloat(getComputedStyle(this.area).scrollPaddingTop) || 0;
  }

  get #atEnd(): boolean {
    return this.#left < NEAR_PX;
  }

  /** How far it can be scrolled down from here. */
  get #left(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.area;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Whether the browser has scrolled, since there is less text now than where it was scrolled to. */
  get #cutShort(): boolean {
    return this.area.scrollTop < this.#expected && this.#left < 1;
  }

  /** Keeps the target at the top when texts or the panel change their size, for instance when the phone is turned. */
  #keep(): void {
    const { area, moved } = this;
    const target = this.#target;
    if (area.clientHeight && target?.isConnected && !moved) this.scrollTo(topOf(target, area) - this.#covered - GAP_PX);
  }

  scrollTo(position: number): void {
    this.area.scrollTop = position;
    this.#expected = this.area.scrollTop;
  }

  #scrolled(): void {
    const { area } = this;
    if (Math.abs(area.scrollTop - this.#expected) > 2 && !this.#cutShort) this.moved = true;
    if (this.moved && area.clientHeight) this.#expected = area.scrollTop;
  }
}

/** Where an element is within what scrolls. */
export function topOf(element: Element, area: HTMLElement): number {
  return element.getBoundingClientRect().top - area.getBoundingClientRect().top + area.scrollTop;
}
