/** Reads texts aloud, only with voices that are on the device itself, so that nothing is sent anywhere. */

import type { Language } from "../languages.js";

/** A voice of the device for a language; null if there is none. */
export function voiceOf(language: Language): SpeechSynthesisVoice | null {
  const voices = "speechSynthesis" in window ? speechSynthesis.getVoices() : [];
  const speaks = (voice: SpeechSynthesisVoice): boolean => voice.lang.split(/[-_]/)[0]?.toLowerCase() === language;
  return voices.find((voice) => voice.localService && speaks(voice)) ?? null;
}

/** Calls back once the browser knows its voices, which some browsers do only after they were first asked for. */
export function whenVoicesChange(act: () => void): void {
  if ("speechSynthesis" in window) speechSynthesis.addEventListener?.("voiceschanged", act, { once: true });
}

/** Reads texts one after the other in place of whatever is being read; returns what stops it. */
export function readAloud(texts: string[], language: Language, ended: () => void): () => void {
  const voice = voiceOf(language);
  let over = false;
  const end = (): void => {
    if (!over) ended();
    over = true;
  };
  speechSynthesis.cancel();
  texts.forEach((text, place) => {
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voice;
    said.lang = voice?.lang ?? language;
    if (place === texts.length - 1) said.onend = said.onerror = end;
    speechSynthesis.speak(said);
  });
  return () => {
    if (!over) speechSynthesis.cancel();
    end();
  };
}
