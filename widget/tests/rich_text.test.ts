import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, isSafe, runsOf } from "../src/rich_text.js";

const linksIn = (text: string, helplines = false): Array<string | null> =>
  runsOf(text, helplines)
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

test("emergency numbers are links in a crisis only", () => {
  assert.deepEqual(linksIn("112 oder 116 016 oder 0800 1110111, in 18 Sprachen", true), [
    "tel:112",
    "tel:116016",
    "tel:08001110111",
  ]);
  assert.deepEqual(linksIn("112 Menschen"), []);
});

test("no text is lost between the links", () => {
  const text = "a https://b.de c d@e.de f 112 g";
  assert.equal(
    runsOf(text, true)
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
  for (const text of ["a".repeat(5e4), "a@".repeat(25e3), "a.".repeat(25e3), "https://".repeat(6e3), "- ".repeat(25e3)]) {
    blocksOf(text);
    runsOf(text, true);
  }
  assert.ok(performance.now() - started < 2000);
});
