/** Requests of the front's API that few visitors need. */

import { json, nothing, type Api } from "../api.js";
import type { Language } from "../languages.js";
import { list, record, text, textOrNull } from "../protocol.js";

export type ExportFormat = "text" | "json";

export interface Feedback {
  sequence: number;
  helpful: boolean;
  reason: string | null;
}

/** A question to people, with the visitor's consent. */
export interface TeamQuestion {
  text: string;
  /** Where the answer is to go; null if nowhere. */
  email: string | null;
}

/** An everyday topic and its questions. */
export interface Topic {
  title: string;
  questions: string[];
}

/** Everyday topics to choose from. */
export async function topicsOf(api: Api, language: Language): Promise<Topic[]> {
  return readTopics(await api.call(`topics?language=${language}`, {}, json));
}

/** Everyday topics, without those that have no questions. */
export function readTopics(data: unknown): Topic[] {
  const topics = list(record(data).topics).map(record);
  const read = topics.map(({ title, questions }) => ({
    title: text(title),
    questions: list(questions).flatMap((question) => textOrNull(record(question).text) ?? []),
  }));
  return read.filter((topic) => topic.title && topic.questions.length);
}

export async function sendFeedback(api: Api, token: string, feedback: Feedback): Promise<void> {
  await api.call("chat/feedback", { method: "POST", token, body: feedback }, nothing);
}

/** Asks people a question; returns whether it tells of an emergency, so that it was not kept. */
export async function askPeople(
  api: Api,
  token: string,
  id: string,
  question: TeamQuestion,
  language: Language,
): Promise<boolean> {
  const body = { id, ...question, consent: true, language };
  const receipt = await api.call("chat/team", { method: "POST", token, body }, json);
  return record(receipt).emergency === true;
}

/** The whole chat as a file. */
export async function exported(api: Api, token: string, format: ExportFormat, language: Language): Promise<Blob> {
  const call = { token, accept: "*/*" };
  return api.call(`chat?format=${format}&language=${language}`, call, (response) => response.blob());
}
