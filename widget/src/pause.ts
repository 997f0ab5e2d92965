/** How long is waited. */

// Whoever waits for a file longer than this gets what can be had without it.
export const PATIENCE_MS = 3_000;

/** A pause that can be ended early. */
export class Pause {
  /** Goes on at once. */
  end: () => void = () => undefined;

  of(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.end = () => (clearTimeout(timer), resolve());
    });
  }
}
