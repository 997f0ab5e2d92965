import assert from "node:assert/strict";
import { test } from "node:test";
import { LaterLibrary } from "../src/more/texts.js";

/** Files of which each is here, or missing, when the test says so. */
class Files {
  readonly contents = new Map<string, unknown>();
  asked = 0;
  settle: () => void = () => undefined;

  contentOf(language: string): unknown {
    return this.contents.get(language);
  }

  load(): Promise<void> {
    this.asked += 1;
    return new Promise((resolve) => (this.settle = resolve));
  }
}

test("only the first who asks waits for a slow file of texts", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const library = new LaterLibrary(new Files(), () => undefined);
  const first = library.loadInTime("uk");
  mock.timers.tick(3_000);
  await first;
  // Without this one, the test would never end.
  await library.loadInTime("uk");
});

test("texts that come late are told of, and those that could not be had are asked for again", async () => {
  const files = new Files();
  let arrived = 0;
  const library = new LaterLibrary(files, () => (arrived += 1));
  const lost = library.loadInTime("uk");
  files.settle();
  await lost;
  assert.equal(arrived, 0);
  const found = library.loadInTime("uk");
  files.contents.set("uk.more", {});
  files.settle();
  await found;
  assert.deepEqual([files.asked, arrived], [2, 1]);
});
