"""What one connection may hold and how long it may take, whatever is spoken over it."""

from __future__ import annotations

import asyncio

from assistant.front.core.budgets import MANY, Budgets
from assistant.front.core.limits import network_of
from assistant.front.core.refusal_log import refusals

# How long a client may leave what we send to it unread.
WRITE_TIMEOUT_SECONDS = 30.0


class Connection:
    """One connection in the budgets, over whichever protocol; `release` gives back all that it holds."""

    def __init__(self, budgets: Budgets, transport: asyncio.Transport, trusted: bool) -> None:
        peer = transport.get_extra_info("peername")
        # A trusted proxy connects for everybody; whom it connects for is counted by request.
        self._key = MANY if trusted else network_of(str(peer[0]) if peer else "")
        self._budgets, self._transport = budgets, transport
        self._bytes = 0
        self._deadlines: dict[str, asyncio.TimerHandle] = {}
        self.admitted = budgets.connections.take(self._key)
        if not self.admitted:
            refusals.note(
                "Refused a connection: %s. A proxy that connects for many has to be named in "
                "ASSISTANT_TRUSTED_PROXIES; ASSISTANT_MAX_CONNECTIONS sets the limit.",
                self._what_is_full(),
            )

    def _what_is_full(self) -> str:
        connections = self._budgets.connections
        if len(connections) >= connections.total:
            return f"all {connections.total} are in use"
        return f"one address has {connections.each}, the most that it may have"

    def hold(self, amount: int) -> bool:
        """Sets how many bytes are unread now; returns whether there is room for them."""
        held, self._bytes = self._bytes, 0
        self._budgets.body_bytes.give_back(self._key, held)
        if not self._budgets.body_bytes.take(self._key, amount):
            refusals.note("Ended a connection: too many bytes of requests are unread in memory.")
            return False
        self._bytes = amount
        return True

    def deadline(self, name: str, seconds: float, reason: str) -> None:
        """Ends the connection if that time passes first; a deadline of the same name is replaced."""
        self.met(name)
        loop = asyncio.get_running_loop()
        self._deadlines[name] = loop.call_later(seconds, self._end, reason)

    def met(self, name: str) -> None:
        """Drops a deadline."""
        if timer := self._deadlines.pop(name, None):
            timer.cancel()

    def waits_for_reader(self) -> None:
        """Gives the client some time to take what is waiting to be sent."""
        self.deadline("write", WRITE_TIMEOUT_SECONDS, "the client does not read what is sent")

    def _end(self, reason: str) -> None:
        refusals.note("Ended a connection: %s.", reason)
        self._transport.abort()

    def release(self) -> None:
        """Gives back everything; the connection is over."""
        for name in tuple(self._deadlines):
            self.met(name)
        self.hold(0)
        if self.admitted:
            self.admitted = False
            self._budgets.connections.give_back(self._key)
