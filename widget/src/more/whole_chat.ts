/** What is done with the whole chat: beginning a new one, saving and deleting it. */

import { h } from "../dom.js";
import { filled } from "../library.js";
import type { Wording } from "../wording.js";
import type { Confirmation } from "./confirmation.js";
import type { Host } from "./host.js";
import { exported, type ExportFormat } from "./requests.js";
import type { LaterTexts } from "./texts.js";

export class WholeChat {
  constructor(
    private readonly host: Host,
    private readonly later: Wording<LaterTexts>,
    private readonly confirmation: Confirmation,
  ) {}

  askNew(): void {
    const { host, later } = this;
    const { texts } = later;
    const days = host.opening?.retentionDays ?? null;
    const choices = [
      { label: texts.newChatKeep, act: () => host.chat.forget() },
      { label: texts.newChatDelete, act: () => void this.#delete(), serious: true },
    ];
    const text = days === null ? texts.newChatTextNow : filled(texts.newChatText, { days });
    this.confirmation.ask({ title: texts.newChatTitle, text, choices, cancel: texts.cancel, language: later.language });
  }

  askDelete(): void {
    const { texts, language } = this.later;
    const choices = [{ label: texts.deleteConfirm, act: () => void this.#delete(), serious: true }];
    const { deleteTitle: title, deleteText: text, cancel } = texts;
    this.confirmation.ask({ title, text, choices, cancel, language });
  }

  async save(format: ExportFormat): Promise<void> {
    const { api, store, words, footer } = this.host;
    const { token } = store.key;
    if (!token) return;
    try {
      offer(await exported(api, token, format, words.language), `iom-chat.${format === "json" ? "json" : "txt"}`);
      this.#tell(this.later.texts.exported);
    } catch {
      footer.warn(words.texts.failed);
    }
  }

  #tell(text: string): void {
    const { footer, words } = this.host;
    footer.warn(null);
    footer.status.textContent = text;
    footer.status.lang = words.language;
  }

  /** Erases the chat at the front, then here; if the first fails, forgets nothing. */
  async #delete(): Promise<void> {
    const { api, chat, composer, footer, store } = this.host;
    try {
      const { token } = store.key;
      if (token) await api.delete(token);
      if (token) chat.tabs.tell(token);
      chat.forget();
      composer.draft = "";
      this.#tell(this.later.texts.deleted);
    } catch {
      footer.warn(this.later.texts.notDeleted);
    }
  }
}

/** Has the browser save a file. */
function offer(data: Blob, name: string): void {
  const url = URL.createObjectURL(data);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
