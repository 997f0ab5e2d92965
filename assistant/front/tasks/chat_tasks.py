"""Work that is done chat by chat: one task for each chat, woken whenever something happens in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from assistant.front.operate import metrics
from assistant.front.tasks.leases import Leases

logger = logging.getLogger(__name__)
BREAK_AFTER_FAULT = 1.0
SECONDS_TO_FINISH = 3.0


class ChatTasks:
    """Runs `work(chat)` for every chat woken, never twice at once for one; after a fault, again.

    Where another front is at it, that one does it.
    """

    def __init__(self, name: str, work: Callable[[str], Awaitable[None]], leases: Leases) -> None:
        self._name, self._work, self._leases = name, work, leases
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()

    def wake(self, chat: str) -> None:
        """Something is to be done for this chat."""
        self._woken.add(chat)
        if chat not in self._tasks:
            self._tasks[chat] = asyncio.create_task(self._serve(chat))

    async def stop(self) -> None:
        """Lets what is nearly done be finished; stops the rest wherever it is, to be taken up at the next start."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=SECONDS_TO_FINISH)
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
            async with self._leases.held(chat) as mine:
                if mine:
                    await self._work(chat)
        except Exception:
            metrics.failed("chat_task")
            logger.exception("%s failed for a chat; trying again.", self._name)
            await asyncio.sleep(BREAK_AFTER_FAULT)
            self._woken.add(chat)
