/** The unit of all sizes: the element's own, whatever the page does with its root. */

const UNIT = "--iom-unit";

/**
 * Registers the unit as a length, so that `1em` is worked out where the stylesheet sets it, not wherever it is used.
 * Browsers without this take the em of each place, which differs little.
 */
export function registerUnit(): void {
  try {
    CSS.registerProperty({ name: UNIT, syntax: "<length>", inherits: true, initialValue: "16px" });
  } catch {
    // Registered by another copy of this script, or an old browser.
  }
}
