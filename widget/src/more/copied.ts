/** An answer as plain text, to be pasted elsewhere. */

import type { Contact, Content, Part, Source } from "../protocol.js";
import { filled } from "../library.js";
import type { Texts } from "../texts.js";

/** The texts with contacts, sources and dates, and the address of a page with the answer. */
export function plainText({ parts }: Content, texts: Texts, page: string | null): string {
  return [...parts.map((part) => plainPart(part, texts)), page].filter(Boolean).join("\n\n");
}

function plainPart({ heading, text, contacts, sources, asOf, noteAsOf }: Part, texts: Texts): string {
  const dates = [
    asOf && filled(texts.asOf, { date: asOf }),
    noteAsOf && filled(texts.noteAsOf, { date: noteAsOf }),
  ];
  const about = [...contacts.map(contactLine), ...sources.map((source) => sourceLine(source, texts)), ...dates];
  const below = about.filter(Boolean).join("\n");
  return [heading, text, below].filter(Boolean).join("\n\n");
}

function contactLine({ name, phone, email, url, address, hours, cost }: Contact): string {
  return `${name}: ${[phone, email, url, address, hours, cost].filter(Boolean).join("; ")}`;
}

function sourceLine({ title, url, publisher }: Source, { source }: Texts): string {
  return `${source} ${[title, publisher, url].filter(Boolean).join(", ")}`;
}
