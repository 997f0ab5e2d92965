import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, languageNames, spoken } from "../src/languages.js";
import { readEvent, readOpening } from "../src/protocol.js";
import { TEXTS } from "../src/texts.js";

test("no text is empty or the same in two languages by mistake", () => {
  const said = (text: unknown): unknown => (typeof text === "function" ? (text as (n: number, m: number) => string)(2, 3) : text);
  for (const key of Object.keys(TEXTS.de) as Array<keyof (typeof TEXTS)["de"]>) {
    const texts = LANGUAGES.map((language) => said(TEXTS[language][key]));
    assert.ok(texts.every(Boolean), key);
    assert.ok(new Set(texts).size === LANGUAGES.length, key);
  }
});

test("German addresses the visitor politely", () => {
  for (const text of Object.values(TEXTS.de)) assert.doesNotMatch(String(text), /\b(du|dein|dir|dich)\b/i);
});

test("a code with a country is its language, an unknown one is none", () => {
  assert.equal(spoken("de-AT"), "de");
  assert.equal(spoken("EN_us"), "en");
  assert.equal(spoken("fr"), null);
  assert.equal(spoken(null), null);
});

test("languages are named in the language of the answer", () => {
  assert.equal(languageNames(["de", "ar", "tr"], "de"), "Deutsch, Arabisch, Türkisch");
  assert.equal(languageNames(["de", "ar"], "en"), "German, Arabic");
  assert.equal(languageNames(["not a code"], "en"), "not a code");
});

test("no answer is called checked before somebody has checked it", () => {
  const said = Object.values(TEXTS.de).concat(Object.values(TEXTS.en));
  for (const text of said) if (typeof text === "string") assert.doesNotMatch(text, /geprüft|checked|approved/i);
  assert.equal(TEXTS.de.checked("A. B.", "1. Mai 2026"), "Geprüft von A. B. am 1. Mai 2026");
});

const PART = { text: "…", kind: "fact" };
const partOf = (more: object): unknown => {
  const event = readEvent({ type: "assistant", sequence: 1, parts: [{ ...PART, ...more }] });
  return event?.type === "assistant" ? event.parts[0] : null;
};

test("a part of an earlier version has neither note, approval nor contacts", () => {
  const nothing = { question: null, asOf: null, noteAsOf: null, approved: null, sources: [], contacts: [] };
  assert.deepEqual(partOf({}), { ...PART, ...nothing });
  assert.deepEqual(partOf({ contacts: "no", approved: { by: "x" }, note_as_of_text: 7 }), { ...PART, ...nothing });
});

test("a part has its note's date, who approved it, and contacts", () => {
  const approved = { by: "A. B.", on: "2026-05-01", on_text: "1. Mai 2026" };
  const contact = { name: "X", purpose: "y", phone: "112", languages: ["de", 7] };
  const part = partOf({ note_as_of_text: "Mai 2025", approved, contacts: [contact] }) as Record<string, unknown>;
  assert.equal(part.noteAsOf, "Mai 2025");
  assert.deepEqual(part.approved, { by: "A. B.", on: "1. Mai 2026" });
  const unknown = { email: null, url: null, address: null, hours: null, cost: null };
  assert.deepEqual(part.contacts, [{ ...contact, ...unknown, languages: ["de"] }]);
});

test("what the front sends is not believed unseen", () => {
  assert.equal(readEvent(null), null);
  assert.equal(readEvent({ type: "assistant" }), null);
  assert.equal(readEvent({ type: "later version", sequence: 1 }), null);
  assert.deepEqual(readEvent({ type: "assistant", sequence: 1, parts: "no", suggestions: [1, "a"] }), {
    type: "assistant",
    sequence: 1,
    at: null,
    replyTo: null,
    kind: "",
    language: "",
    parts: [],
    heading: null,
    suggestions: ["a"],
  });
  assert.deepEqual(readOpening("nonsense").starters, []);
});
