import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES, spoken } from "../src/languages.js";
import { readEvent, readOpening } from "../src/protocol.js";
import { TEXTS } from "../src/texts.js";

test("no text is empty or the same in two languages by mistake", () => {
  const said = (text: unknown): unknown => (typeof text === "function" ? (text as (n: number) => string)(2) : text);
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
