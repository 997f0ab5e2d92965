import assert from "node:assert/strict";
import { test } from "node:test";
import { asSpoken, blocksOf, helplinesIn, isSafe, phoneOf, runsOf, shortened, shortName, type Numbers } from "../src/rich_text.js";

const linksIn = (text: string, numbers: Numbers = {}): Array<string | null> =>
  runsOf(text, numbers)
    .map((run) => run.href)
    .filter(Boolean);

test("empty lines part paragraphs and dashes make a list", () => {
  assert.deepEqual(blocksOf("Eins\nzwei\n\n- a\n- b\nDrei"), [
    { kind: "paragraph", text: "Eins\nzwei" },
    { kind: "list", items: ["a", "b"] },
    { kind: "paragraph", text: "Drei" },
  ]);
});

test("only https, mail and telephone become links", () => {
  assert.deepEqual(linksIn("https://a.de/x, mailto:b@c.de tel:+49112 info@iom.int"), [
    "https://a.de/x",
    "mailto:b@c.de",
    "tel:+49112",
    "mailto:info@iom.int",
  ]);
  assert.deepEqual(linksIn("javascript:alert(1) data:text/html,x http://a.de vbscript:x <a href=x>"), []);
});

test("the full stop behind an address stays outside of it", () => {
  assert.deepEqual(runsOf("Siehe https://a.de/x."), [
    { text: "Siehe ", href: null },
    { text: "https://a.de/x", href: "https://a.de/x" },
    { text: ".", href: null },
  ]);
});

test("emergency numbers are links in a crisis only, since elsewhere they may count something", () => {
  assert.deepEqual(linksIn("112 oder 116 016", { emergency: true }), ["tel:112", "tel:116016"]);
  assert.deepEqual(linksIn("112 Menschen, 110 000"), []);
});

test("telephone numbers with a prefix and helplines are links in every text", () => {
  const text = "030 440308454, 0800 1110111 24 Stunden, +49 911 943-0 (+49 30 1815-1111), \u2066+962 79 102 4777\u2069, 116117.";
  assert.deepEqual(linksIn(text), [
    "tel:030440308454",
    "tel:08001110111",
    "tel:+499119430",
    "tel:+493018151111",
    "tel:+962791024777",
    "tel:116117",
  ]);
});

test("dates, years, amounts and numbers of laws are not taken for telephone numbers", () => {
  const text = "2025-02-01, 01.02.2025, 2024/1351, 683.950, 1.003.563, 1\u00a0003\u00a0563, 0,75, 12345678901, 2025 2026 2027 2028";
  assert.deepEqual(linksIn(text), []);
});

test("a long address is shown by its host, a short one without what everybody knows", () => {
  assert.equal(shortName("https://www.proasyl.de/unsere-einzelfallhilfe/"), "proasyl.de");
  assert.equal(shortName("https://help.unhcr.org/germany/de"), "help.unhcr.org/germany/de");
  assert.equal(asSpoken("Siehe https://germany.iom.int/de/unterstuetzungsprogramm-familiennachzug-fap."), "Siehe germany.iom.int.");
});

test("numbers of contacts are links in every answer, however they are grouped", () => {
  const phones = ["+49 30 2902245500", "116 016"];
  assert.deepEqual(linksIn("Tel. +49 (30) 290-2245-500 oder 116016.", { phones }), ["tel:+49302902245500", "tel:116016"]);
  assert.deepEqual(linksIn("Rufen Sie 112 an (112), 112", { phones: ["112"] }), ["tel:112", "tel:112", "tel:112"]);
  assert.deepEqual(linksIn("1123, 0112, +112, 112 000", { phones: ["112"] }), []);
});

test("in a crisis a contact's number is no second link beside an emergency number", () => {
  const numbers = { emergency: true, phones: ["0800 1110111", "030 443509821"] };
  assert.deepEqual(linksIn("0800 1110111 oder 030 443509821", numbers), ["tel:08001110111", "tel:030443509821"]);
  assert.deepEqual(Array.from(helplinesIn("030 443509821, 112", numbers.phones).keys()), ["030 443509821", "112"]);
});

test("a number is called without blanks and hyphens", () => {
  assert.equal(phoneOf("+49 911 943-0"), "tel:+499119430");
});

test("an address is shown without what everybody knows", () => {
  assert.equal(shortened("https://www.hilfetelefon.de/"), "hilfetelefon.de");
  assert.equal(shortened("https://help.unhcr.org/germany/de"), "help.unhcr.org/germany/de");
});

test("no text is lost between the links", () => {
  const text = "a https://b.de c d@e.de f 112 g";
  assert.equal(
    runsOf(text, { emergency: true })
      .map((run) => run.text)
      .join(""),
    text,
  );
});

test("addresses are judged by their beginning, whatever their letters", () => {
  assert.ok(isSafe("HTTPS://a.de"));
  assert.ok(!isSafe(" javascript:alert(1)"));
  assert.ok(!isSafe("//a.de"));
});

test("long hostile text takes no time", () => {
  const started = performance.now();
  for (const text of ["a".repeat(5e4), "a@".repeat(25e3), "a.".repeat(25e3), "https://".repeat(6e3), "- ".repeat(25e3), "1 ".repeat(25e3)]) {
    blocksOf(text);
    runsOf(text, { emergency: true, phones: ["112", "+49 30 290"] });
  }
  assert.ok(performance.now() - started < 2000);
});
