"""Lays out an answer for a messenger: texts within its length limit, suggestions in a form it supports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.core.languages import DEFAULT, Language, served
from assistant.front.core.events import AssistantEvent
from assistant.front.core.transcript import sourced
from assistant.knowledge import KnowledgeBase

Measure = Callable[[str], int]
# Where a text may be split, best first: between paragraphs, lines, sentences, words.
BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…])[\s\u00a0]+"), re.compile(r"\s+"))
TOKEN = re.compile(r"o(\d{1,9})\.(\d{1,2})")
ELLIPSIS = "…"


@dataclass(frozen=True)
class Option:
    """A suggestion: its question, and a short token that identifies it."""

    title: str
    token: str


@dataclass(frozen=True)
class Bubble:
    """One message to a user; only the last one of an answer has options."""

    text: str
    language: Language
    options: tuple[Option, ...] = ()
    # The id of the message that it answers, and whether to quote that, since others have been written meanwhile.
    answers: str = ""
    quotes: bool = False


def utf16_length(text: str) -> int:
    """A text's length as most messengers count it: in UTF-16 units, so an emoji counts as two."""
    return len(text.encode("utf-16-le")) // 2


def bubbles(event: AssistantEvent, knowledge: KnowledgeBase, longest: int, measure: Measure) -> list[Bubble]:
    """An answer with dates, contacts and sources as messages no longer than `longest`, the last with the options."""
    language = served(event["language"]) or DEFAULT
    texts = sourced(event, knowledge)
    whole = "\n\n".join([*texts, *([event["heading"]] if event["heading"] else [])])
    chunks = list(split(whole, longest, measure)) or [""]
    pieces = [Bubble(chunk, language, answers=event.get("reply_to", "")) for chunk in chunks]
    options = [Option(title, token(event["sequence"], place)) for place, title in enumerate(event["suggestions"])]
    return [*pieces[:-1], replace(pieces[-1], options=tuple(options))]


def token(sequence: int, place: int) -> str:
    """A short, meaningless name for the suggestion at a position (from 0) of an answer."""
    return f"o{sequence}.{place}"


def option_of(written: object) -> tuple[int, int] | None:
    """The suggestion that a token names; None if it is not a token of ours."""
    found = TOKEN.fullmatch(written) if isinstance(written, str) else None
    return (int(found[1]), int(found[2])) if found else None


def split(text: str, longest: int, measure: Measure = utf16_length) -> Iterator[str]:
    """Splits a text into pieces no longer than `longest`, each at the best possible place."""
    rest = text.strip()
    while measure(rest) > longest:
        piece = _first_piece(rest, longest, measure)
        yield piece.rstrip()
        rest = rest[len(piece) :].lstrip()
    if rest:
        yield rest


def _first_piece(text: str, longest: int, measure: Measure) -> str:
    room = _fitting(text, longest, measure)
    for where in BREAKS:
        ends = [found.start() for found in where.finditer(text, 0, room + 1) if 0 < found.start() <= room]
        # Splitting near the beginning would make very short messages.
        if ends and ends[-1] > room // 4:
            return text[: ends[-1]]
    return text[:room]


def _fitting(text: str, longest: int, measure: Measure) -> int:
    """How many characters from the start fit."""
    low, high = 1, min(len(text), longest)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= longest else (low, middle - 1)
    return low


def cut(text: str, longest: int, measure: Measure = utf16_length) -> str:
    """The text, shortened with an ellipsis if it is too long."""
    if measure(text) <= longest:
        return text
    return text[: _fitting(text, longest - 1, measure)].rstrip() + ELLIPSIS


def numbered(bubble: Bubble, knowledge: KnowledgeBase, ask: bool = True) -> Bubble:
    """The message with its options in the text, to be picked by number."""
    if not bubble.options:
        return bubble
    lines = [f"{number}. {option.title}" for number, option in enumerate(bubble.options, start=1)]
    if ask:
        lines.append(knowledge.phrase("choose_number", bubble.language))
    return replace(bubble, text="\n".join([bubble.text, *lines]), options=())


def fitted(bubble: Bubble, longest: int, measure: Measure) -> list[Bubble]:
    """Splits a message that is too long; the last piece keeps the options."""
    texts = list(split(bubble.text, longest, measure)) or [bubble.text]
    pieces = [replace(bubble, text=text, options=()) for text in texts]
    return [*pieces[:-1], replace(pieces[-1], options=bubble.options)]


def all_fit(titles: Sequence[Option], most: int, longest: int, measure: Measure = utf16_length) -> bool:
    """Whether there are at most `most` options, none longer than `longest`."""
    return len(titles) <= most and all(measure(option.title) <= longest for option in titles)
