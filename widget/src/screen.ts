/** What kind of screen this is. */

/** Whether the panel fills the screen; keep in step with the stylesheet. */
export function smallScreen(): boolean {
  return matchMedia("(max-width: 30em), (max-height: 30em)").matches;
}
