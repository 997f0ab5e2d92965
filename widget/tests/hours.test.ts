import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hours } from "../src/more/hours.js";
import { hoursText } from "../src/team/hours.js";

const written = (hours: Hours): string => hoursText([hours], "de").replace(/[\u2068\u2069]/g, "");

test("a range of days or times has both its ends, one day only itself", () => {
  assert.equal(written({ days: [1, 5], opens: "09:00", closes: "16:00" }), "Mo–Fr 09:00–16:00");
  assert.equal(written({ days: [6, 6], opens: "10:00", closes: "12:00" }), "Sa 10:00–12:00");
});

test("hours round the clock have both their ends", () => {
  assert.equal(written({ days: [1, 7], opens: "00:00", closes: "24:00" }), "Mo–So 00:00–00:00");
});

test("English writes the hours of the day as in Britain and Germany, up to 24", () => {
  assert.match(hoursText([{ days: [1, 1], opens: "09:00", closes: "16:00" }], "en"), /09:00–16:00/);
});
