"""Finds dates of birth: dates next to words for birth. All other dates are left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.privacy.text import Span, words_of
from assistant.privacy.words import words

MONTH = (
    r"(?:jan|jän|feb|m[äa]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|січ|лют|бер|квіт|трав|черв|лип|серп|вер|жовт|лист"
    r"|груд|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\w{0,9}\.?"
)
YEAR = r"(?:19|20)?\d{2}"
DATE = re.compile(
    rf"(?<![\w.])(?:\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?{YEAR}|(?:19|20)\d\d[./-]\d{{1,2}}[./-]\d{{1,2}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?\s?(?:of\s)?{MONTH}\s?{YEAR}|{MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s{YEAR})(?!\w)",
    re.I,
)
MOST_CHARACTERS_BEFORE, MOST_CHARACTERS_AFTER = 45, 40
# With a digit or the end of a sentence between them, word and date do not belong together.
BETWEEN = re.compile(r"(?:[^\d.?!\x00]|\.(?=\s{0,2}(?:[:a-zäöü-]|$)))*")
SENTENCE = re.compile(r"[.?!]\s|\n")


def births(text: str) -> Iterator[Span]:
    """Dates of birth of people, in figures or with the month's name."""
    dates = list(DATE.finditer(text))
    if not dates:
        return
    parts = words_of(text)
    places = [(parts[i].start, parts[j - 1].end) for i, j in words().phrases["births"].all_in(text, parts)]
    for date in dates:
        for start, end in places:
            if _belong_together(text, date, start, end) and not _is_not_a_person(text, min(start, date.start())):
                yield Span(date.start(), date.end(), "birthdate")
                break


def _belong_together(text: str, date: re.Match[str], start: int, end: int) -> bool:
    if end <= date.start() <= end + MOST_CHARACTERS_BEFORE:
        return BETWEEN.fullmatch(text, end, date.start()) is not None
    if date.end() <= start <= date.end() + MOST_CHARACTERS_AFTER:
        return BETWEEN.fullmatch(text, date.end(), start) is not None
    return False


def _is_not_a_person(text: str, place: int) -> bool:
    """Whether the sentence is about the birth of an organisation or an idea."""
    sentence = SENTENCE.split(text[max(0, place - 120) : place])[-1]
    after = text[place : place + 120]
    around = sentence + SENTENCE.split(after)[0]
    phrases = words().phrases["no_person"].by_first
    return any(word.lower in phrases for word in words_of(around))
