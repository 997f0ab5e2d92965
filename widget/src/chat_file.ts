/** The chat itself: a file of its own, loaded when it is first opened, or where the visitor has begun one. */

import { Assistant, type Before } from "./assistant.js";
import { take } from "./handed_over.js";
import inline from "./inline.css";
import type { Settings } from "./settings.js";
import styles from "./styles.css";
import { styleOnce } from "./styling.js";

export type { Assistant };

/** Puts the chat into a region of this root. */
export function begin(settings: Settings, before: Before, root: ShadowRoot): Assistant {
  take(before.shared);
  styleOnce(root, styles + inline);
  return new Assistant(settings, before);
}
