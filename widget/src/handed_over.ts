/**
 * What the launcher's file has already, and hands to the chat when that begins, so that nobody loads it twice.
 *
 * In the chat's file, build.mjs has this module stand for those that are named here.
 */

import type * as dom from "./dom.js";
import type * as pictures from "./drawn.js";
import type * as languages from "./languages.js";
import type * as library from "./library.js";
import type * as on_demand from "./on_demand.js";
import type * as region from "./region.js";
import type * as screen from "./screen.js";
import type * as styling from "./styling.js";
import type * as wording from "./wording.js";

export interface Shared {
  h: typeof dom.h;
  button: typeof dom.button;
  drawn: typeof pictures.drawn;
  MARK: typeof pictures.MARK;
  directionOf: typeof languages.directionOf;
  LANGUAGES: typeof languages.LANGUAGES;
  localeOf: typeof languages.localeOf;
  nameOfLanguage: typeof languages.nameOfLanguage;
  spoken: typeof languages.spoken;
  filled: typeof library.filled;
  Library: typeof library.Library;
  OnDemand: typeof on_demand.OnDemand;
  sayWhere: typeof region.sayWhere;
  smallScreen: typeof screen.smallScreen;
  styleOnce: typeof styling.styleOnce;
  worded: typeof wording.worded;
  Wording: typeof wording.Wording;
}

export let h: Shared["h"];
export let button: Shared["button"];
export let drawn: Shared["drawn"];
export let MARK: Shared["MARK"];
export let directionOf: Shared["directionOf"];
export let LANGUAGES: Shared["LANGUAGES"];
export let localeOf: Shared["localeOf"];
export let nameOfLanguage: Shared["nameOfLanguage"];
export let spoken: Shared["spoken"];
export let filled: Shared["filled"];
export let Library: Shared["Library"];
export let OnDemand: Shared["OnDemand"];
export let sayWhere: Shared["sayWhere"];
export let smallScreen: Shared["smallScreen"];
export let styleOnce: Shared["styleOnce"];
export let worded: Shared["worded"];
export let Wording: Shared["Wording"];

/** Takes it over; before this, nothing of the chat may use it. */
export function take(shared: Shared): void {
  ({ h, button, drawn, MARK, directionOf, LANGUAGES, localeOf, nameOfLanguage, spoken } = shared);
  ({ filled, Library, OnDemand, sayWhere, smallScreen, styleOnce, worded, Wording } = shared);
}
