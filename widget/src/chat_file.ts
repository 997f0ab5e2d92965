/** The chat itself: a file of its own, loaded when it is first opened, or where the visitor has begun one. */

import { Assistant, type Before } from "./assistant.js";
import inline from "./inline.css";
import type { Settings } from "./settings.js";
import styles from "./styles.css";
import { withStyles } from "./styling.js";
import topics from "./topics.css";

const sheets = [styles, topics, inline].join("\n");
const styled = new WeakSet<ShadowRoot>();

export type { Assistant };

/** Puts the chat into a region of this root. */
export function begin(settings: Settings, before: Before, root: ShadowRoot): Assistant {
  if (!styled.has(root)) withStyles(root, sheets);
  styled.add(root);
  return new Assistant(settings, before);
}
