import assert from "node:assert/strict";
import { test } from "node:test";
import { Repeats } from "../src/repeats.js";

test("a question pressed twice before its answer is asked once, however late", () => {
  const repeats = new Repeats();
  assert.ok(!repeats.again("A", true, false, 0));
  assert.ok(repeats.again("A", true, true, 5_000));
  assert.ok(!repeats.again("A", true, false, 6_000));
});

test("another question that moved under the pointer is not asked by a second press", () => {
  const repeats = new Repeats();
  assert.ok(!repeats.again("A", true, false, 0));
  assert.ok(repeats.again("B", true, false, 120));
  assert.ok(!repeats.again("B", true, false, 800));
});

test("what is typed is held back only if it is the same at once", () => {
  const repeats = new Repeats();
  assert.ok(!repeats.again("A", false, false, 0));
  assert.ok(repeats.again("A", false, true, 500));
  assert.ok(!repeats.again("B", false, true, 600));
  assert.ok(!repeats.again("B", false, true, 2_000));
});

test("a suggestion may be pressed as soon as a typed question is answered", () => {
  const repeats = new Repeats();
  assert.ok(!repeats.again("A", false, false, 0));
  assert.ok(!repeats.again("B", true, false, 100));
});
