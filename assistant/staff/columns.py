"""Lays out rows in aligned columns of a terminal's width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from assistant.staff.reasons import Row

GAP, MOST_LABEL = 2, 18
# With less room than this beside them, labels get lines of their own.
LEAST_ROOM = 30
# Keep a text that runs from right to left from turning its line round.
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
TWO_COLUMNS = ("W", "F")
NO_COLUMN = ("Mn", "Me", "Cf")


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.category(letter) in NO_COLUMN else 1 + (unicodedata.east_asian_width(letter) in TWO_COLUMNS)
        for letter in text
    )


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, broken between words where possible; indentation is kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        indent = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))]
        lines += [f"{indent}{line}" for line in _filled(paragraph.strip(" ").split(" "), max(width - len(indent), 1))]
    return lines


def _filled(words: Sequence[str], width: int) -> list[str]:
    """Words in lines of at most so many columns."""
    lines: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if columns_of(longer) <= width:
            line = longer
            continue
        *full, line = [*([line] if line else []), *_pieces(word, width)]
        lines += full
    return [*lines, line]


def _pieces(word: str, width: int) -> Iterator[str]:
    """A word in pieces that fit."""
    piece = ""
    for letter in word:
        if piece and columns_of(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def laid_out(rows: Sequence[Row], width: int) -> str:
    """The rows below each other: labels, figures and texts in columns; a label that repeats itself is left out."""
    widest = max((columns_of(line) for row in rows for line in wrapped(row.label, MOST_LABEL)), default=0)
    figures = max((columns_of(row.figure) + GAP for row in rows if row.figure), default=0)
    beside = width - widest - GAP - figures >= LEAST_ROOM
    indent = widest + GAP if beside else GAP
    lines: list[str] = []
    for label, group in groupby(rows, key=lambda row: row.label):
        texts = [line for row in group for line in _row(row, figures, max(width - indent - figures, 1))]
        if not beside:
            lines += wrapped(label, width)
        names = wrapped(label, MOST_LABEL) if beside else []
        lines += [_left(name, indent) + text for name, text in zip_longest(names, texts, fillvalue="")]
    return "\n".join(line.rstrip() for line in lines)


def _row(row: Row, figures: int, width: int) -> Iterator[str]:
    """The lines of a row: its figure, and its texts beside and below it."""
    texts = [line for text in row.lines for line in wrapped(text, width)]
    for figure, text in zip_longest([row.figure], texts, fillvalue=""):
        yield (_right(figure, figures - GAP) + " " * GAP if figures else "") + _isolated(text)


def _left(text: str, width: int) -> str:
    return text + " " * (width - columns_of(text))


def _right(text: str, width: int) -> str:
    return " " * (width - columns_of(text)) + text


def _isolated(line: str) -> str:
    """The line, kept apart from its surroundings if it has letters that run from right to left."""
    turned = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in line)
    return f"{ISOLATE}{line}{END_OF_ISOLATE}" if turned else line
