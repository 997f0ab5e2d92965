"""Conversations in memory, each bounded, so that a long one stays as fast as a short one."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

TURNS = 10
CONVERSATIONS = 5000


class RecentTrackerStore(InMemoryTrackerStore):
    """Keeps the last turns of the most recent conversations, with the slots as they stand.

    Rasa's own store replays a whole conversation for every message and forgets none: its cost
    grows with every turn, its memory with every visitor.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        turns: int = TURNS,
        conversations: int = CONVERSATIONS,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[str, str] = OrderedDict()
        self._turns, self._conversations = turns, conversations

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the conversation's last turns; lets the conversation go that was silent longest."""
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = self.serialise_tracker(recent(tracker, self._turns))
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self._conversations:
            self.store.popitem(last=False)


def recent(tracker: DialogueStateTracker, turns: int) -> DialogueStateTracker:
    """The tracker cut to its last turns; the same one where it has no more than that."""
    events = list(tracker.events)
    starts = [number for number, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(starts) <= turns:
        return tracker
    slots = [SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.has_been_set]
    opening: list[Event] = [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        *slots,
        ActionExecuted("action_listen"),
    ]
    for event in opening:
        event.timestamp = events[starts[-turns]].timestamp
    kept = opening + events[starts[-turns] :]
    return DialogueStateTracker.from_events(
        tracker.sender_id, kept, tracker.slots.values(), sender_source=tracker.sender_source
    )
