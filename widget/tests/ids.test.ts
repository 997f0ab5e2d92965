import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../src/ids.js";

test("a new id is a random UUID, also where browsers offer none", () => {
  const made = new Set(Array.from({ length: 200 }, newId));
  assert.equal(made.size, 200);
  for (const id of made) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
