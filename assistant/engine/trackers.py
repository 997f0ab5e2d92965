"""Conversations in memory, each bounded, so that a long one stays as fast as a short one; on request also on disk."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import time
from collections import OrderedDict
from contextlib import nullcontext, suppress
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.storage import SILENCE_SECONDS, only_in_memory_of
from assistant.engine import conversations
from assistant.engine.conversations import ADDRESS, AwayError, Conversations
from assistant.engine.merge import merged

logger = logging.getLogger(__name__)
TURNS = 10
CONVERSATIONS = 5000


class RecentTrackerStore(InMemoryTrackerStore):
    """Keeps the last turns of the most recent conversations, with the slots as they stand.

    Rasa's own store replays a whole conversation for every message and forgets none: its cost
    grows with every turn, its memory with every visitor.

    With a database, several Rasa processes can stand in for each other. Where it is away, memory goes on alone,
    and what it lacks then is written when it is back, behind what others wrote meanwhile.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        turns: int = TURNS,
        conversations: int = CONVERSATIONS,
        address: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[str, str] = OrderedDict()
        # When memory's conversation was saved; when that in the database was, which it goes on from.
        self._at: dict[str, float] = {}
        self._known: dict[str, float] = {}
        self._unwritten: set[str] = set()
        self._writer: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._turns, self._conversations = turns, conversations
        self._longest = SILENCE_SECONDS if only_in_memory_of() else math.inf
        address = os.environ.get(ADDRESS) if address is None else address
        self._kept = Conversations(address) if address else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the conversation's last turns; lets the conversation go that was silent longest."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        self._remember(sender, self.serialise_tracker(recent(tracker, self._turns)), time.time())
        if self._kept:
            self._unwritten.add(sender)
            try:
                await self._write(self._kept, sender)
            except AwayError:
                pass
            finally:
                # Also where whoever asked has gone meanwhile.
                if sender in self._unwritten and (self._writer is None or self._writer.done()):
                    self._writer = asyncio.create_task(self._write_later(self._kept))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was last saved, by this process or another."""
        if self._kept:
            # What is being written late must not change between what is read and what is known.
            async with self._writing if sender_id in self._unwritten else nullcontext():
                await self._catch_up(self._kept, sender_id)
        return await super().retrieve(sender_id)

    async def forget(self, sender: str) -> None:
        """Deletes a conversation for good; raises AwayError where the database cannot be told now."""
        async with self._writing:
            self._drop(sender)
            if self._kept:
                await self._kept.forget(sender)

    def _drop(self, sender: str) -> None:
        self.store.pop(sender, None)
        self._at.pop(sender, None)
        self._known.pop(sender, None)
        self._unwritten.discard(sender)

    def _remember(self, sender: str, written: str, at: float) -> None:
        self.store[sender], self._at[sender] = written, at
        self.store.move_to_end(sender)
        while len(self.store) > self._conversations or at - self._at[next(iter(self.store))] > self._longest:
            self._drop(next(iter(self.store)))

    async def _catch_up(self, kept: Conversations, sender: str) -> None:
        try:
            found = await kept.read(sender)
        except AwayError:
            return
        unwritten, known = sender in self._unwritten, self._known.get(sender)
        if found is None and (known or not unwritten):
            # Another process was told to forget it.
            self._drop(sender)
        elif found and found[1] != known:
            both = merged(found[0], self.store[sender], known or 0.0) if unwritten else found[0]
            self._remember(sender, both, time.time() if unwritten else found[1])
            self._known[sender] = found[1]

    async def _write(self, kept: Conversations, sender: str) -> None:
        """Writes a conversation, behind what another process wrote since it was read; raises AwayError."""
        at, ours, known = self._at[sender], self.store[sender], self._known.get(sender, 0.0)
        if await kept.write(sender, at, ours, known):
            if sender in self.store:
                self._known[sender] = at
        elif found := await kept.read(sender):
            # What is known stays as it is: a message that is being answered goes on from there, and is merged in turn.
            if not await kept.write(sender, time.time(), merged(found[0], ours, known), found[1]):
                return
        elif self._at.get(sender) == at:
            # Forgotten by all meanwhile.
            self._drop(sender)
        if self._at.get(sender) == at:
            self._unwritten.discard(sender)

    async def _write_later(self, kept: Conversations) -> None:
        """Tries to write what could not be written until all is."""
        while self._unwritten:
            await asyncio.sleep(conversations.BREAK)
            with suppress(AwayError):
                for sender in list(self._unwritten):
                    async with self._writing:
                        if sender in self._unwritten:
                            await self._write(kept, sender)


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
