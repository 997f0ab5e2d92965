/** Who can help: one small card for each contact of an answer. */

import { h } from "../dom.js";
import { languageNames, type Language } from "../languages.js";
import type { Contact } from "../protocol.js";
import { link, mailOf, phoneOf, shortened } from "../rich_text.js";
import type { Texts } from "../texts.js";

/** The cards as a list; nothing if there are no contacts. */
export function contactsView(contacts: Contact[], texts: Texts, language: Language): HTMLElement[] {
  if (!contacts.length) return [];
  const cards = contacts.map((contact) => card(contact, texts, language));
  return [h("ul", { class: "cards", part: "contacts", "aria-label": texts.contacts }, ...cards)];
}

function card(contact: Contact, texts: Texts, language: Language): HTMLElement {
  const details = detailsOf(contact, texts, language).flatMap(([label, ...shown]) => [
    h("dt", {}, label),
    h("dd", {}, ...shown),
  ]);
  return h(
    "li",
    { class: "card", part: "contact-card" },
    h("p", { class: "card-name" }, contact.name),
    contact.purpose ? h("p", { class: "card-purpose" }, contact.purpose) : null,
    details.length ? h("dl", {}, ...details) : null,
  );
}

/** What is known of a contact, each with its label, in the order in which it is needed. */
function detailsOf(contact: Contact, texts: Texts, language: Language): Array<[string, ...Array<Node | string>]> {
  const { phone, email, url, address, hours, cost, languages } = contact;
  const details: Array<[string, ...Array<Node | string>]> = [];
  if (phone) details.push([texts.phone, link(phoneOf(phone), phone, texts.newWindow)]);
  if (hours) details.push([texts.hours, hours]);
  if (email) details.push([texts.email, link(mailOf(email), email, texts.newWindow)]);
  if (url) details.push([texts.website, link(url, shortened(url), texts.newWindow)]);
  if (address) details.push([texts.address, address]);
  if (languages.length) details.push([texts.languages, languageNames(languages, language)]);
  if (cost) details.push([texts.cost, cost]);
  return details;
}
