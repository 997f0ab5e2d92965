"""The reasons for a reply, for staff: what was decided about each question, and the entries nearest to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assistant.core.understanding import ENTRIES, MessagePart, Understanding
from assistant.core.why import MOST_NEAREST, Why, WhyPart
from assistant.dialogue.present import Message

# Where Rasa writes the id of the model into the metadata of each event.
MODEL = "model_id"


def why_of(understanding: Understanding, model: str, knowledge: str) -> Why:
    """The reasons for the reply to a message, without any words of it."""
    return {"parts": [_part(part) for part in understanding.parts], "model": model, "knowledge": knowledge}


def model_in(events: Iterable[Mapping[str, object]]) -> str:
    """The model that read the latest message of a conversation, as its events tell; empty if they do not."""
    found = ""
    for event in events:
        metadata = event.get("metadata")
        found = str(metadata.get(MODEL) or found) if isinstance(metadata, Mapping) else found
    return found


def with_why(messages: list[Message], why: Why) -> list[Message]:
    """The messages of a reply with its reasons beside its envelope."""
    return [
        {"json_message": {**message["json_message"], "why": why}} if "json_message" in message else message
        for message in messages
    ]


def _part(part: MessagePart) -> WhyPart:
    return {"decision": part.decision, "reason": part.reason, "gap": part.gap, "nearest": _nearest(part)}


def _nearest(part: MessagePart) -> list[tuple[str, float]]:
    """The likeliest entries, by themselves or in the light of the last answer."""
    likely: dict[str, float] = {}
    for candidate in (*part.ranking, *part.in_context):
        if candidate.kind in ENTRIES:
            likely[candidate.id] = max(candidate.confidence, likely.get(candidate.id, 0.0))
    best = sorted(likely.items(), key=lambda pair: -pair[1])[:MOST_NEAREST]
    return [(entry, round(probability, 3)) for entry, probability in best]
