"""Tells the other fronts that something happened in a chat, so that whoever listens there hears of it."""

from __future__ import annotations

import asyncio
import logging

from anyio.to_thread import run_sync
from redis.asyncio import Redis
from redis.exceptions import RedisError

from assistant.front.pubsub.listeners import Listeners
from assistant.front.store.chats import Store

logger = logging.getLogger(__name__)
CHANNEL = "iom-chats"
LONGEST, BREAK = 1.0, 2.0
# Without Redis, or while it is away, chats that somebody listens to are looked at so often.
BREAK_BETWEEN_LOOKS = 1.0


class Broadcast:
    """By Redis where there is one, and by looking into the shared database all the same."""

    def __init__(self, redis: str, listeners: Listeners, store: Store, several: bool) -> None:
        self._listeners, self._store, self._several = listeners, store, several
        self._redis: Redis | None = None
        if redis:
            self._redis = Redis.from_url(redis, socket_timeout=LONGEST, socket_connect_timeout=LONGEST)
        self._tasks: list[asyncio.Task[None]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._seen: dict[str, int] = {}

    async def start(self) -> None:
        """Listens to other fronts from now on; one front alone has nobody to listen to."""
        if self._redis:
            self._listeners.tell_others = self._send_soon
            self._tasks.append(asyncio.create_task(self._hear(self._redis)))
        if self._several:
            self._tasks.append(asyncio.create_task(self._look()))

    async def stop(self) -> None:
        """Listens no more."""
        for task in (*self._tasks, *self._sending):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._sending, return_exceptions=True)
        if self._redis:
            await self._redis.close(close_connection_pool=True)

    def _send_soon(self, chat: str) -> None:
        assert self._redis  # noqa: S101 - set only with it
        task = asyncio.create_task(self._send(self._redis, chat))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, redis: Redis, chat: str) -> None:
        try:
            await redis.publish(CHANNEL, chat)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            logger.info("Redis took no notice: %s", type(error).__name__)

    async def _hear(self, redis: Redis) -> None:
        while True:
            try:
                async with redis.pubsub() as heard:
                    await heard.subscribe(CHANNEL)
                    while True:
                        told = await heard.get_message(ignore_subscribe_messages=True, timeout=LONGEST)
                        if told and told["type"] == "message":
                            self._listeners.wake(told["data"].decode("utf-8", "replace"))
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                logger.info("Redis cannot be listened to: %s", type(error).__name__)
                await asyncio.sleep(BREAK)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(BREAK_BETWEEN_LOOKS)
            try:
                now = await run_sync(self._store.last_sequences, self._listeners.listened())
            except Exception as error:
                logger.warning("The database could not be looked at: %s", type(error).__name__)
                continue
            for chat, sequence in now.items():
                if self._seen.get(chat) != sequence:
                    self._listeners.wake(chat)
            self._seen = now
