"""One conversation that two processes went on with: what either of them added."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from assistant.engine.once import ID

Events = list[dict[str, Any]]


def merged(theirs: str, ours: str) -> str:
    """The other process's conversation with our own turns that it lacks behind it; both as Rasa serialises them.

    A message that both were asked, known by its id, stays as the other one answered it.
    """
    there, here = json.loads(theirs), json.loads(ours)
    answered = {_id(event) for event in there["events"]} - {None}
    for turn in _turns(_new(there["events"], here["events"])):
        if _id(turn[0]) not in answered:
            there["events"] += turn
    return json.dumps(there)


def _new(known: Sequence[dict[str, Any]], events: Events) -> Events:
    """What follows the last event that is known; a conversation's older events may be cut off on either side."""
    names = {_name(event) for event in known}
    shared = [number for number, event in enumerate(events) if _name(event) in names]
    return events[shared[-1] + 1 :] if shared else events


def _turns(events: Events) -> Iterator[Events]:
    starts = [number for number, event in enumerate(events) if event["event"] == "user"]
    for start, end in zip(starts, [*starts[1:], len(events)]):
        yield events[start:end]


def _name(event: dict[str, Any]) -> tuple[Any, ...]:
    """What tells an event from all others: no process makes two of a kind in one microsecond."""
    return event["event"], event["timestamp"], event.get("text")


def _id(event: dict[str, Any]) -> str | None:
    """The id that the front gave a message; None for all other events."""
    id_: str | None = (event.get("metadata") or {}).get(ID) if event["event"] == "user" else None
    return id_
