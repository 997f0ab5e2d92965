import assert from "node:assert/strict";
import { test } from "node:test";
import { Presses } from "../src/exit.js";

test("three presses in quick succession are enough, and no fewer", () => {
  const presses = new Presses();
  assert.deepEqual([0, 700, 1_400].map((at) => presses.add(at)), [false, false, true]);
});

test("presses that are far apart never add up", () => {
  const presses = new Presses();
  assert.deepEqual([0, 800, 1_600, 2_400, 3_200].map((at) => presses.add(at)), [false, false, false, false, false]);
});

test("presses are being counted for a second and a half after the last", () => {
  const presses = new Presses();
  assert.equal(presses.begun(0), false);
  presses.add(1_000);
  assert.deepEqual([presses.begun(2_400), presses.begun(2_600)], [true, false]);
});
