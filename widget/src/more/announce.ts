/** Tells a screen reader what it would otherwise not hear. */

import type { Language } from "../languages.js";
import type { Host } from "./host.js";

export function announce({ conversation }: Host, text: string, language: Language): void {
  conversation.heard.lang = language;
  conversation.heard.textContent = text;
}
