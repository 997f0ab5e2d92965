/** Every text of the element's own, in every language it speaks: one that is missing does not compile. */

import type { Language } from "./languages.js";

export interface Texts {
  languageName: string;
  switchLanguage: string;
  region: string;
  title: string;
  machine: string;
  launcher: string;
  launcherOpen: string;
  unread: (count: number) => string;
  close: string;
  menu: string;
  person: string;
  personQuestion: string;
  newWindow: string;
  exit: string;
  exitHint: string;
  exitUrl: string;
  noticeTitle: string;
  noticeMachine: string;
  noticeStored: (days: number) => string;
  noticeDevice: string;
  noticePersonal: string;
  privacy: string;
  imprint: string;
  startersTitle: string;
  conversation: string;
  earlier: string;
  latest: string;
  youSaid: string;
  assistantSaid: string;
  checked: (by: string, on: string) => string;
  withSource: string;
  asOf: (date: string) => string;
  noteAsOf: (date: string) => string;
  contacts: string;
  phone: string;
  email: string;
  website: string;
  address: string;
  hours: string;
  languages: string;
  cost: string;
  call: (number: string) => string;
  source: string;
  otherSources: (count: number) => string;
  typing: string;
  slow: string;
  field: string;
  fieldHint: string;
  send: string;
  sending: string;
  waiting: string;
  waitingOffline: string;
  notSent: string;
  retry: string;
  edit: string;
  offline: string;
  unreachable: string;
  unavailable: string;
  ended: string;
  failed: string;
  helpfulQuestion: string;
  yes: string;
  no: string;
  thanks: string;
  reasonLabel: string;
  reasonSend: string;
  reasonSkip: string;
  newChat: string;
  newChatTitle: string;
  newChatText: (days: number | null) => string;
  newChatKeep: string;
  newChatDelete: string;
  exportText: string;
  exportJson: string;
  exported: string;
  remember: string;
  rememberHint: string;
  delete: string;
  deleteTitle: string;
  deleteText: string;
  deleteConfirm: string;
  deleted: string;
  notDeleted: string;
  cancel: string;
}

