/** Connects the chat to its views, and the visitor's actions to the chat. */

import { Api, type Outgoing } from "./api.js";
import { Chat, type ChatListener, type SendState } from "./chat.js";
import { button, h } from "./dom.js";
import { leaveFor, Presses } from "./exit.js";
import { refuseFiles } from "./files.js";
import type { Shared } from "./handed_over.js";
import { icon } from "./icons.js";
import { isComposing } from "./keys.js";
import { spoken, type Language } from "./languages.js";
import type { TextFiles } from "./library.js";
import type { Host } from "./more/host.js";
import type * as moreFile from "./more/index.js";
import { named } from "./naming.js";
import { OnDemand } from "./on_demand.js";
import { PATIENCE_MS } from "./pause.js";
import type { AssistantEvent, ChatEvent, Opening } from "./protocol.js";
import { Repeats } from "./repeats.js";
import { sayWhere } from "./region.js";
import { smallScreen } from "./screen.js";
import type { Settings } from "./settings.js";
import type { Store } from "./store.js";
import { isLoaded, library, load } from "./texts.js";
import type { AnswerView } from "./view/answer.js";
import { Composer } from "./view/composer.js";
import { Conversation, scrollArea } from "./view/conversation.js";
import { Footer } from "./view/footer.js";
import { headerOf } from "./view/header.js";
import type { Launcher } from "./view/launcher.js";
import { Room } from "./view/room.js";
import { Reading } from "./view/reading.js";
import { Welcome } from "./view/welcome.js";
import { worded, Wording } from "./wording.js";

const OPENING_RETRY_MS = 5_000;
// The control by which a visitor asks for a person.
const PERSON = "person";
/** Set by build.mjs: changes with what the file contains, so that no cache brings an older one. */
declare const MORE_VERSION: string;

/** What is there before the chat is loaded, and stays. */
export interface Before {
  store: Store;
  files: TextFiles;
  launcher: Launcher;
  /** What both files need. */
  shared: Shared;
  /** Holds the launcher; the panel is added to it. */
  region: HTMLElement;
}

export class Assistant implements ChatListener, Host {
  readonly element: HTMLElement;
  readonly api: Api;
  readonly store: Store;
  readonly chat: Chat;
  readonly words: Wording;
  readonly launcher: Launcher;
  readonly #header: HTMLElement;
  readonly panel: HTMLElement;
  readonly #room: Room;
  readonly menuToggle: HTMLButtonElement;
  readonly welcome: Welcome;
  readonly topicsToggle: HTMLButtonElement;
  readonly conversation: Conversation;
  readonly composer: Composer;
  readonly footer: Footer;
  readonly #presses = new Presses();
  readonly scroll: HTMLElement;
  readonly reading: Reading;
  readonly #repeats = new Repeats();
  /** Stops what is being read aloud. */
  hush: () => void = () => undefined;
  opening: Opening | null = null;
  #openingAgain: ReturnType<typeof setTimeout> | undefined;
  #resumed = false;
  #reachable = true;
  readonly #moreFile: OnDemand<typeof moreFile>;
  /** What few visitors need, once it is here. */
  #more: moreFile.More | null = null;
  /** The answers to which more belongs that is not here yet. */
  #unfinished: AnswerView[] = [];
  /** The controls that have been pressed and wait for it. */
  readonly #waiting = new Set<string>();
  #isOver = false;
  readonly #endings: Array<() => void> = [];

