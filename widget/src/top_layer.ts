/** Keeps the chat fixed to the window where the page would have it fixed to something else. */

import { h } from "./dom.js";

/**
 * Raises an element into the browser's top layer if something around it, such as a transformed body, holds what is
 * fixed in it. Elsewhere the element stays in its place, with the layer that the page has given it.
 */
export function fixToWindow(element: HTMLElement): void {
  if (!("showPopover" in element) || element.matches(":popover-open")) return;
  // One that was raised before the page moved it is hidden until then.
  element.removeAttribute("popover");
  if (!isHeld(element)) return;
  element.setAttribute("popover", "manual");
  element.showPopover();
}

/** Whether what is fixed in an element does not fill the window. */
function isHeld(element: HTMLElement): boolean {
  const probe = h("div", { class: "window-sized" });
  element.append(probe);
  const { top, height } = probe.getBoundingClientRect();
  probe.remove();
  return Math.abs(top) > 1 || height > innerHeight + 1;
}
