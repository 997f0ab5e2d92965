/** Tells one act from several: what was pressed twice, or held, is asked once. */

// What is typed or pressed again within this time, before it has been answered, is the same act.
const SAME_ACT_MS = 1_000;
// Where one question was pressed, another may have moved under the pointer before a second press.
const SECOND_PRESS_MS = 700;

export class Repeats {
  #text = "";
  #at = -Infinity;
  #pressed = false;

  /** Whether a text is the same act as the one before; `pressed` if it was not typed. */
  again(text: string, pressed: boolean, awaiting: boolean, now: number): boolean {
    const since = now - this.#at;
    const same = text === this.#text && awaiting && (pressed || since < SAME_ACT_MS);
    if (same || (pressed && this.#pressed && since < SECOND_PRESS_MS)) return true;
    [this.#text, this.#at, this.#pressed] = [text, now, pressed];
    return false;
  }
}