  constructor(
    private readonly settings: Settings,
    private readonly before: Before,
  ) {
    this.#moreFile = new OnDemand(new URL(`./more.js?v=${MORE_VERSION}`, import.meta.url).href);
    this.api = new Api(settings.server);
    this.store = before.store;
    library().share(before.files);
    this.words = new Wording(library(), this.#language, settings.ownTexts);
    this.chat = new Chat(this.api, this.store, this, settings.pageLanguage);
    this.launcher = before.launcher;
    this.launcher.follow(this.words);
    this.element = before.region;
    this.menuToggle = this.#makeMenuToggle();
    const ask = (question: string): void => this.send(question, true);
    this.welcome = new Welcome(this.words, ask, () => this.#asked("notice", (more) => more.notice.look()));
    this.topicsToggle = this.#makeTopicsToggle();
    this.conversation = this.#makeConversation();
    this.composer = new Composer(this.words, (text) => this.send(text));
    this.footer = new Footer(this.words, this.composer, settings.contactUrl, () => void this.askForPerson());
    const { welcome, conversation } = this;
    const parts = [welcome.notice, welcome.starters, conversation.history, conversation.log, conversation.typing, conversation.heard];
    this.scroll = scrollArea(this.words, ...parts);
    this.#header = this.#makeHeader();
    welcome.starters.after(this.topicsToggle);
    this.panel = this.#makePanel();
    this.#room = new Room(this.panel, this.#header, this.scroll, this.footer.bar, this.footer.person);
    this.reading = new Reading(this.scroll, this.panel, [conversation.history, conversation.log]);
    this.scroll.dataset.size = String(this.store.key.size);
    this.#enterRegion();
    this.composer.draft = this.store.takeDraft();
    this.#listen();
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  get files(): TextFiles {
    return this.before.files;
  }

  /** What stands in the field, not sent. */
  get draft(): string {
    return this.composer.draft;
  }

  set draft(text: string) {
    this.composer.draft = text;
  }

  /** Shows the panel; pass `focus` as false if the visitor did not just ask for it. */
  open(focus = true): void {
    if (this.isOpen) return;
    this.panel.hidden = false;
    this.#room.fit();
    this.launcher.expanded = true;
    // In the flow of the page the visitor has opened nothing yet.
    if (!this.settings.inline) this.store.keepTab({ open: true });
    if (!this.opening?.available) void this.#loadOpening();
    this.#goOn();
    this.reading.readUnread();
    if (focus) (this.conversation.empty || touch() ? this.panel : this.composer.field).focus();
  }

  close(): void {
    if (!this.isOpen) return;
    this.#more?.menu.close(false);
    const hadFocus = this.panel.matches(":focus-within");
    this.panel.hidden = true;
    this.launcher.expanded = false;
    this.store.keepTab({ open: false });
    this.hush();
    this.chat.rest();
    if (hadFocus) this.launcher.element.focus();
  }

  /** Follows the page's language, unless the visitor has chosen one. */
  followLanguage(): void {
    if (this.#language === this.words.language) return;
    this.words.change(this.#language);
    if (this.isOpen) void this.#loadOpening();
    else this.opening = null;
  }

  /** Releases everything outside the element. */
  end(): void {
    this.chat.stop();
    this.#room.end();
    clearTimeout(this.#openingAgain);
    this.hush();
    this.reading.end();
    this.#more?.end();
    this.#isOver = true;
    this.#endings.forEach((end) => end());
  }

  // Events from the chat

  restored(events: ChatEvent[]): void {
    this.#inTheirLanguages(events, () => {
      this.conversation.restore(events);
      this.#showStarters();
      const { lastQuestion } = this.conversation;
      if (lastQuestion) this.reading.goTo(lastQuestion);
    });
  }

  visitor(message: Outgoing, state: SendState): void {
    this.conversation.visitor(message, state);
    this.#showStarters();
  }

  refused(message: Outgoing, why: string | null): void {
    this.conversation.refuse(message);
    this.footer.warn(why ?? this.words.texts.failed);
  }

  answer(event: AssistantEvent): void {
    this.#inTheirLanguages([event], () => {
      const question = this.conversation.questionOf(event);
      const follows = this.isOpen && this.reading.follows(question);
      const answer = this.conversation.answer(event);
      if (follows) this.reading.goTo(question ?? answer);
      else this.reading.missed(answer);
      if (!this.isOpen) this.chat.rest();
    });
  }

  /** Shows answers as soon as the texts of their languages are here, which for most they are. */
  #inTheirLanguages(events: ChatEvent[], show: () => void): void {
    const languages = events.flatMap((event) => (event.type === "assistant" ? (spoken(event.language) ?? []) : []));
    const missing = languages.filter((language) => !isLoaded(language));
    if (missing.length) void Promise.all(missing.map(load)).then(show);
    else show();
  }

  awaiting(any: boolean): void {
    this.conversation.awaiting(any);
  }

  connected(now: boolean): void {
    const { offline, unreachable } = this.words.texts;
    if (now !== this.#reachable) this.footer.warn(now ? null : navigator.onLine ? unreachable : offline);
    this.#reachable = now;
    this.footer.chatAnswers = this.canAsk;
  }

  unanswered(): void {
    this.footer.warn(this.words.texts.failed);
  }

  slowDown(text: string | null): void {
    this.footer.warn(text);
  }

  ended(): void {
    this.conversation.note(this.words.texts.ended);
  }

  reset(): void {
    this.#more?.forget();
    this.#unfinished = [];
    this.hush();
    this.conversation.clear();
    this.reading.forgetUnread();
    this.#showStarters();
  }

  // Actions of the visitor

  /** Asks a question, typed or pressed; one that is asked twice by the same act only once. */
  send(text: string, pressed = false): void {
    if (this.#repeats.again(text, pressed, this.chat.isAwaiting, performance.now())) return;
    if (this.#reachable) this.footer.hush();
    this.#goOn();
    const hadFocus = this.welcome.starters.matches(":focus-within");
    this.chat.send(text);
    const question = this.conversation.lastQuestion;
    if (question) this.reading.goTo(question);
    // The keyboard of a phone goes, so that there is room for the answer.
    if (touch()) question?.focus({ preventScroll: true });
    else if (hadFocus) this.composer.field.focus();
  }

  /** Shows who can help with what was answered last, or else asks the chat, or else follows the link to people. */
  async askForPerson(): Promise<void> {
    if (this.#waiting.has(PERSON)) return;
    this.#waiting.add(PERSON);
    const more = this.conversation.contacts.length ? await this.#soonHere().catch(() => null) : null;
    this.#waiting.delete(PERSON);
    if (more) more.whoHelps.lead();
    else if (this.canAsk) this.send(this.words.texts.personQuestion, true);
    else this.footer.followContact();
  }

  readonly loadTexts = load;

  #exit(): void {
    const address = this.settings.exitUrl() ?? this.words.texts.exitUrl;
    this.hush();
    this.chat.vanish();
    this.conversation.clear();
    this.composer.draft = "";
    this.#more?.forget();
    leaveFor(address);
  }

  // State

  get #language(): Language {
    return this.store.key.choice ?? this.settings.pageLanguage();
  }

  /** Whether the chat is open and can be reached. */
  get canAsk(): boolean {
    return this.#reachable && this.opening?.available === true;
  }

  /** Resumes the stored chat the first time, and its connection after every rest. */
  #goOn(): void {
    if (this.#resumed) return this.chat.wakeUp();
    this.#resumed = true;
    // Earlier answers are shown whole.
    if (this.chat.begun) void this.#here().catch(() => undefined);
    this.chat.resume();
  }

  async #loadOpening(): Promise<void> {
    const { language } = this.words;
    try {
      const [opening] = await Promise.all([
        this.api.opening(language).then((found) => this.#withOwnStarters(found, language)),
        load(language),
      ]);
      if (language === this.words.language) this.#show(opening);
    } catch (error) {
      if (!this.isOpen || language !== this.words.language) return;
      this.connected(false);
      clearTimeout(this.#openingAgain);
      this.#openingAgain = setTimeout(() => void this.#loadOpening(), OPENING_RETRY_MS);
      if (error instanceof TypeError && navigator.onLine) this.#explain().catch(() => undefined);
    }
  }

  /** The opening with the starters that the page's author wants; with ours if they cannot be had. */
  async #withOwnStarters(opening: Opening, language: Language): Promise<Opening> {
    if (!this.settings.starters.length) return opening;
    try {
      const { parts } = await this.api.answer(this.settings.starters, language);
      return { ...opening, starters: parts.flatMap(({ question }) => question ?? []) };
    } catch {
      console.warn(`iom-assistant: the front knows not all of these entries: ${this.settings.starters.join(" ")}`);
      return opening;
    }
  }

  /** Finds out why nothing can be had from the front; if this website may not, leads to the front's own page. */
  async #explain(): Promise<void> {
    // Where not even this can be had, the front cannot be reached.
    if (await (await this.#loaded()).leadElsewhere()) clearTimeout(this.#openingAgain);
  }

  #show(opening: Opening): void {
    if (opening.available && this.opening?.available === false) this.footer.warn(null);
    this.opening = opening;
    if (navigator.onLine) this.connected(true);
    this.welcome.show(opening);
    this.#more?.notice.look();
    this.#showStarters();
    this.panel.classList.toggle("team", opening.team !== null);
    this.composer.element.hidden = !opening.available;
    if (!opening.available) this.footer.warn(this.words.texts.unavailable);
    if (opening.contact) this.footer.leadTo(opening.contact.url);
    this.footer.chatAnswers = this.canAsk;
  }

  #showStarters(): void {
    this.welcome.wanted = this.conversation.empty;
    this.topicsToggle.hidden = !this.conversation.empty || !this.opening?.available;
  }

  // Construction

  #makeTopicsToggle(): HTMLButtonElement {
    const attributes = { class: "topics-toggle", part: "topics-toggle", "aria-expanded": "false", "aria-controls": "topics" };
    const open = (): void => void this.#asked("topics", (more) => more.topics.toggle());
    return button(attributes, open, worded(this.words, "topics"));
  }

  #makeMenuToggle(): HTMLButtonElement {
    const attributes = { class: "round", part: "menu-button", "aria-expanded": "false", "aria-controls": "menu" };
    const toggle = button(attributes, () => void this.#asked("menu", (more) => more.pressMenu()), icon("menu"));
    this.words.say((texts) => named(toggle, texts.menu));
    return toggle;
  }

  #makeConversation(): Conversation {
    return new Conversation(this.words, {
      ask: (question) => this.send(question, true),
      finish: (view) => this.#finish(view),
      retry: () => this.chat.hurry(),
      edit: (message) => this.composer.put(message.text),
    });
  }