const de: Texts = {
  languageName: "Deutsch",
  switchLanguage: "Sprache",
  region: "Chat-Assistent",
  title: "Assistent von IOM Deutschland",
  machine: "Automatische Antworten – kein Mensch",
  launcher: "Fragen? Chat öffnen",
  launcherOpen: "Chat schließen",
  unread: (count) => (count === 1 ? "1 neue Antwort" : `${count} neue Antworten`),
  close: "Chat schließen",
  menu: "Menü",
  person: "Kontakt zu einem Menschen",
  personQuestion: "Ich möchte mit einem Menschen sprechen",
  newWindow: "öffnet ein neues Fenster",
  exit: "Schnell verlassen",
  exitHint: "löscht den Chat auf diesem Gerät und öffnet eine andere Website",
  exitUrl: "https://www.tagesschau.de/",
  noticeTitle: "Bevor Sie schreiben",
  noticeMachine:
    "Hier antwortet eine Maschine, kein Mensch. Sie gibt vorbereitete Antworten mit Quelle zu IOM Deutschland und " +
    "dazu, wer Ihnen helfen kann.",
  noticeStored: (days) =>
    `Ihr Chat wird ${days === 1 ? "1 Tag" : `${days} Tage`} gespeichert und dann gelöscht. ` +
    "Sie können ihn jederzeit selbst löschen (Menü).",
  noticeDevice: "Auf Ihrem Gerät bleibt nur ein Schlüssel zu diesem Chat, bis Sie den Tab schließen.",
  noticePersonal:
    "Bitte schreiben Sie keine persönlichen Daten: keine Namen, Adressen, Aktenzeichen oder Angaben zur Gesundheit.",
  privacy: "Datenschutz",
  imprint: "Impressum",
  startersTitle: "Zum Beispiel können Sie fragen:",
  conversation: "Chat-Verlauf",
  earlier: "Bisherige Nachrichten",
  latest: "Neue Nachrichten",
  youSaid: "Sie:",
  assistantSaid: "Assistent:",
  checked: (by, on) => `Geprüft von ${by} am ${on}`,
  withSource: "mit Quelle",
  asOf: (date) => `Stand: ${date}`,
  noteAsOf: (date) => `Ergänzung: Stand ${date}`,
  contacts: "Wer helfen kann",
  phone: "Telefon",
  email: "E-Mail",
  website: "Website",
  address: "Adresse",
  hours: "Zeiten",
  languages: "Sprachen",
  cost: "Kosten",
  call: (number) => `${number} anrufen`,
  source: "Quelle:",
  otherSources: (count) => (count === 1 ? "1 weitere Quelle" : `${count} weitere Quellen`),
  typing: "Die Antwort kommt gleich …",
  slow: "Es dauert heute länger. Bitte warten Sie noch einen Moment.",
  field: "Ihre Frage",
  fieldHint: "Eingabetaste: senden. Umschalt und Eingabetaste: neue Zeile.",
  send: "Senden",
  sending: "Wird gesendet …",
  waiting: "Wird gleich gesendet …",
  waitingOffline: "Wird gesendet, sobald Sie wieder online sind.",
  notSent: "Nicht gesendet.",
  retry: "Noch einmal senden",
  edit: "Text ändern",
  offline: "Sie sind gerade offline. Ihre Nachrichten gehen nicht verloren.",
  unreachable: "Der Assistent ist gerade nicht erreichbar. Wir versuchen es weiter.",
  unavailable: "Der Assistent macht gerade Pause. Bitte nutzen Sie den Kontakt zu einem Menschen.",
  ended: "Ihr früherer Chat ist abgelaufen oder wurde gelöscht. Sie können hier neu beginnen.",
  failed: "Das hat leider nicht geklappt. Bitte versuchen Sie es noch einmal.",
  helpfulQuestion: "Hat Ihnen das geholfen?",
  yes: "Ja",
  no: "Nein",
  thanks: "Danke für Ihre Rückmeldung.",
  reasonLabel: "Was hat gefehlt? (freiwillig, bitte ohne persönliche Daten)",
  reasonSend: "Absenden",
  reasonSkip: "Nichts schreiben",
  newChat: "Neuer Chat",
  newChatTitle: "Neuen Chat beginnen?",
  newChatText: (days) =>
    "Ihr bisheriger Chat ist dann hier nicht mehr zu sehen. " +
    (days === null
      ? "Auf Wunsch wird er jetzt gleich gelöscht."
      : `Er wird nach ${days === 1 ? "1 Tag" : `${days} Tagen`} gelöscht, oder auf Wunsch jetzt gleich.`),
  newChatKeep: "Neu beginnen",
  newChatDelete: "Neu beginnen und bisherigen Chat löschen",
  exportText: "Chat als Text speichern",
  exportJson: "Chat als Daten speichern (JSON)",
  exported: "Der Chat wurde gespeichert.",
  remember: "Chat auf diesem Gerät merken",
  rememberHint: "Nur auf Ihrem eigenen Gerät. Sonst sehen andere Ihren Chat.",
  delete: "Chat löschen",
  deleteTitle: "Chat wirklich löschen?",
  deleteText: "Der ganze Chat wird gelöscht, auf diesem Gerät und bei uns. Das lässt sich nicht rückgängig machen.",
  deleteConfirm: "Ja, löschen",
  deleted: "Ihr Chat ist gelöscht.",
  notDeleted: "Der Chat konnte nicht gelöscht werden. Bitte versuchen Sie es noch einmal.",
  cancel: "Abbrechen",
};

