"""Finds the numbers, mailboxes and addresses that the assistant itself gives: these are public and not masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.core.languages import LANGUAGES
from assistant.knowledge import knowledge
from assistant.knowledge.render import written
from assistant.privacy.text import DataKind, Span

PHONE = re.compile(r"(?:\+|0)(?:[ ()/-]{0,2}\d){6,15}")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
GERMAN = re.compile(r"\+490?|0")
BETWEEN = r"[ \u00a0()/.\-\u2010-\u2013]{0,3}"
# Germany's code, perhaps with the zero in brackets, or a zero.
TRUNK = rf"(?:(?:\+|00)49{BETWEEN}(?:\(0\){BETWEEN})?|0{BETWEEN})"


def given(text: str) -> Iterator[Span]:
    """What a text repeats of the contacts and values in `knowledge/`."""
    patterns: dict[DataKind, re.Pattern[str]] = {"phone": _phones(), "email": _emails(), "address": _addresses()}
    for kind, pattern in patterns.items():
        yield from (Span(match.start(), match.end(), kind) for match in pattern.finditer(text))


@lru_cache(maxsize=1)
def _phones() -> re.Pattern[str]:
    """The numbers, however they are grouped, those in Germany with or without its code."""
    numbers = {re.sub(r"[^+\d]", "", value) for value in _values() if PHONE.fullmatch(value)}
    german = {BETWEEN.join(GERMAN.sub("", number, count=1)) for number in numbers if GERMAN.match(number)}
    foreign = {BETWEEN.join(number[1:]) for number in numbers if not GERMAN.match(number)}
    return re.compile(rf"(?<![\w+])(?:{TRUNK}(?:{_any(german)})|(?:\+|00)(?:{_any(foreign)}))(?!\w)")


@lru_cache(maxsize=1)
def _emails() -> re.Pattern[str]:
    emails = {re.escape(value) for value in _values() if EMAIL.fullmatch(value)}
    return re.compile(rf"(?<![\w.+%'-])(?:{_any(emails)})(?![\w-]|\.\w)", re.I)


@lru_cache(maxsize=1)
def _addresses() -> re.Pattern[str]:
    contacts = knowledge().contacts.values()
    values = (written(contact.address, la) for contact in contacts for la in LANGUAGES if contact.address)
    return re.compile(rf"(?<!\w)(?:{_any({re.escape(value) for value in values})})(?!\w)", re.I)


def _values() -> Iterator[str]:
    """Every telephone number and mailbox in `knowledge/`, among other values."""
    base = knowledge()
    said = [*(entry.values for entry in base.entries.values()), *(door.values for door in base.doors.values())]
    for values in said:
        yield from (written(value, language) for value in values.values() for language in LANGUAGES)
    for contact in base.contacts.values():
        ways = [way for way in (contact.phone, contact.email) if way]
        yield from (written(way, language) for way in ways for language in LANGUAGES)


def _any(patterns: set[str]) -> str:
    """One pattern for all, longest first; none matches nothing."""
    return "|".join(sorted(patterns, key=lambda pattern: (-len(pattern), pattern))) or r"(?!)"
