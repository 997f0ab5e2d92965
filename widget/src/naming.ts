/** Names for what shows no words. */

/** Names an element that shows no words, for those who point at it and those who listen. */
export function named(element: HTMLElement, name: string): void {
  element.setAttribute("aria-label", name);
  element.title = name;
}