const en: Texts = {
  languageName: "English",
  switchLanguage: "Language",
  region: "Chat assistant",
  title: "Assistant of IOM Germany",
  machine: "Automatic answers – not a person",
  launcher: "Questions? Open chat",
  launcherOpen: "Close chat",
  unread: (count) => (count === 1 ? "1 new answer" : `${count} new answers`),
  close: "Close chat",
  menu: "Menu",
  person: "Contact a person",
  personQuestion: "I want to talk to a person",
  newWindow: "opens a new window",
  exit: "Leave quickly",
  exitHint: "deletes the chat on this device and opens another website",
  exitUrl: "https://www.bbc.co.uk/weather",
  noticeTitle: "Before you write",
  noticeMachine:
    "A machine answers here, not a person. It gives prepared answers with sources about IOM Germany and about who " +
    "can help you.",
  noticeStored: (days) =>
    `Your chat is kept for ${days === 1 ? "1 day" : `${days} days`} and then deleted. ` +
    "You can delete it yourself at any time (menu).",
  noticeDevice: "Only a key to this chat stays on your device, until you close the tab.",
  noticePersonal:
    "Please do not write any personal data: no names, addresses, file numbers or details about your health.",
  privacy: "Privacy",
  imprint: "Legal notice",
  startersTitle: "For example, you can ask:",
  conversation: "Chat history",
  earlier: "Earlier messages",
  latest: "New messages",
  youSaid: "You:",
  assistantSaid: "Assistant:",
  checked: (by, on) => `Checked by ${by} on ${on}`,
  withSource: "with source",
  asOf: (date) => `As of: ${date}`,
  noteAsOf: (date) => `Addition: as of ${date}`,
  contacts: "Who can help",
  phone: "Phone",
  email: "Email",
  website: "Web page",
  address: "Address",
  hours: "Hours",
  languages: "Languages",
  cost: "Cost",
  call: (number) => `Call ${number}`,
  source: "Source:",
  otherSources: (count) => (count === 1 ? "1 more source" : `${count} more sources`),
  typing: "The answer is coming …",
  slow: "This is taking longer than usual. Please wait a moment.",
  field: "Your question",
  fieldHint: "Enter: send. Shift and Enter: new line.",
  send: "Send",
  sending: "Sending …",
  waiting: "Will be sent in a moment …",
  waitingOffline: "Will be sent as soon as you are online again.",
  notSent: "Not sent.",
  retry: "Send again",
  edit: "Change text",
  offline: "You are offline at the moment. Your messages will not be lost.",
  unreachable: "The assistant cannot be reached at the moment. We keep trying.",
  unavailable: "The assistant is taking a break. Please use the contact to a person.",
  ended: "Your earlier chat has expired or was deleted. You can start again here.",
  failed: "Sorry, that did not work. Please try again.",
  helpfulQuestion: "Did this help you?",
  yes: "Yes",
  no: "No",
  thanks: "Thank you for your feedback.",
  reasonLabel: "What was missing? (optional, please no personal data)",
  reasonSend: "Submit",
  reasonSkip: "Write nothing",
  newChat: "New chat",
  newChatTitle: "Start a new chat?",
  newChatText: (days) =>
    "Your chat so far will no longer be shown here. " +
    (days === null
      ? "If you wish, it will be deleted right now."
      : `It will be deleted after ${days === 1 ? "1 day" : `${days} days`}, or right now if you wish.`),
  newChatKeep: "Start again",
  newChatDelete: "Start again and delete the chat so far",
  exportText: "Save chat as text",
  exportJson: "Save chat as data (JSON)",
  exported: "The chat was saved.",
  remember: "Remember chat on this device",
  rememberHint: "Only on your own device. Otherwise others can see your chat.",
  delete: "Delete chat",
  deleteTitle: "Really delete the chat?",
  deleteText: "The whole chat will be deleted, on this device and with us. This cannot be undone.",
  deleteConfirm: "Yes, delete",
  deleted: "Your chat has been deleted.",
  notDeleted: "The chat could not be deleted. Please try again.",
  cancel: "Cancel",
};

export const TEXTS: Record<Language, Texts> = { de, en };
