"""Tells those who listen to a chat that something happened in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.front.core.errors import RefusedError

MOST_OF_A_CHAT, MOST = 8, 2000
SOON = 5.0


class Listeners:
    """Listeners by chat; all calls are made on the one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}
        # Set where there are other fronts.
        self.tell_others: Callable[[str], None] | None = None

    def check_room(self, chat: str) -> None:
        """Raises RefusedError where one more is more than one chat, or this machine, can need."""
        of_chat = len(self._listeners.get(chat, ()))
        if of_chat >= MOST_OF_A_CHAT or sum(map(len, self._listeners.values())) >= MOST:
            raise RefusedError("too_many", retry_after=SOON)

    @contextmanager
    def listen(self, chat: str, news: asyncio.Event | None = None) -> Iterator[asyncio.Event]:
        """An event that is set whenever something happens in the chat; whoever waits clears it."""
        news = news or asyncio.Event()
        listeners = self._listeners.setdefault(chat, set())
        listeners.add(news)
        try:
            yield news
        finally:
            listeners.discard(news)
            if not listeners and self._listeners.get(chat) is listeners:
                del self._listeners[chat]

    def listened(self) -> list[str]:
        """The chats that somebody listens to."""
        return list(self._listeners)

    def publish(self, chat: str) -> None:
        """Wakes all who listen to a chat, at this front and at others."""
        self.wake(chat)
        if self.tell_others:
            self.tell_others(chat)

    def wake(self, chat: str) -> None:
        """Wakes all who listen to a chat at this front."""
        for news in self._listeners.get(chat, ()):
            news.set()
