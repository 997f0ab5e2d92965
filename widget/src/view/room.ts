/** Fits the panel into the visible part of the window, and lets it scroll as one where few lines are left to read. */

/** With fewer lines for the messages, header and field stay, and all else scrolls. */
const LINES_TO_READ = 14;
/** With fewer lines between header and field, the field stays only while it is used. */
const LINES_ABOVE_FIELD = 8;
const NARROW_EM = 26;
const WIDE_EM = 40;
/** What hides more of the window than this is a keyboard, not a bar of the browser. */
const KEYBOARD_PX = 100;

export class Room {
  readonly #sizes = new ResizeObserver(() => this.#soon());
  #frame = 0;

  /** Watches the panel; `bar` is what stays at its end, `rest` stands below that. */
  constructor(
    private readonly panel: HTMLElement,
    private readonly header: HTMLElement,
    private readonly scroll: HTMLElement,
    private readonly bar: HTMLElement,
    private readonly rest: HTMLElement,
  ) {
    [panel, header, bar].forEach((part) => this.#sizes.observe(part));
    for (const name of VIEW_EVENTS) window.visualViewport?.addEventListener(name, this.#soon);
  }

  end(): void {
    this.#sizes.disconnect();
    cancelAnimationFrame(this.#frame);
    for (const name of VIEW_EVENTS) window.visualViewport?.removeEventListener(name, this.#soon);
  }

  /** Works out what fits; to be called when the panel has just been shown, afterwards by itself. */
  fit(): void {
    if (!this.panel.clientHeight) return;
    this.#fitAboveKeyboard();
    this.#classify();
  }

  readonly #soon = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.fit());
  };

  #classify(): void {
    const { panel, header, bar, rest } = this;
    const em = parseFloat(getComputedStyle(panel).fontSize);
    const line = parseFloat(getComputedStyle(this.scroll).lineHeight);
    panel.classList.toggle("narrow", panel.clientWidth < NARROW_EM * em);
    panel.classList.toggle("wide", panel.clientWidth >= WIDE_EM * em);
    const aboveField = panel.clientHeight - header.offsetHeight - bar.offsetHeight;
    panel.classList.toggle("short", aboveField - rest.offsetHeight < LINES_TO_READ * line);
    panel.classList.toggle("tiny", aboveField < LINES_ABOVE_FIELD * line);
  }

  /** Where a keyboard lies over the page instead of making it smaller, the panel ends above it. */
  #fitAboveKeyboard(): void {
    const view = window.visualViewport;
    // Zoomed in with two fingers, the visitor chooses what to see.
    const zoomed = !view || Math.abs(view.scale - 1) > 0.01;
    const covered = !zoomed && document.documentElement.clientHeight - view.height > KEYBOARD_PX;
    this.panel.classList.toggle("above-keyboard", covered);
    if (!covered) return;
    this.panel.style.setProperty("--seen", `${view.height}px`);
    this.panel.style.setProperty("--above", `${view.offsetTop}px`);
  }
}

const VIEW_EVENTS = ["resize", "scroll"] as const;
