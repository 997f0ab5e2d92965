"""Finds e-mail addresses and numbers that are spelt out in words: "john dot doe at gmail dot com", "zero one seven"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.privacy.text import Span, Word, words_of
from assistant.privacy.words import words

FEWEST_DIGITS = 6
PROVIDERS = (
    "gmail|googlemail|web|gmx|yahoo|ymail|hotmail|outlook|live|icloud|t-online|freenet|posteo|mail|yandex|ukr"
    "|protonmail|proton|aol|orange|laposte"
)
ENDINGS = "com|de|net|org|fr|ru|ua|uk|tr|ir|info|eu|es|it|at|ch|nl|kr|me|io"
# A word and another, with at most a comma, a hyphen or a full stop between.
BETWEEN = re.compile(r"[\s,.;:/+()–-]{1,3}")
LONGEST = 40


def spelt_emails(text: str) -> Iterator[Span]:
    """E-mail addresses in words, or with "at" between blanks before a common provider."""
    lower = text.lower()
    if any(word in lower for word in words().dot_words) or any(word in lower for word in words().at_words):
        yield from (Span(*match.span(), "email") for match in _email().finditer(text))


@lru_cache(maxsize=1)
def _email() -> re.Pattern[str]:
    at, dot = _any(words().at_words), _any(words().dot_words)
    part, hyphen = r"[\w+-]{1,40}", _any(words().hyphen_words)
    stop = rf"(?:\.|\s(?:{dot}|{hyphen})\s|\s?[(\[]\s?(?:{dot})\s?[)\]]\s?)"
    around = rf"\s?(?:@|\s(?:{at})\s|[(\[]\s?(?:{at})\s?[)\]])\s?"
    spelt = rf"{part}(?:{stop}{part}){{0,4}}{around}{part}(?:\s(?:{dot})\s{part}){{0,2}}\s(?:{dot})\s(?:{ENDINGS})"
    common = rf"[\w.+-]{{1,40}}\s(?:{at})\s(?:{PROVIDERS})\.[a-z]{{2,4}}"
    return re.compile(rf"(?<![\w.])(?:{spelt}|{common})(?!\w)", re.I)


def spoken_numbers(text: str) -> Iterator[Span]:
    """Runs of digits in words, perhaps with figures among them; too long to be a count of anything."""
    run: list[Word] = []
    for word in words_of(text):
        if run and not _goes_on(text, run[-1], word):
            yield from _number(run)
            run = []
        if word.lower in words().digits or (run and word.lower.isdigit()):
            run.append(word)
    yield from _number(run)


def _goes_on(text: str, before: Word, word: Word) -> bool:
    known = word.lower in words().digits or word.lower.isdigit()
    return known and BETWEEN.fullmatch(text, before.end, word.start) is not None


def _number(run: list[Word]) -> Iterator[Span]:
    spoken = [word for word in run if not word.lower.isdigit()]
    if len(spoken) >= FEWEST_DIGITS:
        yield Span(run[0].start, run[-1].end, "phone")


def _any(alternatives: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, alternatives), key=len, reverse=True))
