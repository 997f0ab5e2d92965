/** Who can help: one small card for each contact of an answer. */

import { h } from "../dom.js";
import type { Language } from "../languages.js";
import type { Contact } from "../protocol.js";
import { link, mailOf, phoneOf, shortName } from "../rich_text.js";
import type { Texts } from "../texts.js";
import { languageNames } from "./language_names.js";
import { picture, type Shape } from "./shapes.js";

/** The cards as a list; nothing if there are no contacts. */
export function contactsView(contacts: Contact[], texts: Texts, language: Language): HTMLElement[] {
  if (!contacts.length) return [];
  const cards = contacts.map((contact) => card(contact, texts, language));
  return [h("ul", { class: "cards", part: "contacts", "aria-label": texts.contacts }, ...cards)];
}

function card(contact: Contact, texts: Texts, language: Language): HTMLElement {
  const ways = waysOf(contact, texts);
  const details = detailsOf(contact, texts, language).flatMap(([label, told]) => [h("dt", {}, label), h("dd", {}, told)]);
  return h(
    "li",
    { class: "card", part: "contact-card" },
    h("p", { class: "card-name" }, contact.name),
    contact.purpose ? h("p", { class: "card-purpose" }, contact.purpose) : null,
    ways.length ? h("p", { class: "row ways" }, ...ways) : null,
    details.length ? h("dl", {}, ...details) : null,
  );
}

/** The ways to reach a contact, as targets large enough for a thumb. */
function waysOf({ phone, email, url }: Contact, texts: Texts): Node[] {
  return [
    ...(phone ? [way("phone", phoneOf(phone), phone, texts.phone, texts)] : []),
    ...(email ? [way("mail", mailOf(email), email, texts.email, texts)] : []),
    ...(url ? [way("globe", url, shortName(url), texts.website, texts)] : []),
  ];
}

/** A link with its icon, whose meaning is said in words to those who do not see it. */
function way(shape: Shape, href: string, shown: string, meaning: string, texts: Texts): Node {
  const label = h("span", {}, picture(shape), h("span", { class: "unseen" }, `${meaning}: `), h("bdi", {}, shown));
  return link(href, label, texts.newWindow);
}

/** What else is known of a contact, each with its label. */
function detailsOf({ hours, address, cost, languages }: Contact, texts: Texts, language: Language): Array<[string, string]> {
  const details: Array<[string, string | null]> = [
    [texts.hours, hours],
    [texts.address, address],
    [texts.languages, languages.length ? languageNames(languages, language) : null],
    [texts.cost, cost],
  ];
  return details.filter((detail): detail is [string, string] => detail[1] !== null);
}
