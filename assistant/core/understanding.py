"""What the pipeline made of a message: written by `assistant.nlu`, read by `assistant.dialogue`.

It travels through Rasa as plain data, under KEY in the message's parse data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.core.languages import NO_EVIDENCE, Evidence

KEY = "understanding"
# Nearly every question is about these subjects, so naming them singles nothing out.
EVERYWHERE = frozenset({"iom", "iom_germany"})

FACT, REFERRAL = "fact", "referral"
# Kinds of entries that answer questions.
ENTRIES = (FACT, REFERRAL)
# Topics of facts are called ask_<topic>; together they are one kind of message.
FACTS = "ask_"


def kind_of(label: str) -> str:
    """The kind of message an id belongs to: `fact` for every topic of facts, otherwise the topic."""
    topic = label.partition("/")[0]
    return FACT if topic.startswith(FACTS) else topic


# What a request for a language is called, before the language's code.
LANGUAGE_REQUEST = "control/language/"

Trouble = Literal["empty", "unreadable", "too_long"]
Decision = Literal["answer", "clarify", "unsure"]


@dataclass(frozen=True)
class Candidate:
    """An entry or another class, with the probability that the text asks for it."""

    id: str
    confidence: float

    @property
    def topic(self) -> str:
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        return self.id.partition("/")[2]

    @property
    def kind(self) -> str:
        """The kind of message that `kind_of` gives."""
        return kind_of(self.id)


@dataclass(frozen=True)
class MessagePart:
    """One question of a message, or the whole message, and what the gate decided about it.

    `kinds` holds the probability of each kind of message. `chosen` holds ids, best first: one to answer
    with, two or three to ask about, or the nearest ones if the gate is unsure. `gap` names what the
    question asks for that no entry covers: "money", "other_place", "far" and so on.
    """

    text: str
    ranking: tuple[Candidate, ...] = ()
    kinds: Mapping[str, float] = field(default_factory=dict)
    in_context: tuple[Candidate, ...] = ()
    kinds_in_context: Mapping[str, float] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    ordinal: int | None = None
    decision: Decision = "unsure"
    chosen: tuple[str, ...] = ()
    gap: str = ""
    reason: str = ""

    @property
    def best(self) -> Candidate | None:
        return self.ranking[0] if self.ranking else None

    @property
    def likeliest_kind(self) -> str:
        return max(self.kinds, key=lambda kind: self.kinds[kind], default="")

    def best_of(self, kind: str) -> Candidate | None:
        """The most probable candidate of a kind of message."""
        return next((c for c in self.ranking if c.kind == kind), None)

    def as_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "ranking": [[c.id, c.confidence] for c in self.ranking],
            "kinds": dict(self.kinds),
            "in_context": [[c.id, c.confidence] for c in self.in_context],
            "kinds_in_context": dict(self.kinds_in_context),
            "subjects": list(self.subjects),
            "places": list(self.places),
            "years": list(self.years),
            "ordinal": self.ordinal,
            "decision": self.decision,
            "chosen": list(self.chosen),
            "gap": self.gap,
            "reason": self.reason,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MessagePart:
        return cls(
            text=data["text"],
            ranking=tuple(Candidate(*pair) for pair in data["ranking"]),
            kinds=data["kinds"],
            in_context=tuple(Candidate(*pair) for pair in data["in_context"]),
            kinds_in_context=data["kinds_in_context"],
            subjects=tuple(data["subjects"]),
            places=tuple(data["places"]),
            years=tuple(data["years"]),
            ordinal=data["ordinal"],
            decision=data["decision"],
            chosen=tuple(data["chosen"]),
            gap=data["gap"],
            reason=data["reason"],
        )


@dataclass(frozen=True)
class Understanding:
    """A message in parts, with the evidence for its language and anything wrong with it as input."""

    evidence: Evidence = NO_EVIDENCE
    parts: tuple[MessagePart, ...] = ()
    trouble: Trouble | None = None
    choice: int | None = None
    urgent: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "evidence": self.evidence.as_dict(),
            "parts": [part.as_dict() for part in self.parts],
            "trouble": self.trouble,
            "choice": self.choice,
            "urgent": self.urgent,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Understanding:
        return cls(
            evidence=Evidence.from_dict(data["evidence"]),
            parts=tuple(MessagePart.from_dict(part) for part in data["parts"]),
            trouble=data["trouble"],
            choice=data["choice"],
            urgent=data["urgent"],
        )
