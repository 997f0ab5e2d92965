import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsIn } from "../src/sse.js";

async function read(...chunks: string[]): Promise<unknown[]> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  }
  const events: unknown[] = [];
  for await (const event of eventsIn(bytes())) events.push(event);
  return events;
}

test("an event is read however the network cuts it", async () => {
  const whole = 'event: message\r\nid: 1\r\ndata: {"text": "Ja"}\r\n\r\n: heartbeat\r\n\r\ndata: {"text": "Nein"}\r\n\r\n';
  for (let cut = 1; cut < whole.length; cut += 1) {
    assert.deepEqual(await read(whole.slice(0, cut), whole.slice(cut)), [{ text: "Ja" }, { text: "Nein" }]);
  }
});

test("a character cut in two arrives whole", async () => {
  const bytes = new TextEncoder().encode('data: {"text": "ü"}\n\n');
  async function* halves(): AsyncGenerator<Uint8Array> {
    yield bytes.slice(0, 16);
    yield bytes.slice(16);
  }
  const events: unknown[] = [];
  for await (const event of eventsIn(halves())) events.push(event);
  assert.deepEqual(events, [{ text: "ü" }]);
});

test("comments and what is not JSON are passed over", async () => {
  assert.deepEqual(await read(": hello\n\ndata: <html>\n\ndata: 1\n\n"), [1]);
});
