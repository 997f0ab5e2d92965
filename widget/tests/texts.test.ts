import assert from "node:assert/strict";
import { test } from "node:test";
import { languageNames } from "../src/more/language_names.js";
import { directionOf, nameOfLanguage, spoken } from "../src/languages.js";
import german from "../texts/de.json";
import english from "../texts/en.json";
import { completed } from "../src/library.js";
import { readEvent, readOpening } from "../src/protocol.js";
import { filled, isLoaded, languageOfTexts, textsOf } from "../src/texts.js";

test("a file that lacks texts is completed in English, and knows no others", () => {
  const texts = completed({ send: "Надіслати", close: 7, unknown: "x" }, textsOf("en"));
  assert.equal(texts.send, "Надіслати");
  assert.equal(texts.close, textsOf("en").close);
  assert.ok(!("unknown" in texts));
  assert.deepEqual(completed("nonsense", textsOf("en")), textsOf("en"));
});

test("a language whose texts are not here speaks English until they are", () => {
  assert.ok(isLoaded("en") && !isLoaded("ar"));
  assert.equal(textsOf("ar"), textsOf("en"));
  assert.equal(languageOfTexts("ar"), "en");
});

test("names in a text are filled in, and unknown ones stay", () => {
  assert.equal(filled("{count} of {all}", { count: 2 }), "2 of {all}");
});

test("languages written from right to left are known", () => {
  assert.equal(directionOf("ar"), "rtl");
  assert.equal(directionOf("fa"), "rtl");
  assert.equal(directionOf("uk"), "ltr");
  assert.equal(nameOfLanguage("uk"), "Українська");
});

test("German addresses the visitor politely", () => {
  for (const text of Object.values(german)) assert.doesNotMatch(String(text), /\b(du|dein|dir|dich)\b/i);
});

test("a code with a country is its language, an unknown one is none", () => {
  assert.equal(spoken("de-AT"), "de");
  assert.equal(spoken("EN_us"), "en");
  assert.equal(spoken("prs"), "fa");
  assert.equal(spoken("pl"), null);
  assert.equal(spoken(null), null);
});

test("languages are named in the language of the answer", () => {
  assert.equal(languageNames(["de", "ar", "tr"], "de"), "Deutsch, Arabisch, Türkisch");
  assert.equal(languageNames(["de", "ar"], "en"), "German, Arabic");
  assert.equal(languageNames(["not a code"], "en"), "not a code");
});

test("no answer is called checked before somebody has checked it", () => {
  for (const { checked, unreviewed, ...others } of [german, english]) {
    for (const text of Object.values(others)) assert.doesNotMatch(text, /geprüft|checked|approved/i);
    assert.match(unreviewed, /kein Mensch|No person/);
    assert.match(checked, /\{date\}/);
  }
});

const PART = { text: "…", kind: "fact" };
const partOf = (more: object): unknown => {
  const event = readEvent({ type: "assistant", sequence: 1, parts: [{ ...PART, ...more }] });
  return event?.type === "assistant" ? event.parts[0] : null;
};

test("a part of an earlier version has neither note, approval nor contacts", () => {
  const nothing = { question: null, entry: null, asOf: null, noteAsOf: null, approvedOn: null, sources: [], contacts: [], heading: null, language: null, translation: null };
  assert.deepEqual(partOf({}), { ...PART, ...nothing });
  assert.deepEqual(partOf({ contacts: "no", approved_on: 5, note_as_of_text: 7 }), { ...PART, ...nothing });
});

test("a part has its note's date, when it was approved, and contacts", () => {
  const approved = { approved_on: "2026-05-01", approved_on_text: "1. Mai 2026" };
  const contact = { name: "X", purpose: "y", phone: "112", languages: ["de", 7] };
  const part = partOf({ note_as_of_text: "Mai 2025", ...approved, contacts: [contact] }) as Record<string, unknown>;
  assert.equal(part.noteAsOf, "Mai 2025");
  assert.equal(part.approvedOn, "1. Mai 2026");
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
