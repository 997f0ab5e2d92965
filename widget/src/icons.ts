/** Decorative pictures, drawn as lines, which take few bytes. */

import { drawn } from "./drawn.js";
import { CLOSE, GLOBE, PHONE } from "./paths.js";

const ICONS = {
  larger: "M14 4h6v6M20 4l-6 6M10 20H4v-6M4 20l6-6",
  close: CLOSE,
  menu: "M3 6h18M3 12h18M3 18h18",
  send: "M4 4l17 8-17 8 3-8zM7 12h6",
  exit: "M10 4H4v16h6M9 12h11M15 7l5 5-5 5",
  globe: GLOBE,
  person: "M12 4a4 4 0 1 0 .01 0zM4 20c0-7 16-7 16 0z",
  phone: PHONE,
} as const;

/** Creates a decorative icon; its meaning must be given in words next to it. */
export function icon(name: keyof typeof ICONS): SVGElement {
  return drawn(ICONS[name], "lines");
}
