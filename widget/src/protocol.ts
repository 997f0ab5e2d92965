/** The front's messages; everything from the network is validated before use. */

export interface Opening {
  languages: string[];
  retentionDays: number | null;
  privacy: string | null;
  imprint: string | null;
  contact: { text: string; url: string } | null;
  starters: string[];
  available: boolean;
  announcement: string | null;
  /** About the people who can be asked (more/hours.ts); null if nobody can be. */
  team: Json | null;
}

export interface Session {
  token: string;
}

export interface Source {
  title: string;
  url: string;
  publisher: string | null;
  /** The language of the title, where it is known. */
  language: string | null;
}

export interface Contact {
  name: string;
  purpose: string;
  phone: string | null;
  email: string | null;
  url: string | null;
  address: string | null;
  hours: string | null;
  cost: string | null;
  languages: string[];
}

export interface Part {
  text: string;
  question: string | null;
  /** The entry of the knowledge that it comes from, if any. */
  entry: string | null;
  kind: string;
  asOf: string | null;
  noteAsOf: string | null;
  /** The day on which somebody approved the text; null if nobody has. */
  approvedOn: string | null;
  sources: Source[];
  contacts: Contact[];
  /** Above the text, in the language of the answer. */
  heading: string | null;
  /** The language of the text, if the front says so. */
  language: string | null;
  /** Of a translated text: the original. */
  translation: Translation | null;
}

export interface Translation {
  original: { text: string; language: string };
}

export interface VisitorEvent {
  type: "visitor";
  sequence: number;
  at: string | null;
  id: string;
  text: string;
}

/** What an answer says, in a chat or by itself. */
export interface Content {
  kind: string;
  language: string;
  parts: Part[];
  heading: string | null;
  suggestions: string[];
}

export interface AssistantEvent extends Content {
  type: "assistant";
  sequence: number;
  at: string | null;
  replyTo: string | null;
}

export type ChatEvent = VisitorEvent | AssistantEvent;

/** The entries of the knowledge that an answer is made of, each once. */
export function entriesOf(parts: Part[]): string[] {
  return [...new Set(parts.flatMap(({ entry }) => entry ?? []))];
}

/** What came from the network, read as if it were what it should be. */
export type Json = Record<string, unknown>;

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
export const textOrNull = (value: unknown): string | null => (typeof value === "string" && value ? value : null);
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const record = (value: unknown): Json => (value && typeof value === "object" ? (value as Json) : {});
const texts = (value: unknown): string[] => list(value).filter((item): item is string => typeof item === "string");

/** What is shown before the first message. */
export function readOpening(data: unknown): Opening {
  const { languages, notice, links, contact, starters, available, announcement, team } = record(data);
  const days = record(notice).retention_days;
  return {
    languages: texts(languages),
    retentionDays: typeof days === "number" ? days : null,
    privacy: textOrNull(record(links).privacy),
    imprint: textOrNull(record(links).imprint),
    contact: readOffice(record(contact)),
    starters: texts(starters),
    available: available !== false,
    announcement: textOrNull(announcement),
    team: team ? record(team) : null,
  };
}

function readOffice({ text: said, url }: Json): Opening["contact"] {
  return text(url) ? { text: text(said), url: text(url) } : null;
}

/** A new session's token; throws if there is none. */
export function readSession(data: unknown): Session {
  const { token } = record(data);
  if (!text(token)) throw new TypeError("no token");
  return { token: text(token) };
}

/** An event of the chat; null if this version does not know its type. */
export function readEvent(data: unknown): ChatEvent | null {
  const event = record(data);
  const sequence = event.sequence;
  if (typeof sequence !== "number") return null;
  const common = { sequence, at: textOrNull(event.at) };
  if (event.type === "visitor") return { ...common, type: "visitor", id: text(event.id), text: text(event.text) };
  if (event.type !== "assistant") return null;
  return { ...common, type: "assistant", replyTo: textOrNull(event.reply_to), ...readContent(event) };
}

/** What entries of the knowledge say, outside of a chat. */
export function readAnswer(data: unknown): Content {
  return readContent(record(record(data).answer));
}

function readContent(event: Json): Content {
  return {
    kind: text(event.kind),
    language: text(event.language),
    parts: list(event.parts).map((part) => readPart(record(part))),
    heading: textOrNull(event.heading),
    suggestions: texts(event.suggestions),
  };
}

/** One part of an answer; what is left out is empty. */
export function readPart(part: Json): Part {
  return {
    text: text(part.text),
    question: textOrNull(part.question),
    entry: textOrNull(part.entry),
    kind: text(part.kind),
    asOf: textOrNull(part.as_of_text) ?? textOrNull(part.as_of),
    noteAsOf: textOrNull(part.note_as_of_text) ?? textOrNull(part.note_as_of),
    approvedOn: textOrNull(part.approved_on_text) ?? textOrNull(part.approved_on),
    sources: list(part.sources).map((source) => readSource(record(source))),
    contacts: list(part.contacts).map((contact) => readContact(record(contact))),
    heading: textOrNull(part.heading),
    language: textOrNull(part.language),
    translation: part.translation ? readTranslation(record(part.translation)) : null,
  };
}

function readTranslation({ original }: Json): Translation {
  const { text: said, language } = record(original);
  return { original: { text: text(said), language: text(language) } };
}

/** One contact; what is left out is unknown. */
export function readContact(contact: Json): Contact {
  return {
    name: text(contact.name),
    purpose: text(contact.purpose),
    phone: textOrNull(contact.phone),
    email: textOrNull(contact.email),
    url: textOrNull(contact.url),
    address: textOrNull(contact.address),
    hours: textOrNull(contact.hours),
    cost: textOrNull(contact.cost),
    languages: texts(contact.languages),
  };
}

function readSource(source: Json): Source {
  return {
    title: text(source.title),
    url: text(source.url),
    publisher: textOrNull(source.publisher),
    language: textOrNull(source.language),
  };
}
