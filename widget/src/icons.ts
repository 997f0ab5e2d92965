/** Decorative pictures. */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  chat: "M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zm3 4v2h10V8zm0 4v2h7v-2z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z",
  menu: "M3 5h18v2.4H3zm0 5.8h18v2.4H3zm0 5.8h18V19H3z",
  send: "M3 20.5V14l9-2-9-2V3.5L22 12z",
  exit: "M14 3h7v18h-7v-2h5V5h-5zM10 7l-1.4 1.4L11.2 11H3v2h8.2l-2.6 2.6L10 17l5-5z",
  globe:
    "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm6.9 6h-2.9a15 15 0 0 0-1.4-3.6A8 8 0 0 1 18.9 8zM12 4c.8 1.2 1.5 2.5 1.9 4h-3.8c.4-1.5 1.1-2.8 1.9-4zM4.3 14a8 8 0 0 1 0-4h3.3a17 17 0 0 0 0 4zm.8 2H8a15 15 0 0 0 1.4 3.6A8 8 0 0 1 5.100 16zM8 8H5.100a8 8 0 0 1 4.300-3.600A15 15 0 0 0 8 8zm4 12c-.8-1.200-1.500-2.500-1.900-4h3.800c-.4 1.500-1.100 2.800-1.900 4zm2.300-6H9.700a15 15 0 0 1 0-4h4.600a15 15 0 0 1 0 4zm.3 5.600A15 15 0 0 0 16 16h2.900a8 8 0 0 1-4.300 3.600zM16.400 14a17 17 0 0 0 0-4h3.300a8 8 0 0 1 0 4z",
  person: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm0 2c-4 0-9 2-9 5.5V21h18v-1.5c0-3.5-5-5.5-9-5.5z",
  phone:
    "M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.2c1.1.4 2.3.6 3.6.6a1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1c0 1.3.2 2.5.6 3.6a1 1 0 0 1-.3 1z",
  checked: "M9.5 16.6 5 12.1l-1.5 1.5 6 6L21 8.1l-1.5-1.5z",
  more: "M6 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm6 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm6 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  mail: "M2 5h20v14H2zm2 3v9h16V8l-8 5zm1-1 7 4 7-4z",
  newest: "M11 4h2v12l5-5 1.400 1.400L12 19.800l-7.400-7.400L6 11l5 5z",
} as const;

export type IconName = keyof typeof ICONS;

/** Creates a decorative icon; its meaning must be given in words next to it. */
export function icon(name: IconName): SVGElement {
  return drawn(ICONS[name]);
}

/** A picture drawn by a path. */
export function drawn(shape: string): SVGElement {
  const picture = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [attribute, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["class", "icon"]] as const) {
    picture.setAttribute(attribute, value);
  }
  path.setAttribute("d", shape);
  picture.append(path);
  return picture;
}
