"""Which entries the last answer makes likely for a short message: "und wie viele?", "who pays?", "and FAP?"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.core.understanding import ENTRIES, kind_of
from assistant.knowledge import Entry, KnowledgeBase
from assistant.nlu.ranking.kind_model import Floats

FOLLOW_UP = "follow_up/"
# From this probability up, a message surely asks for an aspect.
SURE_ASPECT = 0.7
# What is read of the message before; what it asks stands at its end.
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class ContextWeights:
    """What is added to an entry's score, in the head's units; measured in docs/decisions/0010-context.md."""

    # The entry is the last answer itself.
    same: float = 0.1
    # It has the same main subject.
    subject: float = 0.18
    # It shares some other subject.
    touched: float = 0.16
    # The last answer lists it as related.
    related: float = 0.17
    # It belongs to the same area of knowledge/doors.yml.
    area: float = 0.15
    # It covers the aspect the message asks for ("how many").
    aspect: float = 0.3
    # The message names its main subject.
    named: float = 0.3
    # It covers the same aspect of a named subject as the last answer did of its own.
    alike: float = 0.25


class Context:
    """What the conversation adds to the head's scores."""

    def __init__(
        self, knowledge: KnowledgeBase, classes: Sequence[str], weights: ContextWeights = ContextWeights()
    ) -> None:
        self._entries: Sequence[Entry | None] = [
            knowledge.find(name) if kind_of(name) in ENTRIES else None for name in classes
        ]
        self._areas = {entry.id: knowledge.area_of(entry.id) for entry in knowledge.entries.values()}
        self._weights = weights

    def boosts(self, last: Entry, asked: Mapping[str, float], named: Sequence[str], again: bool = True) -> Floats:
        """For each class, what the last entry adds to its score.

        `asked` holds the probability of each aspect the message may ask for, `named` the subjects it
        names itself. `again` says whether it may ask for the last entry once more: a new message
        may, the second half of the same message hardly ever does.
        """
        others = [subject for subject in named if subject not in last.subjects[:1]]
        boosts = [0.0 if entry is None else self._boost(entry, last, asked, others) for entry in self._entries]
        if not again:
            boosts = [0.0 if entry and entry.id == last.id else value for entry, value in zip(self._entries, boosts)]
        return np.array(boosts, dtype=np.float32)

    def _boost(self, entry: Entry, last: Entry, asked: Mapping[str, float], named: Sequence[str]) -> float:
        weights = self._weights
        if named:
            alike = entry.aspects[:1] == last.aspects[:1]
            boost = (weights.named + weights.alike * alike) * bool(set(named) & set(entry.subjects[:1]))
        elif entry.id == last.id:
            boost = weights.same
        else:
            boost = max(
                weights.subject * bool(set(entry.subjects[:1]) & set(last.subjects[:1])),
                weights.touched * bool(set(entry.subjects) & set(last.subjects)),
                weights.related * (entry.id in last.related),
                weights.area * (self._areas[entry.id] is not None and self._areas[entry.id] == self._areas[last.id]),
            )
        return boost + weights.aspect * self._covered(entry, asked) if boost else 0.0

    def _covered(self, entry: Entry, asked: Mapping[str, float]) -> float:
        """How likely an entry covers what is asked; its first aspect counts fully, the others half."""
        return max((asked.get(aspect, 0.0) / (1 if i == 0 else 2) for i, aspect in enumerate(entry.aspects)), default=0)


def covers(last: Entry, asked: Mapping[str, float]) -> bool:
    """Whether the last answer may be what is asked for again: not if the message surely asks for an aspect it lacks."""
    return all(aspect in last.aspects for aspect, probability in asked.items() if probability >= SURE_ASPECT)


def joined(previous: str, text: str) -> str:
    """A message below the one before it, as one text: "Was kostet das?" then says what it is about."""
    return f"{previous[-MOST_CHARACTERS:]} {text}".strip()


def by_ordinal(knowledge: KnowledgeBase, history: Sequence[str], ordinal: int) -> tuple[str, ...]:
    """The subject that "the first" or "the second" refers to, in the latest answer with that many subjects."""
    for entry_id in reversed(history):
        entry = knowledge.find(entry_id)
        if entry and len(entry.subjects) >= max(2, ordinal):
            return (entry.subjects[ordinal - 1],)
    return ()


def aspects_asked(probabilities: Mapping[str, float]) -> dict[str, float]:
    """The probability of each aspect, from those of the classes `follow_up/<aspect>`."""
    return {name.removeprefix(FOLLOW_UP): p for name, p in probabilities.items() if name.startswith(FOLLOW_UP)}
