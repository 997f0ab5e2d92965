/** Leaving in a hurry, by the button or by pressing Escape three times. */

const PRESSES = 3;
const WITHIN_MS = 1_500;

/** Counts the presses of Escape: three in quick succession mean that the visitor wants to leave. */
export class Presses {
  #times: number[] = [];

  /** Whether presses are being counted at this time. */
  begun(at: number): boolean {
    return this.#times.some((time) => at - time < WITHIN_MS);
  }

  /** Counts a press; returns whether it completes three. */
  add(at: number): boolean {
    this.#times = [...this.#times.filter((time) => at - time < WITHIN_MS), at];
    return this.#times.length >= PRESSES;
  }
}

/** Empties the page at once, and replaces it by another; from a frame the page around it, where it may. */
export function leaveFor(address: string): void {
  const { href } = new URL(address, document.baseURI);
  empty();
  if (window.top === null || window.top === window) return location.replace(href);
  try {
    window.top.location.replace(href);
  } catch {
    // The frame is not allowed to: at least it is empty.
  }
  location.replace("about:blank");
}

/** Takes everything off the page, which may still be there for a while, and any listener that would ask whether to stay. */
function empty(): void {
  try {
    document.open();
  } catch {
    // A page in XML: it stays until the other one comes, as before.
  }
}
