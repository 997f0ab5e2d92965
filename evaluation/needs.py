"""What visitors need: questions with what helps and what harms, and how a reply to them is judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.core.envelope import ANSWER_KINDS
from assistant.core.languages import LANGUAGES, Language
from assistant.core.paths import ROOT
from assistant.knowledge import knowledge
from evaluation.cases import Turn, read_lines
from evaluation.judge import MOST_BUTTONS, Response

NEEDS = ROOT / "evaluation" / "needs"
# Questions without what would help: only what kind of reply they get is counted.
OPEN_QUESTIONS = NEEDS / "omos.jsonl"

Outcome = Literal["helped", "offered", "pointed", "missed", "harmful", "error"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
# Replies of these kinds help only where the question says so.
NO_HELP = frozenset({"clarify", "fallback", "error"})
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
BLANKS = re.compile(r"[\s\u00a0\u202f\u200e\u200f]+")
WAY_TO_REACH = re.compile(
    r"https?://|www\.|\b[\w.-]+@[\w-]+\.\w+|\b[\w-]+\.(de|int|org|eu)\b|\+?\d[\d /-]{6,}"
)  # fmt: skip
Pattern = re.Pattern[str]


@dataclass(frozen=True)
class Need(Turn):
    """One message: of each group in `helps` at least one pattern has to be in the reply.

    `may` are kinds of reply that help although they usually do not; neither `harmful_kinds` nor `harmful` may occur.
    """

    kind: str
    helps: tuple[tuple[Pattern, ...], ...]
    harmful_kinds: frozenset[str]
    harmful: tuple[Pattern, ...]
    may: frozenset[str]


@dataclass(frozen=True)
class NeedCase:
    """A single question or a dialogue; all its messages come from one visitor."""

    id: str
    file: str
    needs: tuple[Need, ...]

    @property
    def is_dialogue(self) -> bool:
        return len(self.needs) > 1


def needs_files() -> list[Path]:
    """The files of what visitors need."""
    return sorted(path for path in NEEDS.glob("*.jsonl") if path != OPEN_QUESTIONS)


def read_needs(paths: Iterable[Path]) -> Iterator[NeedCase]:
    """The cases of such files; raises ValueError with file and line if one cannot be read."""
    return read_lines(_case, paths)


def judged(need: Need, response: Response, press: Callable[[str], Response]) -> Outcome:
    """The outcome of one message; `press` replies to a button as for a new visitor."""
    if response.kind == "error":
        return "error"
    if harm(need, response):
        return "harmful"
    if helps(need, response):
        return "helped"
    if any(helps(need, press(button)) for button in response.buttons[:MOST_BUTTONS]):
        return "offered"
    return "pointed" if response.kind == "fallback" and WAY_TO_REACH.search(_said(response)) else "missed"


def harm(need: Need, response: Response) -> str | None:
    """What harms in a reply: its kind, or a pattern that it holds."""
    if response.kind in need.harmful_kinds:
        return response.kind
    text = _flat(_said(response))
    return next((pattern.pattern for pattern in need.harmful if pattern.search(text)), None)


def helps(need: Need, response: Response) -> bool:
    """Whether a reply says what helps."""
    if response.kind in NO_HELP - need.may:
        return False
    text = _flat(_said(response))
    return all(any(pattern.search(text) for pattern in group) for group in need.helps)


def declined(response: Response) -> bool:
    """Whether a reply is that to somebody who wants to break the law."""
    return any(knowledge().phrase("illegal", language) in response.text for language in LANGUAGES)


def _said(response: Response) -> str:
    """All that a visitor reads, on cards too, but not on buttons."""
    return "\n".join([response.text, *response.contacts])


def _flat(text: str) -> str:
    return BLANKS.sub(" ", text.translate(DIGITS))


def _case(data: dict[str, Any], file: str) -> NeedCase:
    return NeedCase(data["id"], file, tuple(_need({**data, **turn}) for turn in data.get("turns", [data])))


def _need(data: dict[str, Any]) -> Need:
    language: Language = data["lang"]
    never = data["never"]
    kinds = frozenset(ANSWER_KINDS)
    return Need(
        text=data["text"],
        language=language,
        facts=None,
        kind=data["kind"],
        helps=tuple(_patterns(group) for group in data["helps"]),
        harmful_kinds=kinds.intersection(never),
        harmful=_patterns(item for item in never if item not in kinds),
        may=frozenset(data["may"]),
    )


def _patterns(written: Iterable[str]) -> tuple[Pattern, ...]:
    """The patterns, whose case does not matter; raises ValueError if one is not a regular expression."""
    try:
        return tuple(re.compile(pattern, re.I) for pattern in written)
    except re.error as error:
        raise ValueError(f"{error.pattern!r} is not a pattern: {error}") from None
