"""A text as the finders of personal data see it: words, phrases and spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal, get_args

DataKind = Literal["email", "phone", "iban", "card", "number", "birthdate", "address", "name"]
DATA_KINDS: tuple[DataKind, ...] = get_args(DataKind)
# Fills what is already masked; no finder's pattern may match across it.
BARRIER = "\x00"
DOT_ABOVE = "\u0307"
WORD = re.compile(r"[^\W_]+")
WITHIN_PHRASE = re.compile(r"[\s.'’`ʼ\u200c-]{1,3}")


@dataclass(frozen=True, order=True)
class Span:
    """A place in a text, from `start` up to but not including `end`, and what it contains."""

    start: int
    end: int
    kind: DataKind


@dataclass(frozen=True)
class Word:
    """A run of letters and digits; comparisons use `lower`."""

    start: int
    end: int
    lower: str


@lru_cache(maxsize=4)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, in order; remembered until `forget` is called, since every finder asks for them."""
    return tuple(Word(match.start(), match.end(), lowered(match[0])) for match in WORD.finditer(text))


def forget() -> None:
    """Drops what is remembered of texts."""
    words_of.cache_clear()


def lowered(word: str) -> str:
    """A word in lower case; without the dot that Python puts over the i of "İsim"."""
    return word.lower().replace(DOT_ABOVE, "")


def blanked(text: str, spans: Iterable[Span]) -> str:
    """The text with each span filled with barriers, so that all offsets stay the same."""
    pieces, end = [], 0
    for span in sorted(spans):
        pieces += [text[end : span.start], BARRIER * (span.end - max(span.start, end))]
        end = max(end, span.end)
    return "".join([*pieces, text[end:]])


@dataclass(frozen=True)
class Phrases:
    """Phrases to look for, compared word by word: "Fall-Nr." matches "fall nr"."""

    written: Sequence[str]
    by_first: dict[str, list[tuple[str, ...]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for phrase in self.written:
            parts = tuple(WORD.findall(lowered(phrase)))
            self.by_first.setdefault(parts[0], []).append(parts)
        for phrases in self.by_first.values():
            phrases.sort(key=len, reverse=True)

    def at(self, text: str, words: Sequence[Word], index: int) -> int | None:
        """The index after the longest phrase that begins at a word, or None."""
        first = words[index].lower if index < len(words) else ""
        for parts in self.by_first.get(first, ()):
            after = index + len(parts)
            if after <= len(words) and _is(text, words[index:after], parts):
                return after
        return None

    def all_in(self, text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
        """Every occurrence of a phrase, as the indexes of its first word and of the word after it."""
        for index, word in enumerate(words):
            after = self.at(text, words, index) if word.lower in self.by_first else None
            if after is not None:
                yield index, after


def _is(text: str, words: Sequence[Word], parts: Sequence[str]) -> bool:
    if any(word.lower != part for word, part in zip(words, parts)):
        return False
    return all(WITHIN_PHRASE.fullmatch(text, a.end, b.start) for a, b in pairwise(words))
