/** Reads server-sent events from a byte stream (as much of the format as the front uses). */

/** Yields the data of every event, parsed as JSON; skips comments and anything that is not JSON. */
export async function* eventsIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  for await (const block of blocksIn(chunks)) {
    const data = dataOf(block);
    const parsed = data === null ? null : parse(data);
    if (parsed !== null) yield parsed;
  }
}

async function* blocksIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    // A line ending may be split across chunks, so a trailing \r waits for the next one.
    rest = (rest + decoder.decode(chunk, { stream: true })).replace(/\r\n/g, "\n").replace(/\r(?!$)/g, "\n");
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      yield rest.slice(0, end);
      rest = rest.slice(end + 2);
    }
  }
}

function dataOf(block: string): string | null {
  const lines = block.split("\n").filter((line) => line.startsWith("data:"));
  return lines.length ? lines.map((line) => line.slice(5).replace(/^ /, "")).join("\n") : null;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return null;
  }
}
