"""Finds postal addresses (street with number, postcode with town) other than those of authorities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assistant.privacy.text import Span, words_of
from assistant.privacy.words import words

HOUSE = r"(?:Nr\.?\s?|No\.?\s?)?\d{1,3}(?:\s?[a-hA-H](?!\w))?(?:\s?[-/]\s?\d{1,3}[a-h]?(?!\w))?(?![\w]|[.,]\d)"
WITH_PREPOSITION = re.compile(r"\b(?:Am|An der|Auf dem|Im|Hinter dem|Vor dem|Beim)(?: [A-ZÄÖÜ][\w-]{2,20}){0,2} $")
BEFORE_STREET = re.compile(r"[^\W\d_][\w.'’-]{0,30} $")
STREET_OF = re.compile(rf"\b(?:Stra(?:ß|ss)e|Platz) de[rs] (?:[\w.]{{1,20}} ){{1,3}}?{HOUSE}")
# "Am Stadtgarten 2", "Unter den Eichen 12": only before a postcode, since "Am Montag 14 Uhr" looks the same.
PREPOSITION = re.compile(
    rf"\b(?:Am|An der|An den|Auf dem|Auf der|Auf den|Im|In der|In den|Unter den|Zum|Zur|Hinter der|Vor dem)"
    rf"(?: [A-ZÄÖÜ][\w-]{{2,30}}){{1,2}} {HOUSE}(?=,?\s(?:D-)?\d{{5}}\b)"
)
BOX = re.compile(r"\b(?:Postfach|P\.?\s?O\.? Box)\s\d[\d ]{1,8}(?<=\d)", re.I)
ENGLISH = re.compile(
    r"(?<![\w.,/§])\d{1,5}[a-z]?(?: [A-Z][\w'’.-]{1,30}){1,3} (?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Way|Close"
    r"|Court|Square|Terrace|Crescent|Gardens|Boulevard|Blvd|Grove|Highway|Row|Place|Park|Estate|Junction|Walk|Hill)\b\.?"
)
# "12 rue de la Paix", "calle Mayor 5", "Atatürk Caddesi No: 12", "ул. Ленина, д. 5", and in Arabic and Persian.
FRENCH = re.compile(
    r"(?<![\w.,/§])\d{1,4}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|av\.|boulevard|bd|place d\w{1,2}|chemin|allée|impasse"
    r"|quai|route|cité)\s(?:[\w'’.-]{1,25}\s?){1,5}?(?=,|\.|\n|$|\s(?:à|et|dans|au)\s|\s\d{5}\b)",
    re.I,
)
SPANISH = re.compile(
    r"\b(?:calle|avda\.?|avenida|plaza|paseo|c/)\s(?:[\w'’.-]{1,25}\s){1,5}?\d{1,4}(?!\w|[.,]\d)", re.I
)
TURKISH = re.compile(
    r"(?:[A-ZÇĞİÖŞÜ][\w-]{1,25}\s){1,3}(?:Mah(?:allesi|\.)?|Cad(?:desi|\.)?|Sok(?:ak|ağı|\.)?|Bulvarı)\s?,?\s?(?:No\s?:?\s?)?\d{1,4}(?:/\d{1,3})?"
)
CYRILLIC = re.compile(
    r"\b(?:ул|вул|улица|вулиця|вулиці|улице|проспект|пр|пр-т|просп|переулок|пер|бульвар|площадь|площа)\b\.?\s(?:[\w'’.-]{1,25}\s?){1,4}?"
    r",?\s?(?:д\.|дом|буд\.|будинок|б\.)?\s?\d{1,4}[а-яіa-z]?(?:\s?,\s?(?:кв|к|корп)\.?\s?\d{1,4})?(?!\w|[.,]\d)",
    re.I,
)
ARABIC = re.compile(
    r"(?:شارع|حي|خیابان|کوچه|خیابون|زنقة)\s(?:[^\W\d_]{1,20}[\s،,]{1,2}){1,4}?(?:رقم|بناية|مبنى|منزل|پلاک|شماره|کوچه)?\s?\d{1,4}(?!\w|[.,/]\d)"
)
BRITISH = re.compile(r"(?:(?<=[,;]\s)[A-Z][\w-]{2,30}\s)?\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
POSTCODE = re.compile(r"(?<![\w.,/-])(?:D-?\s?)?\d{5}\s(?=\S)(?!\s)")
TOWN = re.compile(
    r"[^\W\d_][\w'’.-]{1,30}(?:[ /](?:am|an der|im|ob der|vor der)\s[A-ZÄÖÜ][\w-]{1,20}|\s\([A-Z][\w]{1,9}\))?"
)
JOINT = re.compile(r"\s{0,2}[,;]?\s{0,2}(?:in\s)?")
CITY_BETWEEN = re.compile(r",?\s(?:[A-Z][\w-]{2,30},?\s)?")
NEAR_CHARACTERS = 30


def addresses(text: str) -> Iterator[Span]:
    """German and British addresses; adjacent street and town are one span."""
    if not any(char.isdigit() for char in text):
        return
    streets = sorted(set(_streets(text)), key=lambda span: (span.start, -span.end))
    joined = _joined(text, streets, list(_towns(text, streets)))
    for start, end in joined:
        if not _is_public(text[start:end]):
            yield Span(start, end, "address")


def _joined(text: str, streets: Sequence[Span], towns: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places, with those that overlap or adjoin merged into one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted([(span.start, span.end) for span in streets] + list(towns)):
        if merged and (start <= merged[-1][1] or _joins(text, merged[-1][1], start)):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _joins(text: str, end: int, start: int) -> bool:
    between = text[end:start]
    return JOINT.fullmatch(between) is not None or CITY_BETWEEN.fullmatch(between) is not None


@lru_cache(maxsize=1)
def _ending() -> re.Pattern[str]:
    endings = sorted({ending.rstrip(".") for ending in words().street_endings}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(endings)})\b\.?\s{{1,2}}{HOUSE}", re.I)


def _streets(text: str) -> Iterator[Span]:
    for match in _ending().finditer(text):
        start = _start_of_street(text, match.start())
        if start is not None:
            yield Span(start, match.end(), "address")
    for pattern in (STREET_OF, PREPOSITION, BOX, ENGLISH, FRENCH, SPANISH, TURKISH, CYRILLIC, ARABIC):
        yield from (Span(match.start(), match.end(), "address") for match in pattern.finditer(text))


def _start_of_street(text: str, ending: int) -> int | None:
    """Where a street name begins, given the position of its ending; None if it is not a street."""
    start = ending
    while start > max(0, ending - 40) and (text[start - 1].isalpha() or text[start - 1] in "-."):
        start -= 1
    word = re.split(r"[^\w.-]", text[start : ending + 12])[0].lower().rstrip(".")
    before = BEFORE_STREET.search(text, max(0, start - 33), start)
    if word.rpartition("-")[2] in words().no_streets and word not in ("str", "straße"):
        return _after_preposition(text, start)
    if start < ending:
        return start
    if word in ("str", "straße", "strasse", "allee", "gasse", "chaussee", "promenade") and before:
        return before.start()
    return _after_preposition(text, start)


def _after_preposition(text: str, start: int) -> int | None:
    """ "Am Alten Markt 3": the ending is a word of its own, after a preposition."""
    match = WITH_PREPOSITION.search(text, max(0, start - 50), start)
    return match.start() if match else None


def _towns(text: str, streets: Sequence[Span]) -> Iterator[tuple[int, int]]:
    homes: list[int] | None = None
    for match in POSTCODE.finditer(text):
        town = TOWN.match(text, match.end())
        if not town:
            continue
        if homes is None:
            parts = words_of(text)
            homes = [parts[after - 1].end for _, after in words().phrases["homes"].all_in(text, parts)]
        end = match.end() + len(town[0].rstrip("."))
        first = words_of(town[0])[0].lower
        beside = any(_joins(text, s.end, match.start()) or _joins(text, end, s.start) for s in streets)
        at_home = any(0 <= match.start() - home <= NEAR_CHARACTERS for home in homes)
        if first in words().towns or ((beside or at_home) and town[0][0].isupper()):
            yield match.start(), end
    for match in BRITISH.finditer(text):
        yield match.start(), match.end()


def _is_public(written: str) -> bool:
    lower = written.lower()
    return lower in words().public["towns"] or any(street in lower for street in words().public["streets"])
