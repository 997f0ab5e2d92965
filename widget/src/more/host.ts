/** What this file uses of the chat that has loaded it. */

import type { Api } from "../api.js";
import type { Chat } from "../chat.js";
import type { Language } from "../languages.js";
import type { TextFiles } from "../library.js";
import type { Opening } from "../protocol.js";
import type { Store } from "../store.js";
import type { Composer } from "../view/composer.js";
import type { Conversation } from "../view/conversation.js";
import type { Footer } from "../view/footer.js";
import type { Launcher } from "../view/launcher.js";
import type { Reading } from "../view/reading.js";
import type { Welcome } from "../view/welcome.js";
import type { Wording } from "../wording.js";

export interface Host {
  /** The whole chat within the page. */
  readonly element: HTMLElement;
  readonly panel: HTMLElement;
  readonly launcher: Launcher;
  /** The scrolling part of the panel. */
  readonly scroll: HTMLElement;
  readonly api: Api;
  readonly store: Store;
  readonly chat: Chat;
  readonly files: TextFiles;
  readonly words: Wording;
  /** Opens and closes the menu. */
  readonly menuToggle: HTMLButtonElement;
  readonly welcome: Welcome;
  readonly conversation: Conversation;
  readonly composer: Composer;
  readonly footer: Footer;
  readonly reading: Reading;
  readonly isOpen: boolean;
  /** Whether the chat is open and can be reached. */
  readonly canAsk: boolean;
  /** What the front has said to show; null until then. */
  readonly opening: Opening | null;
  /** Opens and closes the topics. */
  readonly topicsToggle: HTMLButtonElement;
  /** Stops what is being read aloud. */
  hush: () => void;
  /** Asks a question, typed or pressed. */
  send(text: string, pressed: boolean): void;
  askForPerson(): Promise<void>;
  /** Loads the texts of the chat in a language. */
  loadTexts(language: Language): Promise<void>;
}
