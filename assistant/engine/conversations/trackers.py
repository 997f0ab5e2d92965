"""An in-memory tracker store that bounds every conversation, and shares them through a database if there is one."""

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
from assistant.engine.conversations import table
from assistant.engine.conversations.merge import merged
from assistant.engine.conversations.table import URL_VARIABLE, Conversations, Row, UnavailableError

logger = logging.getLogger(__name__)
MAX_TURNS = 10
MAX_CONVERSATIONS = 5000


class RecentTrackerStore(InMemoryTrackerStore):
    """Keeps the last turns of the most recent conversations, with their slots as they stand.

    Rasa's own store replays a whole conversation for every message and drops none: its cost
    grows with every turn, its memory with every visitor.

    With a database, several Rasa processes can stand in for each other. While it is unavailable, a process
    carries on from memory; what the database lacks is written later, merged with what other processes wrote meanwhile.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        turns: int = MAX_TURNS,
        conversations: int = MAX_CONVERSATIONS,
        address: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`turns` and `conversations` are the most that are kept; `address` is the URL of the database."""
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[str, str] = OrderedDict()
        # When each conversation in memory was saved, and the version of the database's row that it is based on.
        self._saved_at: dict[str, float] = {}
        self._base_version: dict[str, float] = {}
        # The conversations whose last save is in memory only, and the task that tries to write them.
        self._unwritten: set[str] = set()
        self._writer: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._max_turns, self._max_conversations = turns, conversations
        self._max_silence_seconds = SILENCE_SECONDS if only_in_memory_of() else math.inf
        url = os.environ.get(URL_VARIABLE) if address is None else address
        self._database = Conversations(url) if url else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the conversation's last turns; drops the least recent conversation if there are too many."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        self._remember(sender, Row(self.serialise_tracker(recent(tracker, self._max_turns)), time.time()))
        if self._database:
            self._unwritten.add(sender)
            try:
                await self._write(self._database, sender)
            except UnavailableError:
                pass
            finally:
                # Even if this task is being cancelled because the client has gone.
                if sender in self._unwritten and (self._writer is None or self._writer.done()):
                    self._writer = asyncio.create_task(self._write_later(self._database))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was last saved, by this process or another."""
        if self._database:
            # A late write must not come between reading the row and noting its version.
            async with self._writing if sender_id in self._unwritten else nullcontext():
                await self._refresh(self._database, sender_id)
        return await super().retrieve(sender_id)

    async def forget(self, sender: str) -> None:
        """Deletes a conversation for good; raises UnavailableError if the database cannot be reached now."""
        async with self._writing:
            self._drop(sender)
            if self._database:
                await self._database.forget(sender)

    def _drop(self, sender: str) -> None:
        self.store.pop(sender, None)
        self._saved_at.pop(sender, None)
        self._base_version.pop(sender, None)
        self._unwritten.discard(sender)

    def _remember(self, sender: str, row: Row) -> None:
        self.store[sender], self._saved_at[sender] = row.tracker, row.written_at
        self.store.move_to_end(sender)
        while len(self.store) > self._max_conversations or self._oldest_is_silent(row.written_at):
            self._drop(next(iter(self.store)))

    def _oldest_is_silent(self, now: float) -> bool:
        return now - self._saved_at[next(iter(self.store))] > self._max_silence_seconds

    async def _refresh(self, database: Conversations, sender: str) -> None:
        """Brings memory up to date with what other processes wrote."""
        try:
            row = await database.read(sender)
        except UnavailableError:
            return
        unwritten, base_version = sender in self._unwritten, self._base_version.get(sender, 0.0)
        if row is None and (base_version or not unwritten):
            # Another process was told to delete it.
            self._drop(sender)
        elif row and row.written_at != base_version:
            latest = Row(merged(row.tracker, self.store[sender], base_version), time.time()) if unwritten else row
            self._remember(sender, latest)
            self._base_version[sender] = row.written_at

    async def _write(self, database: Conversations, sender: str) -> None:
        """Writes a conversation, merged with what another process wrote meanwhile; raises UnavailableError."""
        own, base_version = Row(self.store[sender], self._saved_at[sender]), self._base_version.get(sender, 0.0)
        if await database.write(sender, own, base_version):
            if sender in self.store:
                self._base_version[sender] = own.written_at
        elif other := await database.read(sender):
            # The base version stays: a message that is being answered is still based on it, and will be merged in turn.
            both = Row(merged(other.tracker, own.tracker, base_version), time.time())
            if not await database.write(sender, both, other.written_at):
                return
        elif self._saved_at.get(sender) == own.written_at:
            # Deleted by another process meanwhile.
            self._drop(sender)
        if self._saved_at.get(sender) == own.written_at:
            self._unwritten.discard(sender)

    async def _write_later(self, database: Conversations) -> None:
        """Retries until nothing is left unwritten."""
        while self._unwritten:
            await asyncio.sleep(table.RETRY_SECONDS)
            with suppress(UnavailableError):
                for sender in list(self._unwritten):
                    async with self._writing:
                        if sender in self._unwritten:
                            await self._write(database, sender)


def recent(tracker: DialogueStateTracker, turns: int) -> DialogueStateTracker:
    """The tracker cut to its last turns; the tracker itself if it has no more."""
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
