"""Finds the numbers of documents and files: passports, permits, Aktenzeichen, registers, machine-readable lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from stdnum import isbn

from assistant.privacy.text import BARRIER, Span, words_of
from assistant.privacy.words import words

BAMF = re.compile(r"(?<![\w/])(?<!\d[.,-])\d{7}\s?[-–]\s?\d{3}(?![\w-])")
# A docket of any but the highest courts, whose dockets are published and asked about.
DOCKET = re.compile(
    r"(?<![\w/.,-])(?:(?:O?VG|VGH|L?SG|[AO]?LG|AG)\s)?\d{1,3}\s?(?:K|L|B|A|S|T|C|AS|SO|AY|F|E|M|P|N|O|U|W)\s"
    r"\d{1,5}[/.]\d{2}(?:(?:\s|\.\s?)A\b)?(?!\d)"
)
HIGHEST = re.compile(r"(?:BVerwG|BVerfG|BGH|BSG|BFH|BAG|EuGH|ECJ|CJEU|EGMR)\W{0,3}(?:vom\W)?$", re.I)
UNHCR = re.compile(r"(?<![\w-])\d{3}-\d{2}[A-Z]\d{5}(?![\w-])", re.I)
MACHINE = re.compile(r"(?<![\w<])(?=[A-Z0-9]{0,40}<)[A-Z0-9<]{12,90}(?![\w<])", re.I)
MIXED = re.compile(r"(?<![\w/])(?<!\w[,-])(?<!\d\.)[A-Z0-9]{7,20}(?![\w])")
AMOUNT = re.compile(r"\d+(?:EUR|USD|GBP|CHF|KM|MB|GB|KG|H|M)")
CODE = re.compile(r"[A-Z]{3,}\d{4}")
LONG = re.compile(r"(?<![\w+/])(?<!\d[.,-])\d{9,20}(?![\w]|[.,]\d)")
SPACED = re.compile(r"(?<![\w.,/-])[A-Z]{1,2}[ -]\d{7,9}(?!\w)")
# What may come between a label and its number.
LINK = re.compile(
    r"[\s.:#=()-]{0,4}(?:(?:vom|beim|von|bei|of|from|at|der|the)\s\w{2,20}[\s:]{1,2})?(?:(?:nr|no|nummer|number|id|ist|is|lautet|war|was)\b[\s.:#=-]{1,3}){0,2}",
    re.I,
)
CHUNK = re.compile(r"[^\s,;()\x00]{1,40}")
JOINED = re.compile(r"\s?[-–/]\s?|\s")
NO_PAPER = re.compile(
    r"(?:19|20)\d\d(?:\W(?:19|20)?\d\d)?|\d{1,2}\.\d{1,2}\.(?:\d\d|\d{4})?|\d{4}-\d\d-\d\d|\d{1,3}(?:[.,]\d{3})+|\d+000"
)
MOST_CHUNKS = 5
# Digits typed in a row are not the number of anything.
COUNTED = "01234567890123456789 98765432109876543210"


def machine_lines(text: str) -> Iterator[Span]:
    """The machine-readable lines of passports and permits."""
    if "<" in text:
        for match in MACHINE.finditer(text):
            if match[0].count("<") > 1:
                yield Span(match.start(), match.end(), "number")


def files(text: str) -> Iterator[Span]:
    """File numbers and court dockets, recognised by their format."""
    for pattern in (BAMF, UNHCR):
        yield from (Span(match.start(), match.end(), "number") for match in pattern.finditer(text))
    for match in DOCKET.finditer(text):
        if not HIGHEST.search(text, max(0, match.start() - 16), match.start()):
            yield Span(match.start(), match.end(), "number")


def papers(text: str) -> Iterator[Span]:
    """Numbers that mix letters with many digits, as on passports and permits."""
    for match in MIXED.finditer(text):
        if _is_mixed(match[0]):
            yield Span(match.start(), match.end(), "number")
    yield from (Span(match.start(), match.end(), "number") for match in SPACED.finditer(text))


def _is_mixed(token: str) -> bool:
    digits = sum(char.isdigit() for char in token)
    changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(token))
    if digits == len(token) or AMOUNT.fullmatch(token) or CODE.fullmatch(token):
        return False
    return digits >= 6 or (digits >= 4 and changes >= 3)


def long_numbers(text: str) -> Iterator[Span]:
    """Unbroken runs of nine digits or more: register numbers look like that, amounts do not."""
    for match in LONG.finditer(text):
        if not (match[0].endswith("000") or match[0] in COUNTED or isbn.is_valid(match[0])):
            yield Span(match.start(), match.end(), "number")


def labelled(text: str) -> Iterator[Span]:
    """Whatever follows a label such as Aktenzeichen or "passport number" and looks like a number."""
    parts = words_of(text)
    for _, after in words().phrases["papers"].all_in(text, parts):
        label_end = parts[after - 1].end
        link = LINK.match(text, label_end)
        start = link.end() if link else label_end
        end = _end_of_value(text, start)
        if end > start > label_end:
            yield Span(start, end, "number")


def _end_of_value(text: str, start: int) -> int:
    """Where the number that begins at a place ends; the place itself if there is none."""
    best, end = start, start
    for _ in range(MOST_CHUNKS):
        chunk = CHUNK.match(text, end)
        if not chunk or not _goes_on(chunk[0]):
            break
        end = chunk.end()
        stripped = len(chunk[0].rstrip(".:?!\"'“”»"))
        value = text[start : chunk.start() + stripped]
        if _is_paper(value) and _ends_well(chunk[0][:stripped]):
            best = chunk.start() + stripped
        if stripped < len(chunk[0]) or not (joint := JOINED.match(text, end)):
            break
        end = joint.end()
    return best


def _goes_on(chunk: str) -> bool:
    return any(char.isdigit() for char in chunk) or (len(chunk) <= 4 and chunk.isupper())


def _ends_well(chunk: str) -> bool:
    return any(char.isdigit() for char in chunk) or chunk == "A"


def _is_paper(value: str) -> bool:
    digits = sum(char.isdigit() for char in value)
    if NO_PAPER.fullmatch(value) or BARRIER in value:
        return False
    if value.isdigit():
        return digits >= 6
    return digits >= 3 and len(value) >= 6 and any(not char.isdigit() for char in value)
