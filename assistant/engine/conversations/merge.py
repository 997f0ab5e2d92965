"""Merges two versions of a conversation that two processes have both continued."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from assistant.engine.conversations.idempotency import ID_KEY, is_apology

# An event of Rasa's, as its trackers are serialised.
SerialisedEvent = dict[str, Any]
Events = list[SerialisedEvent]


def merged(stored: str, own: str, base_version: float) -> str:
    """The stored conversation followed by the turns that only our own version has; both as Rasa serialises them.

    A message that both processes answered, known by its id, keeps the stored answer, unless that was an apology.
    `base_version` is when the version that both are based on was written, in seconds since 1970; 0 if there is none.
    """
    result, ours = json.loads(stored), json.loads(own)
    for turn in _turns(_added(result["events"], ours["events"], base_version)):
        same = [other for other in _turns(result["events"]) if _id(turn[0]) and _id(other[0]) == _id(turn[0])]
        if any(_is_answered(other) for other in same):
            continue
        for event in (event for other in same for event in other):
            result["events"].remove(event)
        result["events"] += turn
    return json.dumps(result)


def _added(stored: Events, own: Events, base_version: float) -> Events:
    """Our own events after the last one that both versions have.

    If the stored version has dropped all of those because of its limit on turns: our events since the base version.
    """
    identities = {_identity(event) for event in stored}
    shared = [index for index, event in enumerate(own) if _identity(event) in identities]
    if shared:
        return own[shared[-1] + 1 :]
    return [event for event in own if event["timestamp"] > base_version]


def _turns(events: Events) -> Iterator[Events]:
    """The events from each message of the visitor up to the next."""
    starts = [index for index, event in enumerate(events) if event["event"] == "user"]
    for start, end in zip(starts, [*starts[1:], len(events)]):
        yield events[start:end]


def _is_answered(turn: Events) -> bool:
    """Whether a message got an answer that is not an apology."""
    replies = [(event.get("data") or {}).get("custom") for event in turn if event["event"] == "bot"]
    return bool(replies) and not any(is_apology(custom) for custom in replies)


def _identity(event: SerialisedEvent) -> tuple[Any, ...]:
    """What tells an event from all others: no process makes two of one type in the same microsecond."""
    return event["event"], event["timestamp"], event.get("text")


def _id(event: SerialisedEvent) -> str | None:
    """The id that the front gave a message; None for any other event."""
    id_: str | None = (event.get("metadata") or {}).get(ID_KEY) if event["event"] == "user" else None
    return id_
