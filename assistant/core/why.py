"""Why a message was answered as it was: for staff only, beside the answer in Rasa's reply.

It holds no words of the visitor. The front takes it off before anything leaves (`assistant.front.rasa.client`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict, cast, get_args

# As in `assistant.core.understanding`, whose text is part of a model's fingerprint.
Decided = Literal["answer", "clarify", "unsure"]
DECISIONS: tuple[Decided, ...] = get_args(Decided)
MOST_NEAREST = 3
KEY = "why"


class WhyPart(TypedDict):
    """What was decided about one question of a message, by which measure, and what it is nearest to.

    `gap` names what it asks for that no entry covers. `nearest` holds entries with their probabilities, best first.
    """

    decision: Decided
    reason: str
    gap: str
    nearest: list[tuple[str, float]]


class Why(TypedDict):
    """The reasons for a reply, and the versions of the model and the knowledge that gave it."""

    parts: list[WhyPart]
    model: str
    knowledge: str


def why_in(custom: object) -> Why | None:
    """The reasons in a message's custom content; None if there are none, or if they have another form."""
    found = custom.get(KEY) if isinstance(custom, Mapping) else None
    try:
        return why_from(found)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def why_from(found: object) -> Why | None:
    """The reasons as read from JSON; None for None. Raises an error of Python's if they have another form."""
    if found is None:
        return None
    given = cast(Mapping[str, list[Mapping[str, object]]], found)
    parts = [_part(part) for part in given["parts"]]
    return {"parts": parts, "model": str(given["model"]), "knowledge": str(given["knowledge"])}


def _part(given: Mapping[str, object]) -> WhyPart:
    decision = given["decision"]
    if decision not in DECISIONS:
        raise ValueError("no decision of the gate")
    nearest = cast(list[tuple[str, float]], given["nearest"])
    return {
        "decision": decision,
        "reason": str(given["reason"]),
        "gap": str(given["gap"]),
        "nearest": [(str(entry), float(probability)) for entry, probability in nearest[:MOST_NEAREST]],
    }
