"""Question files: one case per line, a single question or a dialogue, with the facts an answer must contain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from assistant.core.languages import Language
from assistant.core.paths import ROOT

CASES = ROOT / "evaluation" / "cases"
SHARED = ROOT.parent / "shared" / "evaluation"
One = TypeVar("One")


@dataclass(frozen=True)
class Turn:
    """One message; `facts` are ids from `facts.json`, or None if no fact may be stated."""

    text: str
    language: Language
    facts: tuple[str, ...] | None


@dataclass(frozen=True)
class Case:
    """A single question or a dialogue; all its turns come from one visitor."""

    id: str
    file: str
    kind: str
    turns: tuple[Turn, ...]

    @property
    def needs_all(self) -> bool:
        return self.kind == "multi"

    @property
    def is_dialogue(self) -> bool:
        return len(self.turns) > 1


def read(paths: Iterable[Path]) -> Iterator[Case]:
    """The cases of question files; raises ValueError with file and line if one cannot be read."""
    return read_lines(_case, paths)


def read_lines(made: Callable[[dict[str, Any], str], One], paths: Iterable[Path]) -> Iterator[One]:
    """What `made` makes of each line and its file's name; raises ValueError with file and line if it cannot."""
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                yield made(json.loads(line), path.stem)
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number} is not a case: {error!r}") from None


def _case(data: dict[str, Any], file: str) -> Case:
    language: Language = data["lang"]
    turns = tuple(_turn(turn, language) for turn in data.get("turns", [data]))
    return Case(data["id"], file, data.get("kind", "dialogue"), turns)


def _turn(data: dict[str, Any], language: Language) -> Turn:
    facts = data.get("facts")
    return Turn(data["text"], data.get("lang", language), tuple(facts) if facts else None)


def own_files() -> list[Path]:
    """The project's own question files."""
    return sorted(CASES.glob("*.jsonl"))


def shared_files() -> list[Path]:
    """The question files next to the project, if there are any."""
    return sorted(path for path in SHARED.glob("*.jsonl") if "attack" not in path.name)
