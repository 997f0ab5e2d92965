"""The events of a chat, as stored and as clients of the web chat API receive them; see openapi.yml."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Literal, TypedDict

from assistant.core.envelope import AnswerKind, CitedSource, Contact, Envelope, Translation
from assistant.core.languages import Language


class EventPart(TypedDict):
    """One answer of a reply; those that end in `_text` are its dates in the language's format.

    `heading` stands above a text that is not in the language of the reply; other headings are part of the text.
    """

    text: str
    heading: str | None
    language: Language | None
    translation: Translation | None
    question: str | None
    entry: str | None
    kind: AnswerKind
    as_of: str | None
    as_of_text: str | None
    note_as_of: str | None
    note_as_of_text: str | None
    approved_on: str | None
    approved_on_text: str | None
    sources: list[CitedSource]
    contacts: list[Contact]


class VisitorContent(TypedDict):
    """A visitor's message."""

    id: str
    text: str


class AssistantContent(TypedDict):
    """A reply to a visitor: `reply_to` is the id of their message, `answer` the reply's envelope."""

    reply_to: str
    kind: AnswerKind
    language: Language
    parts: list[EventPart]
    heading: str | None
    suggestions: list[str]
    answer: Envelope


class VisitorEvent(VisitorContent):
    """A visitor's message as an event of a chat."""

    sequence: int
    type: Literal["visitor"]
    at: str


class AssistantEvent(AssistantContent):
    """A reply as an event of a chat."""

    sequence: int
    type: Literal["assistant"]
    at: str


class Feedback(TypedDict):
    """A visitor's feedback on the answer with that sequence."""

    sequence: int
    helpful: bool
    reason: str | None
    at: str


class Listed(TypedDict):
    """A question that staff can see on a list, as the export of its chat gives it; `text` is what they can read."""

    sequence: int
    day: str
    text: str | None
    topic: str | None
    entry: str | None
    reason: str
    state: str


class TeamQuestionTold(TypedDict):
    """A visitor's own question to the team, as they may read it again."""

    at: str
    text: str
    email: str | None
    answered: bool


Content = VisitorContent | AssistantContent
Event = VisitorEvent | AssistantEvent
EventType = Literal["visitor", "assistant"]
# What parts stored by earlier versions do not have, besides contacts.
LACKED = {
    "note_as_of": None,
    "note_as_of_text": None,
    "approved_on": None,
    "approved_on_text": None,
    "heading": None,
    "language": None,
    "translation": None,
}
# What they have that is no longer told.
FORMER = {"approved"}


def complete(data: dict[str, Any]) -> dict[str, Any]:
    """The content of a stored event with the keys that its parts have today."""
    parts = data.get("parts")
    if not isinstance(parts, list):
        return data
    told = [{key: value for key, value in part.items() if key not in FORMER} for part in parts]
    return {**data, "parts": [{**LACKED, "contacts": [], **part} for part in told]}


def moment(seconds: float) -> str:
    """A time, in seconds since 1970, as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
