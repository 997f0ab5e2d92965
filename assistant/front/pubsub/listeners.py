"""Wakes the listeners of a chat when something happens in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.front.core.budgets import MANY, Budgets
from assistant.front.core.errors import RefusedError
from assistant.front.core.settings import Caps

MAX_PER_CHAT = 8
RETRY_AFTER_SECONDS = 5.0


class Listeners:
    """Listeners by chat; every call must be made on the one event loop."""

    def __init__(self, budgets: Budgets | None = None) -> None:
        self._streams = (budgets or Budgets(Caps())).streams
        self._listeners: dict[str, set[asyncio.Event]] = {}
        # Set if there are other fronts.
        self.tell_others: Callable[[str], None] | None = None

    def check_room(self, chat: str, address: str | None = MANY) -> None:
        """Raises RefusedError if the chat, the address or the whole front has as many listeners as it may have."""
        if len(self._listeners.get(chat, ())) >= MAX_PER_CHAT or not self._streams.take(address):
            raise RefusedError("too_many", retry_after=RETRY_AFTER_SECONDS)
        self._streams.give_back(address)

    @contextmanager
    def listen(
        self, chat: str, address: str | None = MANY, news: asyncio.Event | None = None
    ) -> Iterator[asyncio.Event]:
        """An event that is set whenever something happens in the chat; whoever waits for it clears it.

        Raises RefusedError if the address or the whole front has as many listeners as it may have.
        """
        if not self._streams.take(address):
            raise RefusedError("too_many", retry_after=RETRY_AFTER_SECONDS)
        news = news or asyncio.Event()
        listeners = self._listeners.setdefault(chat, set())
        listeners.add(news)
        try:
            yield news
        finally:
            self._streams.give_back(address)
            listeners.discard(news)
            if not listeners and self._listeners.get(chat) is listeners:
                del self._listeners[chat]

    def listened(self) -> list[str]:
        """The chats that have listeners."""
        return list(self._listeners)

    def publish(self, chat: str) -> None:
        """Wakes a chat's listeners, in this front and in others."""
        self.wake(chat)
        if self.tell_others:
            self.tell_others(chat)

    def wake(self, chat: str) -> None:
        """Wakes a chat's listeners in this front."""
        for news in self._listeners.get(chat, ()):
            news.set()
