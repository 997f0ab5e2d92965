/** Decorative pictures. */

import { drawn, MARK } from "./drawn.js";

const ICONS = {
  larger: "M13 3h8v8h-2.4V7.1l-4.3 4.3-1.7-1.7 4.3-4.3H13zM11 21H3v-8h2.4v3.9l4.3-4.3 1.7 1.7-4.3 4.3H11z",
  smaller: "M21 4.7 16.7 9h3.9v2.4h-8v-8H15v3.9L19.3 3zM3 19.3 7.3 15H3.4v-2.4h8v8H9v-3.9L4.7 21z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z",
  menu: "M3 5h18v2.4H3zm0 5.8h18v2.4H3zm0 5.8h18V19H3z",
  send: "M3 20.5V14l9-2-9-2V3.5L22 12z",
  exit: "M14 3h7v18h-7v-2h5V5h-5zM10 7l-1.4 1.4L11.2 11H3v2h8.2l-2.6 2.6L10 17l5-5z",
  globe: "M12 3a9 9 0 1 0 .01 0zM3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
  person: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm0 2c-4 0-9 2-9 5.5V21h18v-1.5c0-3.5-5-5.5-9-5.5z",
  phone:
    "M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.2c1.1.4 2.3.6 3.6.6a1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1c0 1.3.2 2.5.6 3.6a1 1 0 0 1-.3 1z",
  newest: "M11 4h2v12l5-5 1.400 1.400L12 19.800l-7.400-7.400L6 11l5 5z",
} as const;

export type IconName = keyof typeof ICONS | "mark";

/** Creates a decorative icon; its meaning must be given in words next to it. */
export function icon(name: IconName): SVGElement {
  const picture = drawn(name === "mark" ? MARK : ICONS[name]);
  picture.classList.add(`icon-${name}`);
  return picture;
}
