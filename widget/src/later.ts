/** The texts that come with what few visitors need; build.mjs keeps them out of the chat. */

export const LATER = [
  ...(["noticeMachine", "noticeStored", "noticePersonal", "noticeDevice", "notAllowed"] as const),
  ...(["readAloud", "stopReading", "copy", "copied", "answerLink", "smaller", "larger"] as const),
  ...(["helpfulQuestion", "yes", "no", "thanks", "reasonLabel", "reasonSend", "reasonSkip"] as const),
  ...(["newChat", "newChatTitle", "newChatText", "newChatTextNow", "newChatKeep", "newChatDelete"] as const),
  ...(["exportText", "exportJson", "exported", "remember", "rememberHint", "cancel"] as const),
  ...(["delete", "deleteTitle", "deleteText", "deleteConfirm", "deleted", "notDeleted"] as const),
];

export type LaterKey = (typeof LATER)[number];
