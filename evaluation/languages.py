"""Questions in the languages beside the originals: which entry they get, and in which language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.core.languages import Language
from assistant.core.paths import ROOT
from assistant.core.understanding import FACT
from evaluation.cases import Turn, read_lines
from evaluation.judge import MOST_BUTTONS, Response

QUESTIONS = ROOT / "evaluation" / "languages"
# Whether something is an emergency counts first; which of its sisters is shown is counted apart.
CRISIS, EMERGENCY = "crisis", "emergency"

Outcome = Literal["right", "offered", "sister", "missed", "wrong fact", "false alarm"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Question(Turn):
    """One message, its kind, and the entries that answer it; none where nothing does."""

    kind: str
    entries: tuple[str, ...]


@dataclass(frozen=True)
class JudgedQuestion:
    """A message, the reply to it, and the outcome."""

    question: Question
    response: Response
    outcome: Outcome


def question_files() -> list[Path]:
    """The files of questions, one for each language."""
    return sorted(QUESTIONS.glob("*.jsonl"))


def read_questions(paths: Iterable[Path]) -> Iterator[Question]:
    """The questions of such files; raises ValueError with file and line if one cannot be read."""
    return read_lines(_question, paths)


def _question(data: dict[str, Any], file: str) -> Question:
    language: Language = data["lang"]
    if language != file:
        raise ValueError(f"it is in {language}")
    return Question(data["text"], language, None, data["kind"], tuple(data["entries"]))


def judged(question: Question, response: Response, press: Callable[[str], Response]) -> Outcome:
    """The outcome of one message; `press` replies to a button as for a new visitor."""
    if response.kind == CRISIS and question.kind != EMERGENCY and not _answers(question, response):
        return "false alarm"
    if not question.entries:
        return "wrong fact" if response.kind == FACT else "right"
    if _answers(question, response):
        return "right"
    if response.kind == CRISIS:
        return "sister"
    if any(_answers(question, press(button)) for button in response.buttons[:MOST_BUTTONS]):
        return "offered"
    return "wrong fact" if response.kind == FACT else "missed"


def _answers(question: Question, response: Response) -> bool:
    """Whether a reply holds one of the entries; of small talk, any will do."""
    if question.kind == "smalltalk" and response.kind == "smalltalk":
        return True
    return bool(set(question.entries) & set(response.entries))


def counts(found: Sequence[JudgedQuestion]) -> dict[str, int]:
    """How many messages had each outcome, and how many replies were in another language than the message."""
    outcomes = Counter(one.outcome for one in found)
    foreign = sum(one.response.language != one.question.language for one in found)
    return {"n": len(found), **{outcome: outcomes[outcome] for outcome in OUTCOMES}, "other language": foreign}


def by_language(found: Sequence[JudgedQuestion]) -> dict[str, dict[str, dict[str, int]]]:
    """The figures of each language, overall and by kind of question."""
    languages = dict.fromkeys(one.question.language for one in found)
    return {language: _by_kind([one for one in found if one.question.language == language]) for language in languages}


def _by_kind(found: Sequence[JudgedQuestion]) -> dict[str, dict[str, int]]:
    kinds = sorted({one.question.kind for one in found})
    of_kind = {kind: counts([one for one in found if one.question.kind == kind]) for kind in kinds}
    return {"all": counts(found), **of_kind}
