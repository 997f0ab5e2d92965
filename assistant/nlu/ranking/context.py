"""What the last answer makes likely of a short message: "und wie viele?", "who pays?", "and FAP?"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.core.understanding import FACT, kind_of
from assistant.knowledge import Entry, KnowledgeBase
from assistant.nlu.ranking.kind_model import Floats

FOLLOW_UP = "follow_up/"


@dataclass(frozen=True)
class Weights:
    """How much closer an entry comes, in units of the head's scores; measured in docs/decisions/0010-context.md.

    same: it was just said. subject: it is about the same thing. touched: about one of its things.
    related: it names it as related. aspect: it tells what the message asks ("how many").
    named: the message names its subject. alike: it tells of a named subject what the last
    answer told of its own.
    """

    same: float = 0.2
    subject: float = 0.18
    touched: float = 0.16
    related: float = 0.14
    aspect: float = 0.1
    named: float = 0.2
    alike: float = 0.15


class Context:
    """Adds to the head's scores what the conversation makes likely."""

    def __init__(self, knowledge: KnowledgeBase, classes: Sequence[str], weights: Weights = Weights()) -> None:
        self._entries: Sequence[Entry | None] = [
            knowledge.find(name) if kind_of(name) == FACT else None for name in classes
        ]
        self._weights = weights

    def nearness(self, last: Entry, asked: Mapping[str, float], named: Sequence[str], again: bool = True) -> Floats:
        """For each class how much nearer the last entry brings it.

        `asked` holds the probability of each aspect the message may ask for, `named` the subjects
        it names itself; `again` says whether the last entry itself may be asked for once more, as
        it may in a new message and hardly in the second half of the same.
        """
        others = [subject for subject in named if subject not in last.subjects[:1]]
        near = [0.0 if entry is None else self._near(entry, last, asked, others) for entry in self._entries]
        if not again:
            near = [0.0 if entry and entry.id == last.id else value for entry, value in zip(self._entries, near)]
        return np.array(near, dtype=np.float32)

    def _near(self, entry: Entry, last: Entry, asked: Mapping[str, float], named: Sequence[str]) -> float:
        weights = self._weights
        if named:
            alike = entry.aspects[:1] == last.aspects[:1]
            near = (weights.named + weights.alike * alike) * bool(set(named) & set(entry.subjects[:1]))
        elif entry.id == last.id:
            near = weights.same
        else:
            near = max(
                weights.subject * bool(set(entry.subjects[:1]) & set(last.subjects[:1])),
                weights.touched * bool(set(entry.subjects) & set(last.subjects)),
                weights.related * (entry.id in last.related),
            )
        return near + weights.aspect * self._told(entry, asked) if near else 0.0

    def _told(self, entry: Entry, asked: Mapping[str, float]) -> float:
        """How much of what is asked an entry tells: fully by its first aspect, by half by the others."""
        return max((asked.get(aspect, 0.0) / (1 if i == 0 else 2) for i, aspect in enumerate(entry.aspects)), default=0)


def by_ordinal(knowledge: KnowledgeBase, history: Sequence[str], ordinal: int) -> tuple[str, ...]:
    """The subject meant by "the first" or "the second" of the last answer that had several."""
    for entry_id in reversed(history):
        entry = knowledge.find(entry_id)
        if entry and len(entry.subjects) >= max(2, ordinal):
            return (entry.subjects[ordinal - 1],)
    return ()


def aspects_asked(probabilities: Mapping[str, float]) -> dict[str, float]:
    """The probability of each aspect, from those of the classes `follow_up/<aspect>`."""
    return {name.removeprefix(FOLLOW_UP): p for name, p in probabilities.items() if name.startswith(FOLLOW_UP)}
