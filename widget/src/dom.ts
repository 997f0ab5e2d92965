/** Creates elements without markup in strings. */

type Attributes = Record<string, string | null>;

/** Creates an element with attributes (those that are null are left out) and children. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Array<Node | string | null>
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(attribute, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

/** Creates a button with an action. */
export function button(attributes: Attributes, act: () => void, ...children: Array<Node | string>): HTMLButtonElement {
  const made = h("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("click", act);
  return made;
}
