"""Finds dates of birth: dates next to words for birth. All other dates are left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale

from assistant.core.languages import SERVED
from assistant.privacy.text import Span, words_of
from assistant.privacy.words import words

# The beginnings of months, also where they are misspelt or declined.
MONTH = (
    r"(?:jan|jän|feb|m[äa]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|січ|лют|бер|квіт|трав|черв|лип|серп|вер|жовт"
    r"|лист|груд|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\w{0,9}"
)
# Also those of the Persian calendar.
CENTURY = r"(?:19|20|13|14|١٩|٢٠|۱۳|۱۴|۱۹|۲۰)"
YEAR, LONG_YEAR = rf"{CENTURY}?\d{{2}}", rf"{CENTURY}\d\d"
MOST_CHARACTERS_BEFORE, MOST_CHARACTERS_AFTER = 45, 40
# With a digit or the end of a sentence between them, word and date do not belong together.
BETWEEN = re.compile(r"(?:[^\d.?!\x00]|\.(?=\s{0,2}(?:[:a-zäöü-]|$)))*")
SENTENCE = re.compile(r"[.?!]\s|\n")


@lru_cache(maxsize=1)
def _date() -> re.Pattern[str]:
    """A date in figures or with the name of a month in a language that is served."""
    month = rf"(?:{'|'.join(sorted(_months(), key=len, reverse=True))})(?!\w)\.?"
    return re.compile(
        rf"(?<![\w.])(?:\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?{YEAR}|{LONG_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}"
        rf"|{LONG_YEAR}년\s?\d{{1,2}}월\s?\d{{1,2}}일"
        rf"|\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s?(?:of\s|de\s)?{month}\s?(?:de\s)?{YEAR}(?:\s(?:року|р\.|года|г\.))?"
        rf"|{month}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s{YEAR})(?!\w)",
        re.I,
    )


def _months() -> set[str]:
    """The names of the months, short and long, and their beginnings with whatever ending."""
    names = set(words().months)
    for language in SERVED.values():
        months = Locale.parse(language.locale).months
        names |= {
            name.rstrip(".").lower()
            for use in months.values()
            for form in ("wide", "abbreviated")
            for name in use[form].values()
        }
    spelt = {re.escape(name) for name in names if len(name) > 1 and not name.isdigit()}
    return spelt | {MONTH}


def births(text: str) -> Iterator[Span]:
    """Dates of birth of people, in figures or with the month's name."""
    dates = list(_date().finditer(text)) if any(char.isdigit() for char in text) else []
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
