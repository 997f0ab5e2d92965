"""One conversation that two processes went on with: what either of them added."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.engine.once import ID, is_apology

Events = list[dict[str, Any]]


def merged(theirs: str, ours: str, known: float) -> str:
    """The other process's conversation with our own turns that it lacks behind it; both as Rasa serialises them.

    A message that both were asked, known by its id, stays as the other one answered it, unless that was an apology.
    `known` is when the conversation was written that ours goes on from, in seconds since 1970, 0 for none.
    """
    there, here = json.loads(theirs), json.loads(ours)
    for turn in _turns(_new(there["events"], here["events"], known)):
        same = [other for other in _turns(there["events"]) if _id(turn[0]) and _id(other[0]) == _id(turn[0])]
        if any(_is_answered(other) for other in same):
            continue
        for event in (event for other in same for event in other):
            there["events"].remove(event)
        there["events"] += turn
    return json.dumps(there)


def _new(there: Sequence[dict[str, Any]], events: Events, known: float) -> Events:
    """What follows the last event that both have.

    Where all those were cut off meanwhile, what is later than they were written.
    """
    names = {_name(event) for event in there}
    shared = [number for number, event in enumerate(events) if _name(event) in names]
    if shared:
        return events[shared[-1] + 1 :]
    return [event for event in events if event["timestamp"] > known]


def _turns(events: Events) -> Iterator[Events]:
    starts = [number for number, event in enumerate(events) if event["event"] == "user"]
    for start, end in zip(starts, [*starts[1:], len(events)]):
        yield events[start:end]


def _is_answered(turn: Events) -> bool:
    """Whether a message got an answer, and not an apology."""
    told = [(event.get("data") or {}).get("custom") for event in turn if event["event"] == "bot"]
    return bool(told) and not any(is_apology(custom) for custom in told)


def _name(event: dict[str, Any]) -> tuple[Any, ...]:
    """What tells an event from all others: no process makes two of a kind in one microsecond."""
    return event["event"], event["timestamp"], event.get("text")


def _id(event: dict[str, Any]) -> str | None:
    """The id that the front gave a message; None for all other events."""
    id_: str | None = (event.get("metadata") or {}).get(ID) if event["event"] == "user" else None
    return id_
