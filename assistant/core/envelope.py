"""The answer envelope, which ends every reply on Rasa's REST channel: the dialogue writes it, the front reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, cast, get_args

from assistant.core.languages import Language
from assistant.core.why import Why

AnswerKind = Literal["fact", "clarify", "referral", "crisis", "fallback", "smalltalk", "control", "error"]
ANSWER_KINDS: tuple[AnswerKind, ...] = get_args(AnswerKind)
Direction = Literal["ltr", "rtl"]


class Link(TypedDict):
    """A source's title and address."""

    title: str
    url: str


class _Published(Link):
    publisher: str


class CitedSource(_Published, total=False):
    """A source with its publisher; the front adds the language of the title."""

    language: str


class Contact(TypedDict, total=False):
    """Who can help, and how to reach them."""

    name: str
    purpose: str
    phone: str
    email: str
    url: str
    address: str
    hours: str
    cost: str
    languages: list[str]


class Original(TypedDict):
    """What a translation was made of."""

    text: str
    language: Language
    direction: Direction


class Translation(TypedDict):
    """What a reader has to know of a translated text: its original."""

    original: Original


class AnswerPart(TypedDict):
    """One answer of a reply.

    `text` is the approved text; `heading` goes above it and may say what the text does not cover. `entry` and
    `question` are those of the entry it comes from, if any. `language` is that of the text; the heading is in that of
    the reply. `translation` is null for originals. `approved_on` is the day on which somebody of the publisher approved
    this text as it stands, null if nobody has. Dates are ISO dates, months or years.
    """

    text: str
    heading: str | None
    entry: str | None
    question: str | None
    kind: AnswerKind
    language: Language
    direction: Direction
    sources: list[CitedSource]
    as_of: str | None
    note_as_of: str | None
    approved_on: str | None
    translation: Translation | None
    contacts: list[Contact]


class _Always(TypedDict):
    kind: AnswerKind
    entries: list[str]
    language: Language
    as_of: str | None
    sources: list[Link]


class Envelope(_Always, total=False):
    """What a reply says and what it is based on; readers must not rely on the keys declared here.

    `heading` goes above the suggestions.
    """

    parts: list[AnswerPart]
    heading: str | None
    contacts: list[Contact]
    approved_on: str | None


class Button(TypedDict):
    """A suggestion: its label and what it sends."""

    title: str
    payload: str


class _Answered(TypedDict):
    answer: Envelope


class Custom(_Answered, total=False):
    """The content of the message that ends a reply; `why` is for staff alone."""

    why: Why


class Explained(Custom):
    """The same for staff in a terminal, with what the pipeline made of the message."""

    understanding: Mapping[str, Any]


class RasaMessage(TypedDict, total=False):
    """A message as Rasa's REST channel returns it."""

    recipient_id: str
    text: str
    buttons: list[Button]
    custom: Custom


def envelope_in(custom: object) -> Envelope | None:
    """The envelope in a message's custom content, or None."""
    answer = custom.get("answer") if isinstance(custom, dict) else None
    is_envelope = isinstance(answer, dict) and isinstance(answer.get("kind"), str)
    return cast(Envelope, answer) if is_envelope else None


def last_envelope(messages: object) -> Envelope | None:
    """The envelope at the end of a reply on the REST channel, or None."""
    last = messages[-1] if isinstance(messages, list) and messages else None
    return envelope_in(last.get("custom")) if isinstance(last, dict) else None


def parts_of(envelope: Envelope) -> list[AnswerPart]:
    """The answers of a reply; empty if its envelope lacks them or has them in another form."""
    parts = envelope.get("parts")
    known = isinstance(parts, list) and all(
        isinstance(part, dict) and part.keys() >= AnswerPart.__required_keys__ for part in parts
    )
    return parts if parts and known else []


def under_heading(text: str, heading: str | None) -> str:
    """A text below its heading, if it has one."""
    return f"{heading}\n\n{text}" if heading else text
