"""Fair queueing: whoever asks for much waits behind their own requests and holds up nobody else."""

from __future__ import annotations

import asyncio
import hashlib
import math
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from assistant.front.core.errors import RefusedError

# Where nothing is known of an address: chats resumed after a restart, or accepted by another front.
RESUMED = "resumed"
MAX_LANES = 20_000
# When to come back, for whoever has waited too long for a turn.
RETRY_SECONDS = 5.0
# Names of lanes are good for one run of the process, and say nothing about the address.
_KEY = secrets.token_bytes(16)


def lane_of(address: str) -> str:
    """The lane of everybody at an address."""
    return hashlib.blake2b(address.encode("utf-8", "replace"), key=_KEY, digest_size=8).hexdigest()


class FairSlots:
    """A number of slots; a free one goes to each waiting lane in turn, and within a lane to whoever came first."""

    def __init__(self, slots: int, longest_wait_seconds: float = math.inf) -> None:
        self._free, self._longest_wait_seconds = slots, longest_wait_seconds
        # In the order in which they will be served.
        self._lanes: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def held(self, lane: str) -> AsyncIterator[None]:
        """Holds a slot, after waiting for one in a lane; raises RefusedError if that takes too long."""
        try:
            with anyio.fail_after(self._longest_wait_seconds):
                await self._take(lane)
        except TimeoutError:
            raise RefusedError("unavailable", retry_after=RETRY_SECONDS) from None
        try:
            yield
        finally:
            self._release()

    async def _take(self, lane: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(lane, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # The slot came just as the wait was given up.
                self._release()
            raise

    def _release(self) -> None:
        """Passes a slot on to the next lane, which then goes to the end; keeps it if nobody is waiting."""
        while self._lanes:
            lane = next(iter(self._lanes))
            waiting = self._lanes.pop(lane)
            turn = _next(waiting)
            if waiting:
                self._lanes[lane] = waiting
            if turn:
                turn.set_result(None)
                return
        self._free += 1


def _next(waiting: deque[asyncio.Future[None]]) -> asyncio.Future[None] | None:
    """Takes the first that is still waiting out of the queue; None if all have given up."""
    while waiting:
        if not (turn := waiting.popleft()).done():
            return turn
    return None


class Lanes:
    """The lane of each chat that has just written, in memory only."""

    def __init__(self) -> None:
        self._lanes: dict[str, str] = {}

    def remember(self, chat: str, lane: str) -> None:
        """Notes the lane of a chat; beyond some thousands, the oldest are forgotten."""
        self._lanes.pop(chat, None)
        self._lanes[chat] = lane
        if len(self._lanes) > MAX_LANES:
            del self._lanes[next(iter(self._lanes))]

    def take(self, chat: str, default: str = RESUMED) -> str:
        """Forgets the lane of a chat and returns it."""
        return self._lanes.pop(chat, default)
