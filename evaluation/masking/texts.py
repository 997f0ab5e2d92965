"""The texts: what must be masked is marked as `{kind:words}`; anything else must stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from assistant.core.languages import Language
from assistant.privacy.text import DATA_KINDS, DataKind, Span

Half = Literal["tuning", "held-out"]
FOLDER = Path(__file__).parent
MARK = re.compile(rf"\{{({'|'.join(DATA_KINDS)}):([^{{}}]+)\}}")


@dataclass(frozen=True)
class Marked:
    """A text and its personal data."""

    id: str
    text: str
    spans: tuple[Span, ...]


def file_of(language: Language, half: Half) -> Path:
    """The file of one half: rules may be tuned on one; the other, written before them, is only measured."""
    return FOLDER / f"{language}{'-held-out' if half == 'held-out' else ''}.jsonl"


def texts(language: Language, half: Half) -> Iterator[Marked]:
    """The texts of one half in one language."""
    for line in file_of(language, half).read_text("utf-8").splitlines():
        case = json.loads(line)
        yield unmarked(case["id"], case["marked"])


def unmarked(name: str, marked: str) -> Marked:
    """A text without its marks; raises ValueError for a malformed mark."""
    pieces, spans, end, length = [], [], 0, 0
    for match in MARK.finditer(marked):
        before = marked[end : match.start()]
        start = length + len(before)
        length = start + len(match[2])
        pieces += [before, match[2]]
        spans.append(Span(start, length, cast(DataKind, match[1])))
        end = match.end()
    text = "".join([*pieces, marked[end:]])
    if "{" in text or "}" in text:
        raise ValueError(f"{name}: a mark is malformed: {marked!r}")
    return Marked(name, text, tuple(spans))
