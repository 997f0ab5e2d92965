"""The texts: what must be masked is marked as `{kind:words}`; anything else must stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from assistant.core.languages import LANGUAGES, Language
from assistant.privacy.text import DATA_KINDS, DataKind

# Rules may be tuned on the first; the second was written before the first rules, the third before the present ones,
# and neither has been used for anything but measuring.
Part = Literal["tuning", "held-out", "fresh"]
# The name of an account is masked as a name but counted apart.
MarkKind = Literal[DataKind, "handle"]
MARK_KINDS: tuple[MarkKind, ...] = (*DATA_KINDS, "handle")
FOLDER = Path(__file__).parent
MARK = re.compile(rf"\{{({'|'.join(MARK_KINDS)}):([^{{}}]+)\}}")


@dataclass(frozen=True, order=True)
class Mark:
    """Where personal data is and what it is."""

    start: int
    end: int
    kind: MarkKind


@dataclass(frozen=True)
class Marked:
    """A text, its personal data, and the message before it, if there is one."""

    id: str
    text: str
    spans: tuple[Mark, ...]
    before: str | None = None


def file_of(language: Language, part: Part) -> Path:
    """The file of one part in one language."""
    return FOLDER / f"{language}{'' if part == 'tuning' else f'-{part}'}.jsonl"


def languages_of(part: Part) -> tuple[Language, ...]:
    """The languages in which there are texts of a part."""
    return tuple(language for language in LANGUAGES if file_of(language, part).is_file())


def texts(language: Language, part: Part) -> Iterator[Marked]:
    """The texts of one part in one language."""
    for line in file_of(language, part).read_text("utf-8").splitlines():
        case = json.loads(line)
        yield unmarked(case["id"], case["marked"], case.get("before"))


def unmarked(name: str, marked: str, before: str | None = None) -> Marked:
    """A text without its marks; raises ValueError for a malformed mark."""
    pieces, spans, end, length = [], [], 0, 0
    for match in MARK.finditer(marked):
        between = marked[end : match.start()]
        start = length + len(between)
        length = start + len(match[2])
        pieces += [between, match[2]]
        spans.append(Mark(start, length, cast(MarkKind, match[1])))
        end = match.end()
    text = "".join([*pieces, marked[end:]])
    if "{" in text or "}" in text:
        raise ValueError(f"{name}: a mark is malformed: {marked!r}")
    return Marked(name, text, tuple(spans), before)
