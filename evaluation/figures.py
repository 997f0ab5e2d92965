"""Turns outcomes into figures: shares, with bootstrap intervals, of any group of messages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from evaluation.cases import Case, Turn
from evaluation.judge import GOOD, Outcome, Response
from evaluation.languages import JudgedQuestion
from evaluation.needs import OUTCOMES, Need, NeedCase, declined
from evaluation.needs import Outcome as OutcomeOfNeed

RESAMPLES = 2000
One = TypeVar("One")


@dataclass(frozen=True)
class Judged:
    """One message of a case, the reply to it, and the outcome."""

    case: Case
    number: int
    turn: Turn
    response: Response
    outcome: Outcome

    @property
    def group(self) -> str:
        """The kind of question; turns of dialogues are kinds of their own."""
        return turn_name(self.number) if self.case.is_dialogue else self.case.kind

    @property
    def good(self) -> bool:
        return self.outcome in GOOD


@dataclass(frozen=True)
class JudgedNeed:
    """One message of somebody who needs something, the reply to it, and the outcome."""

    case: NeedCase
    number: int
    need: Need
    response: Response
    outcome: OutcomeOfNeed

    @property
    def group(self) -> str:
        """The kind of need; turns of dialogues are kinds of their own."""
        return turn_name(self.number) if self.case.is_dialogue else self.need.kind


@dataclass(frozen=True)
class Measured:
    """All that was measured: each system's judged messages, the assistant first, and the assistant's alone.

    `open_questions` are those that only show what kind of reply they get.
    """

    systems: dict[str, list[Judged]]
    needs: list[JudgedNeed]
    open_questions: list[Judged]
    languages: list[JudgedQuestion]


def turn_name(number: int) -> str:
    """The group of a dialogue's turn."""
    return "first turn" if number == 0 else "later turn"


@dataclass(frozen=True)
class Share:
    """A share of n messages, with the bounds of its 95 % bootstrap interval."""

    n: int
    value: float
    low: float
    high: float


def share(flags: Sequence[bool], seed: int = 0) -> Share:
    """The share of True with its bootstrap interval; deterministic."""
    if not flags:
        return Share(0, 0.0, 0.0, 0.0)
    found = np.asarray(flags, dtype=float)
    resampled = np.random.default_rng(seed).choice(found, (RESAMPLES, len(found))).mean(axis=1)
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Share(len(found), float(found.mean()), float(low), float(high))


def grouped(judged: Iterable[One], key: Callable[[One], str]) -> dict[str, list[One]]:
    """The messages grouped by a key, in the order in which the keys first occur."""
    groups: dict[str, list[One]] = defaultdict(list)
    for one in judged:
        groups[key(one)].append(one)
    return dict(groups)


def summary(judged: Sequence[Judged]) -> dict[str, float | int]:
    """The figures of some messages: their number, and the shares of good ones and of each outcome."""
    counts = Counter(one.outcome for one in judged)
    n = len(judged)
    shares: dict[str, float | int] = {"n": n, "good": round(sum(one.good for one in judged) / n, 4)}
    shares.update({outcome: round(count / n, 4) for outcome, count in sorted(counts.items())})
    return shares


def by_file(judged: Sequence[Judged]) -> dict[str, dict[str, dict[str, float | int]]]:
    """The figures of each file, overall and by kind of question."""
    return {
        file: {
            "all": summary(found),
            **{kind: summary(group) for kind, group in sorted(grouped(found, lambda j: j.group).items())},
        }
        for file, found in grouped(judged, lambda j: j.case.file).items()
    }


def needs_by_file(judged: Sequence[JudgedNeed]) -> dict[str, dict[str, dict[str, int]]]:
    """How many messages of each file had each outcome, overall and by kind of need."""
    return {
        file: {
            "all": counts(found),
            **{kind: counts(group) for kind, group in sorted(grouped(found, lambda j: j.group).items())},
        }
        for file, found in grouped(judged, lambda j: j.case.file).items()
    }


def counts(judged: Sequence[JudgedNeed]) -> dict[str, int]:
    """How many messages had each outcome, and how many replies were in another language than the message."""
    found = Counter(one.outcome for one in judged)
    foreign = sum(one.response.language != one.need.language for one in judged)
    return {"n": len(judged), **{outcome: found[outcome] for outcome in OUTCOMES}, "other language": foreign}


def shown(judged: Sequence[Judged]) -> dict[str, int]:
    """How many questions got a fact, how many were taken for an emergency, and how many for a wish to break the law."""
    kinds = Counter(one.response.kind for one in judged)
    illegal = sum(declined(one.response) for one in judged)
    return {"n": len(judged), "fact": kinds["fact"], "crisis": kinds["crisis"], "illegal": illegal}
