"""Turns Rasa's messages into events for the web chat: parts with dates and sources, a heading, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from assistant.core.envelope import (
    AnswerKind,
    AnswerPart,
    Button,
    CitedSource,
    Envelope,
    RasaMessage,
    parts_of,
    under_heading,
)
from assistant.core.languages import DEFAULT, Language, served
from assistant.front.core.events import AssistantContent, EventPart
from assistant.front.rasa.client import envelope_of
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.live import live
from assistant.knowledge.render import date_written

# Keys of the envelope that an event or its parts carry themselves.
OWN_KEYS_OF_EVENT = ("parts", "heading", "contacts", "approved_on")


def assistant_event(messages: Sequence[RasaMessage], reply_to: str) -> AssistantContent:
    """The event for Rasa's messages; raises BadReplyError if they do not end with an envelope."""
    envelope = envelope_of(list(messages))
    language = served(envelope.get("language")) or DEFAULT
    return {
        "reply_to": reply_to,
        "kind": envelope["kind"],
        "language": language,
        "parts": [_part(part, language) for part in parts_of(envelope)] or _texts(messages, envelope["kind"]),
        "heading": envelope.get("heading"),
        "suggestions": [button["title"] for message in messages for button in message.get("buttons") or ()],
        "answer": cast(Envelope, {key: value for key, value in envelope.items() if key not in OWN_KEYS_OF_EVENT}),
    }


def _part(part: AnswerPart, of_reply: Language) -> EventPart:
    language, heading = part["language"], part["heading"]
    apart = language != of_reply
    return {
        "text": part["text"] if apart else under_heading(part["text"], heading),
        "heading": heading if apart else None,
        "language": language,
        "translation": part["translation"],
        "question": part["question"],
        "entry": part["entry"],
        "kind": part["kind"],
        "as_of": part["as_of"],
        "as_of_text": _date(part["as_of"], language),
        "note_as_of": part["note_as_of"],
        "note_as_of_text": _date(part["note_as_of"], language),
        "approved_on": part["approved_on"],
        "approved_on_text": _date(part["approved_on"], language),
        "sources": [_in_its_language(source) for source in part["sources"]],
        "contacts": part["contacts"],
    }


def _in_its_language(source: CitedSource) -> CitedSource:
    """The source with the language of its title, so that a screen reader can pronounce it."""
    known = live().current().sources.values()
    language = next((each.language for each in known if (each.url, each.title) == (source["url"], source["title"])), "")
    return {**source, "language": language} if language else source


def _date(iso: str | None, language: Language) -> str | None:
    return date_written(iso, language) if iso else None


def _texts(messages: Sequence[RasaMessage], kind: AnswerKind) -> list[EventPart]:
    """Parts made of texts alone, for a reply whose envelope does not list its parts."""
    texts = [message["text"] for message in messages if isinstance(message.get("text"), str)]
    return [
        {
            "text": text,
            "heading": None,
            "language": None,
            "translation": None,
            "question": None,
            "entry": None,
            "kind": kind,
            "as_of": None,
            "as_of_text": None,
            "note_as_of": None,
            "note_as_of_text": None,
            "approved_on": None,
            "approved_on_text": None,
            "sources": [],
            "contacts": [],
        }
        for text in texts
    ]


def apology_event(reply_to: str, knowledge: KnowledgeBase, language: Language) -> AssistantContent:
    """The event for a message that got no answer in time."""
    return assistant_event(apology_messages(knowledge, language), reply_to)


def apology_messages(knowledge: KnowledgeBase, language: Language) -> list[RasaMessage]:
    """An apology in the form of Rasa's messages."""
    return _sentence(knowledge.phrase("error", language), "error", language)


def control_messages(
    text: str, language: Language, offers: Sequence[str] = (), heading: str | None = None
) -> list[RasaMessage]:
    """A message of the front's own in the form of Rasa's messages, with suggestions below a heading."""
    message, last = _sentence(text, "control", language)
    buttons: list[Button] = [{"title": question, "payload": question} for question in offers]
    envelope: Envelope = {**last["custom"]["answer"], "heading": heading}
    return [{**message, "buttons": buttons}, {"custom": {"answer": envelope}}] if offers else [message, last]


def _sentence(text: str, kind: AnswerKind, language: Language) -> list[RasaMessage]:
    envelope: Envelope = {"kind": kind, "entries": [], "language": language, "as_of": None, "sources": []}
    return [{"text": text}, {"custom": {"answer": envelope}}]
