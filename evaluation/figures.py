"""Turns outcomes into figures: shares, with bootstrap intervals, of any group of messages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.cases import Case, Turn
from evaluation.judge import GOOD, Outcome, Response

RESAMPLES = 2000


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
        if not self.case.is_dialogue:
            return self.case.kind
        return "first turn" if self.number == 0 else "later turn"

    @property
    def good(self) -> bool:
        return self.outcome in GOOD


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


def grouped(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    """The messages grouped by a key, in the order in which the keys first occur."""
    groups: dict[str, list[Judged]] = defaultdict(list)
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
