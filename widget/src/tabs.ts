/** Other tabs of this browser that have the same chat: a duplicated tab has its own copy of the key. */

const CHANNEL = "iom-assistant";

export class Tabs {
  #channel: BroadcastChannel | null = null;
  #last: string | null = null;

  /** `erased` is called when another tab has erased the chat of a key, given the last one that was followed here. */
  constructor(private readonly erased: (token: string, last: string | null) => void) {}

  /** Listens from now on; not before there is a chat, since a page that listens cannot rest in the browser's memory. */
  listen(token: string): void {
    this.#last = token;
    if (this.#channel || !("BroadcastChannel" in window)) return;
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string") this.erased(data, this.#last);
    };
  }

  /** Tells the others that the chat of this token is erased. */
  tell(token: string): void {
    this.listen(token);
    this.#channel?.postMessage(token);
  }

  end(): void {
    this.#channel?.close();
    this.#channel = null;
  }
}
