/** Questions that are asked at one press. */

import { button, h } from "../dom.js";

export function suggestion(question: string, ask: (question: string) => void): HTMLButtonElement {
  return button({ class: "suggestion", part: "suggestion" }, () => ask(question), question);
}

/** The questions below their heading, if they have one; nothing if there are none. */
export function suggestionsOf(
  questions: string[],
  ask: (question: string) => void,
  heading: HTMLElement | null = null,
): HTMLElement[] {
  if (!questions.length) return [];
  const buttons = questions.map((question) => suggestion(question, ask));
  const attributes = { class: "suggestions", role: heading && "group", "aria-labelledby": heading && heading.id };
  return [h("div", attributes, heading, ...buttons)];
}
