"""Turns Rasa's messages into what the web chat shows: parts with date and sources, a heading, suggestions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.core.languages import DEFAULT, Language, served
from assistant.front.rasa.client import Message, envelope_of
from assistant.knowledge import Entry, KnowledgeBase, Rendered, render
from assistant.knowledge.render import date_written

Part = dict[str, Any]
# What is said beside entries in a reply to several questions, by its phrase.
KIND_OF_PHRASE = {"human": "referral", "illegal": "referral", "language_set": "control", "too_long": "control"}
HEADINGS = ("fallback_near", "suggestions")


def assistant_event(messages: Sequence[Message], reply_to: str, knowledge: KnowledgeBase) -> dict[str, Any]:
    """The event for Rasa's messages; raises BadReplyError where they do not end with an envelope."""
    answer = envelope_of(list(messages))
    language = served(answer.get("language")) or DEFAULT
    texts = [message["text"] for message in messages if isinstance(message.get("text"), str)]
    suggestions = [button["title"] for message in messages for button in message.get("buttons") or ()]
    texts, heading = _without_heading(texts, knowledge, language)
    if suggestions and not heading and answer["kind"] != "clarify":
        heading = knowledge.phrase("suggestions", language)
    return {
        "reply_to": reply_to,
        "kind": answer["kind"],
        "language": language,
        "parts": list(parts(texts, answer, knowledge, language)),
        "heading": heading,
        "suggestions": suggestions,
        "answer": dict(answer),
    }


def apology_event(reply_to: str, knowledge: KnowledgeBase, language: Language) -> dict[str, Any]:
    """The event for a message that got no answer in time."""
    return assistant_event(apology_messages(knowledge, language), reply_to, knowledge)


def apology_messages(knowledge: KnowledgeBase, language: Language) -> list[Message]:
    """What Rasa would have said to apologise."""
    envelope: dict[str, Any] = {"kind": "error", "entries": [], "language": language, "as_of": None, "sources": []}
    return [{"text": knowledge.phrase("error", language)}, {"custom": {"answer": envelope}}]


def control_messages(text: str, language: Language) -> list[Message]:
    """A sentence of the front's own, as Rasa would have said it."""
    envelope: dict[str, Any] = {"kind": "control", "entries": [], "language": language, "as_of": None, "sources": []}
    return [{"text": text}, {"custom": {"answer": envelope}}]


def parts(
    texts: Sequence[str], answer: Mapping[str, Any], knowledge: KnowledgeBase, language: Language
) -> Iterator[Part]:
    """The texts, each with the entry it tells: the next of the envelope's whose text it holds."""
    left = [entry for id_ in answer.get("entries") or () if (entry := knowledge.find(id_))]
    for text in texts:
        told = _told(text, left, knowledge, language)
        if told:
            left = left[left.index(told.entry) + 1 :]
        yield _part(text, told, _kind(text, told, answer["kind"], len(texts) > 1, knowledge, language), language)


def _told(text: str, left: Sequence[Entry], knowledge: KnowledgeBase, language: Language) -> Rendered | None:
    rendered = (render(knowledge, entry, language) for entry in left)
    return next((told for told in rendered if told.text in text), None)


def _part(text: str, told: Rendered | None, kind: str, language: Language) -> Part:
    sources = told.sources if told else ()
    as_of = told.as_of if told else None
    return {
        "text": text,
        "question": told.question if told else None,
        "entry": told.entry.id if told else None,
        "kind": kind,
        "as_of": as_of,
        "as_of_text": date_written(as_of, language) if as_of else None,
        "sources": [{"title": s.title, "url": s.url, "publisher": s.publisher} for s in sources],
    }


def _kind(
    text: str, told: Rendered | None, whole: str, several: bool, knowledge: KnowledgeBase, language: Language
) -> str:
    """The kind of one text: of the whole reply where it is all of it, else of its entry or phrase."""
    if not several:
        return whole
    if told:
        # A heading before the approved text says what it does not cover.
        return told.entry.kind if told.text == text or whole != "fallback" else "fallback"
    phrase = (kind for key, kind in KIND_OF_PHRASE.items() if knowledge.phrase(key, language) == text)
    return next(phrase, "fallback")


def _without_heading(texts: list[str], knowledge: KnowledgeBase, language: Language) -> tuple[list[str], str | None]:
    """The texts without the heading for suggestions that the presenter appended, and that heading."""
    for key in HEADINGS:
        heading = knowledge.phrase(key, language)
        if texts and texts[-1].endswith(f"\n\n{heading}"):
            return [*texts[:-1], texts[-1].removesuffix(f"\n\n{heading}")], heading
    return texts, None
