/** Draws pictures, and knows the one that is always shown. */

const SVG = "http://www.w3.org/2000/svg";

/** The picture of the assistant. */
export const MARK =
  "M12 2C6.2 2 2 5.9 2 10.8c0 2.7 1.3 5.1 3.3 6.7L5 22l4.6-2.6c.8.1 1.6.2 2.4.2 5.8 0 10-3.9 10-8.8S17.8 2 12 2zm4.6 4.2-2.8 6.4-6.4 2.8 2.8-6.4zM12 9.7a1.1 1.1 0 1 0 0 2.2 1.1 1.1 0 0 0 0-2.2z";

/** A picture drawn by a path; `classes` say more of its looks. */
export function drawn(shape: string, classes = ""): SVGElement {
  const picture = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const attributes = { viewBox: "0 0 24 24", "aria-hidden": "true", class: `icon ${classes}` };
  for (const [attribute, value] of Object.entries(attributes)) {
    picture.setAttribute(attribute, value);
  }
  path.setAttribute("d", shape);
  picture.append(path);
  return picture;
}
