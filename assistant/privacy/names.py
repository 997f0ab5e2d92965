"""Finds people's names by the words and places that announce them, and by lists of given names.

No list has every name, so an unknown one that nothing announces is left alone, as are those of office holders.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.privacy.introduced import INTRODUCED
from assistant.privacy.placed import PLACED
from assistant.privacy.reader import Reader
from assistant.privacy.text import Span


def names(text: str) -> Iterator[Span]:
    """People's names, found by every way a text may announce them."""
    reader = Reader(text)
    for find in (*INTRODUCED, *PLACED):
        yield from find(reader)
