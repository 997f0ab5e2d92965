/** Other tabs of this browser that have the same chat: a duplicated tab has its own copy of the key. */

const CHANNEL = "iom-assistant";

export class Tabs {
  private channel: BroadcastChannel | null = null;

  constructor(private readonly erased: (token: string) => void) {}

  /** Listens from now on; not before there is a chat, since a page that listens cannot rest in the browser's memory. */
  listen(): void {
    if (this.channel || !("BroadcastChannel" in window)) return;
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.onmessage = ({ data }: MessageEvent<unknown>) => typeof data === "string" && this.erased(data);
  }

  /** Tells the others that the chat of this token is erased. */
  tell(token: string): void {
    this.listen();
    this.channel?.postMessage(token);
  }

  end(): void {
    this.channel?.close();
    this.channel = null;
  }
}
