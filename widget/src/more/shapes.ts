/** The pictures of this file. */

import { drawn } from "../drawn.js";
import { CLOSE, GLOBE, PHONE } from "../paths.js";

const FILLED = {
  copy: "M8 2h12v15H8zm2 2v11h8V4zM4 6h2v13h10v2H4z",
  link: "M10 4H4v16h16v-6h-2v4H6V6h4zm3-2v2h5.600L9 13.600 10.400 15 20 5.400V11h2V2z",
  speaker: "M3 9v6h4l6 5V4L7 9zm12-1v8a4.500 4.500 0 0 0 0-8z",
  up: "M2 10h4v11H2zm20 1.5c0-1.1-.9-2-2-2h-6l1-4.5V4.7c0-.4-.2-.8-.5-1.1L13.5 2.5 7.8 9.2c-.5.4-.8.9-.8 1.5V19a2 2 0 0 0 2 2h8.5c.8 0 1.5-.5 1.8-1.2l2.6-6.5z",
  down: "M2 3h4v11H2zm20 9.5c0 1.1-.9 2-2 2h-6l1 4.5v.3c0 .4-.2.8-.5 1.1l-1 1.1-5.7-6.7c-.5-.4-.8-.9-.8-1.5V5a2 2 0 0 1 2-2h8.5c.8 0 1.5.5 1.8 1.2l2.6 6.5z",
  mail: "M2 5h20v14H2zm2 3v9h16V8l-8 5zm1-1 7 4 7-4z",
  more: "M6 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm6 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm6 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
} as const;
const LINES = {
  checked: "M4 12l6 6L20 6",
  close: CLOSE,
  globe: GLOBE,
  newest: "M12 4v15M5 12l7 7 7-7",
  phone: PHONE,
} as const;

export type Shape = keyof typeof FILLED | keyof typeof LINES;

/** A decorative picture; its meaning must be given in words next to it. */
export function picture(name: Shape): SVGElement {
  return drawn({ ...FILLED, ...LINES }[name], name in LINES ? "lines" : "");
}
