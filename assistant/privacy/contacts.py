"""Finds e-mail addresses and phone numbers other than those of authorities and hotlines, which are public."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberType,
    is_possible_number,
    is_valid_number,
    number_type,
    parse,
)

from assistant.privacy.text import BARRIER, Span, Word, words_of
from assistant.privacy.words import words

AT = r"(?:\s?@\s?|\s?[(\[{]\s?(?:at|ät)\s?[)\]}]\s?)"
DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|punkt)\s?[)\]}]\s?)"
DOTTED = re.compile(rf"{AT}[\w-]+{DOT}", re.I)
EMAIL = re.compile(rf"(?<![\w.+%-])[\w.+%'-]{{1,64}}{AT}[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,5}}", re.I)
OFFICE = re.compile(
    r"(?:info|kontakt|contact|office|service|post|poststelle|mail|email|hilfe|help|support|beratung|verwaltung|presse|press"
    r"|sekretariat|zentrale|servicestelle)@"
)
PRIVATE = re.compile(
    r"@(?:gmail|googlemail|gmx|web|yahoo|hotmail|outlook|live|icloud|t-online|freenet|posteo|mail|yandex)\."
)
# Digits attached to a word, a link such as "t.me/name" or a decimal are not phone numbers.
CANDIDATE = re.compile(r"(?<![\w+§/])(?<!\d[.,-])[+(]?\(?\d(?:[ \-./()\u00a0\u202f\u2011\u2013]{0,3}\d){5,60}(?!\w)")
# "0 1 7 6 2 3 4 5 6 7"
ONE_BY_ONE = re.compile(r"(?<![\w.,/-])(?:\+ ?\d ?\d|0)(?:[ -]\d){8,13}(?![\w.,/-]| \d)")
LINKED = re.compile(r"\b(?:wa\.me/|whatsapp\.com/send\?phone=)\+?(\d{7,15})(?!\d)", re.I)
TRUNK = re.compile("^490")  # +49 (0) 176
GROUP = re.compile(r"\S+")
DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d-\d\d-\d\d)(?!\d)")
GROUPED = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
NEAR_CHARACTERS = 40
# Free or premium-rate, but never private.
SERVICE = r"0(?:800|180\d|137|900)(?:[ /-]?\d){5,9}"
SEPARATED = r"[ ./()\u00a0-]{0,2}"
FREE = {PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.PREMIUM_RATE}
COUNTRY, MOST_GROUPS, MOST_CHECKS = "DE", 7, 100
FEWEST_DIGITS, MOST_DIGITS = 7, 15


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses, including those written with (at)."""
    if "@" not in text and "at" not in text.lower():
        return
    for match in EMAIL.finditer(text):
        if " " in match[0] and not DOTTED.search(match[0]):  # a handle, or "Treffen @ Berlin"
            continue
        end = match.start() + len(match[0].rstrip(".-'"))
        written = text[match.start() : end].lower()
        if written not in words().public["emails"] and not _is_of_an_office(written):
            yield Span(match.start(), end, "email")


def _is_of_an_office(written: str) -> bool:
    """Whether a mailbox such as info@… is an office's, not a person's, and not at a provider of private ones."""
    return OFFICE.match(written) is not None and PRIVATE.search(written) is None


def phones(text: str) -> Iterator[Span]:
    """Phone numbers of any country; those without + or 0 only after a word such as WhatsApp."""
    yield from (Span(*match.span(1), "phone") for match in LINKED.finditer(text))
    yield from (Span(*match.span(), "phone") for match in ONE_BY_ONE.finditer(text))
    candidates = list(CANDIDATE.finditer(text))
    if not candidates:
        return
    labels = _labels(text, words_of(text))
    checks = MOST_CHECKS
    for match in candidates:
        groups = [(match.start() + g.start(), match.start() + g.end()) for g in GROUP.finditer(match[0])]
        while groups:
            start = groups[0][0]
            labelled = any(
                label <= start <= label + NEAR_CHARACTERS and BARRIER not in text[label:start] for label in labels
            )
            ends = _likely_ends(text, groups)
            end = next((end for end in ends if _is_phone(text[start:end], labelled, checks)), start)
            checks -= len(ends)
            if end > start:
                yield _trimmed(text, start, end)
            groups = [group for group in groups[1:] if group[0] > end]


def _likely_ends(text: str, groups: Sequence[tuple[int, int]]) -> list[int]:
    """Where a number that begins with the first group may end, judging by its digits; longest first."""
    ends, digits = [], 0
    for start, end in groups[:MOST_GROUPS]:
        digits += sum(char.isdigit() for char in text[start:end])
        if FEWEST_DIGITS <= digits <= MOST_DIGITS + 2:
            ends.append(end)
    return ends[::-1]


def _labels(text: str, parts: Sequence[Word]) -> list[int]:
    return [parts[after - 1].end for _, after in words().phrases["phones"].all_in(text, parts)]


def _trimmed(text: str, start: int, end: int) -> Span:
    while not text[end - 1].isdigit():
        end -= 1
    while text[start] == "(" and ")" not in text[start:end]:
        start += 1
    return Span(start, end, "phone")


def _is_phone(written: str, labelled: bool, checks: int) -> bool:
    """Whether this is a private number; once the checks are used up, anything that begins like one counts."""
    digits = "".join(str(unicodedata.digit(char)) for char in written if char.isdigit())
    if not FEWEST_DIGITS <= len(digits.removeprefix("00")) <= MOST_DIGITS or DATE.search(written):
        return False
    if checks <= 0:
        return digits.startswith("0") or written.startswith("+")
    plus = written.lstrip("(").startswith("+")
    if plus or digits.startswith("00"):
        return _is_private("+" + TRUNK.sub("49", digits if plus else digits[2:]), labelled)
    if digits.startswith("0"):
        return _is_private(digits, labelled or len(digits) >= 10)
    if not labelled or GROUPED.fullmatch(written):
        return len(digits) >= 11 and written.isdigit() and _is_private("+" + digits, False, known=True)
    return len(digits) >= 8 and not _is_year_span(written)


def _is_year_span(written: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d\D{1,3}(?:19|20)\d\d", written) is not None


def _is_private(number: str, likely: bool, known: bool = False) -> bool:
    """Whether a number exists and is not public; `likely` also accepts one unknown to its numbering plan."""
    parsed = _parsed(number)
    if parsed is None:
        return likely
    if number_type(parsed) in FREE:
        return False
    if number.startswith("+") and not known:
        return likely or len(number) > 9 or is_possible_number(parsed)
    return likely or is_valid_number(parsed)


def _parsed(number: str) -> PhoneNumber | None:
    try:
        return parse(number, COUNTRY)
    except NumberParseException:
        return None


def public_phones(text: str) -> Iterator[Span]:
    """Numbers of authorities and hotlines, with their extensions; these are not masked."""
    if any(char.isdigit() for char in text):
        yield from (Span(match.start(), match.end(), "phone") for match in _public().finditer(text))


@lru_cache(maxsize=1)
def _public() -> re.Pattern[str]:
    numbers = [number.split() for number in words().public["phones"]]
    local = [SEPARATED.join("".join(parts[1:])) for parts in numbers]
    trunk = rf"(?:(?:\+|00)49{SEPARATED}(?:\(0\){SEPARATED})?|\(?0){SEPARATED}"
    german = rf"{trunk}(?:{'|'.join(local)})(?:[ /-]{{0,2}}\d){{0,4}}"
    return re.compile(rf"(?<![\w+])(?:{german}|{SERVICE})(?!\w)")