  #makeHeader(): HTMLElement {
    return headerOf(this.words, this.menuToggle, this.store.tab.large, {
      close: () => this.settings.opened(false),
      exit: () => this.#exit(),
      enlarge: (large) => {
        this.panel.classList.toggle("large", large);
        this.store.keepTab({ large });
      },
      choose: (choice) => {
        this.store.keepKey({ choice });
        this.followLanguage();
      },
    });
  }

  #makePanel(): HTMLElement {
    const attributes = {
      class: this.store.tab.large ? "panel large" : "panel",
      id: "panel",
      part: "panel",
      role: this.settings.inline ? "group" : "dialog",
      tabindex: "-1",
      "aria-describedby": "machine notice-text",
      hidden: "",
    };
    const panel = h("div", attributes, this.#header, this.scroll, this.footer.element);
    this.words.say((texts) => panel.setAttribute("aria-label", texts.title));
    panel.addEventListener("keydown", (event) => this.#key(event));
    panel.addEventListener("keydown", pressOnce);
    refuseFiles(panel, () => this.footer.warn(this.words.texts.noFiles));
    return panel;
  }

  #enterRegion(): void {
    const region = this.element;
    region.append(this.panel);
    sayWhere(region, this.words);
    const leave = (event: FocusEvent): void => this.#leftFor(event.relatedTarget);
    region.addEventListener("focusout", leave);
    this.#endings.push(() => region.removeEventListener("focusout", leave));
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || isComposing(event)) return;
    if (!this.#more?.escape()) this.settings.opened(false);
  }

  /** Counts Escape wherever it is pressed while the panel is open, or the focus in the chat, or just was. */
  #countEscape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.repeat || isComposing(event)) return;
    const counts = this.isOpen || event.composedPath().includes(this.element) || this.#presses.begun(event.timeStamp);
    if (!counts || !this.#presses.add(event.timeStamp)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#exit();
  }

  /** On a small screen the panel covers the page, so it closes when focus moves to the page. */
  #leftFor(target: EventTarget | null): void {
    const leaves = target instanceof Node && !this.element.contains(target);
    if (leaves && this.isOpen && smallScreen()) this.settings.opened(false);
  }

  #listen(): void {
    const on = (target: EventTarget, name: string, act: (event: Event) => void, capture = false): void => {
      target.addEventListener(name, act, capture);
      this.#endings.push(() => target.removeEventListener(name, act, capture));
    };
    on(window, "online", () => this.#online());
    on(window, "offline", () => this.isOpen && this.connected(false));
    on(document, "visibilitychange", () => this.#lookedAt(!document.hidden));
    on(window, "keydown", (event) => this.#countEscape(event as KeyboardEvent), true);
    on(window, "pagehide", () => this.store.keepDraft(this.draft));
    on(window, "pageshow", (event) => (event as PageTransitionEvent).persisted && this.#returned());
    this.#endings.push(this.store.watch(() => this.#changedElsewhere()));
  }

  #online(): void {
    this.connected(true);
    this.chat.hurry();
    if (this.#unfinished.length) this.#here().catch(() => undefined);
  }

  #lookedAt(now: boolean): void {
    if (now) this.store.takeDraft();
    else this.store.keepDraft(this.draft);
    if (!now) this.chat.rest();
    else if (this.isOpen) this.#goOn();
  }

  /** Another tab has begun, erased or remembered a chat, or chosen a language for it. */
  #changedElsewhere(reread: () => void = () => this.store.reload()): void {
    const before = this.store.key.token;
    reread();
    if (this.#resumed && this.store.key.token !== before) this.chat.replaced();
    this.#more?.look();
    this.followLanguage();
  }

  /** The page is back from the browser's memory, where it has missed all that. */
  #returned(): void {
    this.#changedElsewhere(() => this.store.reread());
    this.composer.draft = this.store.takeDraft();
    if (this.isOpen && !this.store.tab.open) this.settings.opened(false);
  }

  // What few visitors need

  /** The same with its texts. */
  async #loaded(): Promise<moreFile.More> {
    const more = await this.#here();
    await more.load(this.words.language);
    return more;
  }

  /** What few visitors need, loaded once; rejects if that fails. */
  async #here(): Promise<moreFile.More> {
    const { More } = this.#moreFile.file ?? (await this.#moreFile.load());
    if (this.#isOver) throw new Error("the element is gone");
    const more = (this.#more ??= new More(this));
    more.finishAll(this.#unfinished.splice(0));
    return more;
  }

  /** The same; rejects too if that takes long. */
  #soonHere(): Promise<moreFile.More> {
    return Promise.race([this.#here(), new Promise<never>((_, reject) => setTimeout(reject, PATIENCE_MS))]);
  }

  /** Adds to an answer what belongs below it, as soon as that is here; until it can be had, the most important of it. */
  #finish(view: AnswerView): void {
    this.#unfinished.push(view);
    const again = (): void => void this.#asked(view.id, (more) => more.finish(view).open());
    this.#soonHere().catch(() => view.finishPlainly(again));
  }

  /**
   * Does something with it for a visitor who asks for that by a control; resolves to whether that was possible.
   *
   * It is not if loading fails, which they are told, if they have left meanwhile, or if this control waits for it
   * already: an impatient second press does not take back the first.
   */
  async #asked(control: string, act: (more: moreFile.More) => void): Promise<boolean> {
    if (this.#waiting.has(control)) return false;
    this.#waiting.add(control);
    try {
      const more = await this.#loaded();
      if (this.isOpen) act(more);
      return this.isOpen;
    } catch {
      this.footer.warn(this.words.texts.failed);
      return false;
    } finally {
      this.#waiting.delete(control);
    }
  }
}

/** A button that is held by its key is pressed once. */
function pressOnce(event: KeyboardEvent): void {
  const onButton = event.target instanceof HTMLElement && event.target.matches("button");
  if (event.repeat && event.key === "Enter" && onButton) event.preventDefault();
}

function touch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
