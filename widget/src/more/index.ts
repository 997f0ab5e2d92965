/** What belongs below an answer, and what few visitors need: a file of its own, loaded after the first answer. */

import type { Language } from "../languages.js";
import { styleOnce } from "../styling.js";
import type { AnswerView } from "../view/answer.js";
import { Wording } from "../wording.js";
import { Below } from "./below.js";
import { Confirmation } from "./confirmation.js";
import { leadElsewhere } from "./elsewhere.js";
import type { Host } from "./host.js";
import { LanguagesOffered } from "./languages_offered.js";
import { Menu } from "./menu.js";
import { MenuEntries } from "./menu_entries.js";
import styles from "./more.css";
import { NoticeDetails } from "./notice.js";
import { People } from "./people.js";
import { Place } from "./place.js";
import { printing } from "./print.js";
import { LaterLibrary, type LaterTexts } from "./texts.js";
import { Topics } from "./topics.js";
import { WhoHelps } from "./who_helps.js";
import { WholeChat } from "./whole_chat.js";

const IDLE_AFTER_MS = 1_000;

export class More {
  readonly confirmation: Confirmation;
  readonly topics: Topics;
  readonly people: People;
  readonly notice: NoticeDetails;
  readonly whoHelps: WhoHelps;
  readonly place: Place;
  readonly languages: LanguagesOffered;
  readonly texts: LaterLibrary;
  private readonly below = new WeakMap<AnswerView, Below>();
  private readonly words: Wording<LaterTexts>;
  readonly menu: Menu;
  private readonly entries: MenuEntries;
  private explained = false;
  private prepared = false;
  private readonly stopPrinting: () => void;

  constructor(private readonly host: Host) {
    const { files, words, panel, element, composer } = host;
    styleOnce(element.getRootNode() as ShadowRoot, styles);
    this.texts = new LaterLibrary(files, () => this.words.sayAll());
    this.words = new Wording(this.texts, words.language);
    words.say(() => this.words.change(words.language));
    this.confirmation = new Confirmation(composer.field);
    panel.append(this.confirmation.element);
    this.topics = new Topics(host, this.words);
    this.place = new Place(host);
    this.people = new People(host, this.words, this.confirmation);
    this.notice = new NoticeDetails(host, this.words);
    this.whoHelps = new WhoHelps(host);
    this.languages = new LanguagesOffered(host);
    this.menu = new Menu(host.menuToggle);
    this.entries = this.#makeEntries();
    this.stopPrinting = printing(host);
  }

  /** Loads the texts of this file in a language; without a connection, the English ones are shown. */
  load(language: Language): Promise<void> {
    return this.texts.loadInTime(language);
  }

  /** Loads what few need of this. */
  async #prepare(): Promise<void> {
    await this.load(this.host.words.language);
    if (this.host.opening?.team) await this.people.prepare();
  }

  /** Adds to answers what belongs below them; whoever is reading keeps the place. */
  finishAll(views: AnswerView[]): void {
    if (views.length) this.place.still(() => views.forEach((view) => this.finish(view)));
  }

  /** Adds to an answer what belongs below it; returns that. */
  finish(view: AnswerView): Below {
    const had = this.below.get(view);
    if (had) return had;
    if (!this.prepared) whenIdle(() => void this.#prepare().catch(() => undefined));
    this.prepared = true;
    const below = new Below(this.host, this, view);
    this.below.set(view, below);
    below.show();
    if (view.sequence !== null) this.whoHelps.note(view);
    return below;
  }

  /** Finds out once why nothing can be had from the front; if this website may not, leads to the front's own page. */
  async leadElsewhere(): Promise<boolean> {
    if (this.explained) return false;
    this.explained = true;
    return leadElsewhere(this.host, this.words);
  }

  /** Opens the menu, or closes it. */
  pressMenu(): void {
    this.look();
    this.menu.press();
  }

  /** Another tab may have remembered the chat, or forgotten it. */
  look(): void {
    this.entries.look();
  }

  /** Closes what asks or waits for something; returns whether there was anything. */
  escape(): boolean {
    const { confirmation, menu } = this;
    const asking = [confirmation, menu].find(({ open }) => open);
    asking?.close();
    return asking !== undefined;
  }

  /** Forgets what was written here. */
  forget(): void {
    this.people.forget();
    this.whoHelps.forget();
    this.look();
  }

  end(): void {
    this.menu.end();
    this.place.end();
    this.stopPrinting();
  }

  #makeEntries(): MenuEntries {
    const chat = new WholeChat(this.host, this.words, this.confirmation);
    return new MenuEntries(this.host, this.words, this.menu, {
      topics: () => void this.topics.show(),
      askTeam: () => void this.people.ask(""),
      newChat: () => chat.askNew(),
      exportText: () => void chat.save("text"),
      exportJson: () => void chat.save("json"),
      delete: () => chat.askDelete(),
    });
  }
}

/** Safari tells nobody when there is nothing to do. */
function whenIdle(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act);
  else setTimeout(act, IDLE_AFTER_MS);
}
