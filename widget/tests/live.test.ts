import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api } from "../src/api.js";
import { Refusal } from "../src/api.js";
import { Live, pauseAfter, type LiveListener } from "../src/live.js";
import type { ChatEvent } from "../src/protocol.js";

const event = (sequence: number): ChatEvent => ({ type: "visitor", sequence, at: null, id: `${sequence}`, text: "" });

function listener(heard: number[], ended: () => void = () => undefined): LiveListener {
  return {
    restored: (events) => heard.push(...events.map((one) => -one.sequence)),
    received: (one) => heard.push(one.sequence),
    connected: () => undefined,
    ended,
  };
}

test("an event that comes twice is told once", () => {
  const heard: number[] = [];
  const live = new Live({} as Api, "key", listener(heard), true);
  for (const sequence of [1, 2, 2, 1, 3]) live.take(event(sequence));
  assert.deepEqual(heard, [1, 2, 3]);
});

test("what was said before is restored once, and only what follows is told", async () => {
  const heard: number[] = [];
  const api = {
    events: async () => [event(1), event(2)],
    stream: async (_: string, after: number, __: AbortSignal, tell: (one: ChatEvent) => void) => {
      tell(event(after + 1));
      live.stop();
    },
  } as unknown as Api;
  const live = new Live(api, "key", listener(heard), false);
  live.start();
  await new Promise((done) => setTimeout(done, 400));
  assert.deepEqual(heard, [-1, -2, 3]);
});

test("a chat that is gone ends the line", async () => {
  const api = { events: async () => Promise.reject(new Refusal(401, "unknown_session", null, null)) } as unknown as Api;
  await new Promise<void>((done) => new Live(api, "key", listener([], done), false).start());
});

test("pauses grow and end at half a minute", () => {
  const pauses = [1, 2, 3, 4, 20].map((failures) => pauseAfter(failures, () => 1));
  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 30000]);
});
