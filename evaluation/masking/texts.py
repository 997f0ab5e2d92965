"""The texts: each line marks what must be masked as `{kind:words}`; what is not marked must stay."""

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
    """A text and the places of personal data in it."""

    id: str
    text: str
    spans: tuple[Span, ...]


def file_of(language: Language, half: Half) -> Path:
    """Rules may be tuned on the one half; the other was written before them and is only measured."""
    return FOLDER / f"{language}{'-held-out' if half == 'held-out' else ''}.jsonl"


def texts(language: Language, half: Half) -> Iterator[Marked]:
    """The texts of one half in one language."""
    for line in file_of(language, half).read_text("utf-8").splitlines():
        case = json.loads(line)
        yield unmarked(case["id"], case["marked"])


def unmarked(name: str, marked: str) -> Marked:
    """A text without its marks; raises ValueError for a mark that is not well formed."""
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
        raise ValueError(f"{name}: a mark is not well formed: {marked!r}")
    return Marked(name, text, tuple(spans))
