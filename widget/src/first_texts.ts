/** The texts that are shown before the chat is loaded; each is named, so that the bundler leaves out the others. */

import * as german from "../texts/de.json";
import * as english from "../texts/en.json";
import { Library, TextFiles } from "./library.js";
import type { Texts } from "./texts.js";

const de = {
  region: german.region,
  launcher: german.launcher,
  failed: german.failed,
  openPage: german.openPage,
  newWindow: german.newWindow,
};
const en = {
  region: english.region,
  launcher: english.launcher,
  failed: english.failed,
  openPage: english.openPage,
  newWindow: english.newWindow,
};

export type FirstTexts = Pick<Texts, keyof typeof en>;

/** The files of all texts, which the chat reads too. */
export const files = new TextFiles();
export const firstLibrary = new Library<FirstTexts>({ de, en }, files);
