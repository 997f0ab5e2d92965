/** The way to the front's own page, for a website that may not have the chat. */

import { pageLink } from "../view/page_link.js";
import type { Wording } from "../wording.js";
import { diagnosed } from "./diagnosis.js";
import type { Host } from "./host.js";
import type { LaterTexts } from "./texts.js";

/** Shows it in place of the field, unless the front only cannot be reached; returns whether it did. */
export async function leadElsewhere(host: Host, later: Wording<LaterTexts>): Promise<boolean> {
  const { api, words, welcome, footer, composer } = host;
  if ((await diagnosed(api.server)) === "unreachable") return false;
  footer.warn(later.texts.notAllowed);
  welcome.notice.before(pageLink(words, api.server, { class: "open-page" }));
  composer.element.hidden = true;
  return true;
}
