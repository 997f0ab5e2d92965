"""Finds bank accounts (IBAN) and payment cards by their check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from assistant.privacy.text import Span

IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ \-.]?[A-Z0-9]{1,30}){2,12}", re.I)
LABELLED = re.compile(
    r"\biban\b[^\w\x00]{0,3}(?:ist|is|lautet)?[^\w\x00]{0,3}([A-Z]{2}\d{2}(?:[ -]?\d{2,4}){3,8})", re.I
)
CARD = re.compile(r"(?<![\w+.,-])[2-6](?:[ -]?\d){12,18}(?!\w)")
SHORTEST_IBAN, LONGEST_IBAN, MOST_GROUPS = 15, 34, 12


def ibans(text: str) -> Iterator[Span]:
    """Account numbers with valid check digits, and invalid ones labelled IBAN."""
    for match in IBAN.finditer(text):
        end = _end(match[0])
        if end:
            yield Span(match.start(), match.start() + end, "iban")
    for match in LABELLED.finditer(text):
        yield Span(*match.span(1), "iban")


def _end(written: str) -> int | None:
    """Where the account number at the start of a match ends; None if there is none."""
    ends = [match.end() for match in re.finditer(r"[^\W_]+", written)][:MOST_GROUPS]
    for end in reversed(ends):
        compact = re.sub(r"[^\w]", "", written[:end]).upper()
        if SHORTEST_IBAN <= len(compact) <= LONGEST_IBAN and compact.isascii() and iban.is_valid(compact):
            return end
    return None


def cards(text: str) -> Iterator[Span]:
    """Card numbers that pass Luhn's check."""
    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if digits.isascii() and luhn.is_valid(digits) and len(set(digits)) > 1:
            yield Span(match.start(), match.end(), "card")
