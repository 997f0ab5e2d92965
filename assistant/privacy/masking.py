"""Finds personal data in a text and replaces it with placeholders that any reader of the chat understands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from assistant.core.languages import DEFAULT, LANGUAGES, Language, served
from assistant.knowledge import knowledge
from assistant.privacy import accounts, addresses, births, contacts, handles, korean, names, papers, spoken
from assistant.privacy.announcements import announcement
from assistant.privacy.given import given
from assistant.privacy.text import DATA_KINDS, DataKind, Span, blanked, forget

Finder = Callable[[str], Iterable[Span]]
# The most reliable come first; no finder sees what an earlier one has found.
FINDERS: tuple[Finder, ...] = (
    papers.machine_lines,
    contacts.emails,
    spoken.spelt_emails,
    handles.handles,
    accounts.ibans,
    accounts.cards,
    papers.files,
    papers.labelled,
    births.births,
    contacts.phones,
    spoken.spoken_numbers,
    papers.papers,
    papers.long_numbers,
    addresses.addresses,
    korean.korean_names,
    names.names,
)
# Too far apart for a phrase to begin in one message and end in the next: "Ich heiße", "ich heiße Ali".
APART = " " * 4
# Masking one thing may reveal another; only hostile texts need this many rounds.
MOST_ROUNDS = 20
# How far beyond a cut a text is searched, so that what the cut goes through is still recognised.
BEYOND_CUT = 100


def masked(text: str, language: str | None = None, longest: int | None = None, *, before: str | None = None) -> str:
    """The text with placeholders instead of personal data; masking it again changes nothing.

    Of a text with more than `longest` characters, only that many are kept; what the cut goes through is replaced whole.
    The message `before` may announce some: "Mein Name ist", and then the name as a message of its own.
    """
    text, end = (text, len(text)) if longest is None else (text[: longest + BEYOND_CUT], longest)
    spans = [span for span in found(text, before) if span.start < end]
    kept = text[: max([end, *(span.end for span in spans)])]
    return _replaced(kept, spans, served(language) or DEFAULT) if spans else kept


def found(text: str, before: str | None = None) -> list[Span]:
    """The personal data in a text, in order and without overlaps; placeholders do not count."""
    announcing = announcement(before)
    if not announcing:
        return _found(text)
    whole = f"{announcing}{' ' if announcing.endswith(':') else APART}{text}"
    start = len(whole) - len(text)
    spans = (span for span in _found(whole) if span.end > start)
    return [Span(max(span.start - start, 0), span.end - start, span.kind) for span in spans]


def _found(text: str) -> list[Span]:
    try:
        return _in_rounds(text)
    finally:
        forget()


def _in_rounds(text: str) -> list[Span]:
    canvas = blanked(text, [*_placeholders_in(text), *contacts.public_phones(text), *given(text)])
    spans: list[Span] = []
    for _ in range(MOST_ROUNDS):
        new, canvas = _round(canvas)
        if not new:
            break
        spans += new
    return sorted(spans)


def _round(canvas: str) -> tuple[list[Span], str]:
    spans: list[Span] = []
    for finder in FINDERS:
        new = _merged(finder(canvas))
        canvas = blanked(canvas, new)
        spans += new
    return spans, canvas


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans of one finder, with those that overlap merged into one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end), merged[-1].kind)
        else:
            merged.append(span)
    return merged


def _replaced(text: str, spans: Iterable[Span], language: Language) -> str:
    pieces, end = [], 0
    for span in spans:
        pieces += [text[end : span.start], placeholder(span.kind, language)]
        end = span.end
    return "".join([*pieces, text[end:]])


def placeholder(kind: DataKind, language: Language) -> str:
    """The placeholder for personal data of a kind, such as `[E-Mail]`."""
    return knowledge().phrase(f"masked_{kind}", language)


def has_placeholder(text: str) -> bool:
    """Whether anything in a text has been masked."""
    return any(_placeholders_in(text))


def _placeholders_in(text: str) -> Iterator[Span]:
    if "[" in text:
        yield from (Span(match.start(), match.end(), "name") for match in _placeholders().finditer(text))


@lru_cache(maxsize=1)
def _placeholders() -> re.Pattern[str]:
    written = {placeholder(kind, language) for kind in DATA_KINDS for language in LANGUAGES}
    return re.compile("|".join(map(re.escape, sorted(written))))
