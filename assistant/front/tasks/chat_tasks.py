"""One task per chat, woken whenever something happens in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from assistant.front.operate import metrics
from assistant.front.store import faults
from assistant.front.tasks.leases import Leases

logger = logging.getLogger(__name__)
RETRY_SECONDS = 1.0
SHUTDOWN_SECONDS = 3.0


class ChatTasks:
    """Runs `work(chat)` for every chat woken, one run at a time per chat, and again after a fault.

    A chat that another front holds the lease on is left to that front.
    """

    def __init__(self, name: str, work: Callable[[str], Awaitable[None]], leases: Leases) -> None:
        self._name, self._work, self._leases = name, work, leases
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()

    def wake(self, chat: str) -> None:
        """Schedules work on this chat."""
        self._woken.add(chat)
        if chat not in self._tasks:
            self._tasks[chat] = asyncio.create_task(self._serve(chat))

    async def stop(self) -> None:
        """Gives running tasks a moment to finish and cancels the rest, which the next start resumes."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=SHUTDOWN_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, chat: str) -> None:
        try:
            while chat in self._woken:
                self._woken.discard(chat)
                await self._try(chat)
        finally:
            del self._tasks[chat]

    async def _try(self, chat: str) -> None:
        try:
            async with self._leases.held(chat) as held:
                if held:
                    await self._work(chat)
        except Exception as error:
            faults.count(error)
            metrics.failed("chat_task")
            logger.exception("%s failed for a chat; trying again.", self._name)
            await asyncio.sleep(RETRY_SECONDS)
            self._woken.add(chat)
