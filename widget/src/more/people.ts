/** The way to the team: opens the form, and sends what it asks. */

import type { Refusal } from "../api.js";
import { newId } from "../ids.js";
import { OnDemand } from "../on_demand.js";
import { styleOnce } from "../styling.js";
import type * as team from "../team/index.js";
import type { Wording } from "../wording.js";
import type { Confirmation } from "./confirmation.js";
import type { Host } from "./host.js";
import { hoursOf } from "./hours.js";
import { askPeople, type TeamQuestion } from "./requests.js";
import type { LaterTexts } from "./texts.js";

/** Set by build.mjs, as for the chat. */
declare const TEAM_VERSION: string;

export class People {
  private readonly file = new OnDemand<typeof team>(new URL(`./team.js?v=${TEAM_VERSION}`, import.meta.url).href);
  private form: team.TeamForm | null = null;
  private asked: { said: string; id: string } | null = null;
  private readonly actions = {
    send: (question: TeamQuestion, thanks: string) => this.#send(question, thanks),
    close: () => this.confirmation.close(),
  };

  constructor(
    private readonly host: Host,
    private readonly later: Wording<LaterTexts>,
    private readonly confirmation: Confirmation,
  ) {}

  /** Loads the form, so that nobody waits for it. */
  async prepare(): Promise<void> {
    await this.file.load();
  }

  /** Opens the form for a question to people. */
  async ask(question: string): Promise<void> {
    const { words, opening, composer, files, element } = this.host;
    const root = element.getRootNode() as ShadowRoot;
    const back = root.activeElement;
    try {
      const { TeamForm, styles } = await this.file.load();
      const { language } = words;
      const texts = { ...words.texts, cancel: this.later.texts.cancel };
      const given = { texts, language, question, hours: hoursOf(opening?.team ?? null), days: opening?.retentionDays ?? 0 };
      styleOnce(root, styles);
      if (!this.form?.fits(given)) this.form = new TeamForm(given, files, this.actions);
      this.confirmation.show(this.form.element, back instanceof HTMLElement ? back : composer.field);
    } catch {
      this.host.footer.warn(words.texts.failed);
    }
  }

  /** Forgets what was written into the form, and what was sent. */
  forget(): void {
    if (this.form && this.confirmation.open) this.confirmation.close();
    this.form = this.asked = null;
  }

  /** Sends a question; an emergency goes to the chat instead. Returns why it failed, if it did. */
  async #send(question: TeamQuestion, thanks: string): Promise<string | null> {
    const { host } = this;
    try {
      const emergency = await this.#sent(question);
      this.confirmation.close();
      this.form = null;
      if (emergency) host.send(question.text, true);
      else host.reading.goTo(host.conversation.note(thanks));
      return null;
    } catch (error) {
      return (error as Partial<Refusal>).text || host.words.texts.failed;
    }
  }

  /** Returns whether it tells of an emergency. The same question again is the same to the front, which may have it. */
  async #sent(question: TeamQuestion): Promise<boolean> {
    const { api, chat } = this.host;
    const said = JSON.stringify(question);
    if (this.asked?.said !== said) this.asked = { said, id: newId() };
    const { id } = this.asked;
    const ask = async (): Promise<boolean> => askPeople(api, await chat.token(), id, question, chat.language);
    try {
      return await ask();
    } catch (error) {
      // Once more if the chat turns out to be gone.
      if (!(error as Partial<Refusal>).chatIsGone) throw error;
      chat.ended();
      return ask();
    }
  }
}
