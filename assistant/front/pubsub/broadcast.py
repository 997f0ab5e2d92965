"""Tells the other fronts that something happened in a chat, so that they can wake its listeners."""

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
TIMEOUT_SECONDS, RECONNECT_SECONDS = 1.0, 2.0
# How often the database is polled for chats with listeners, the only way without Redis or while it is unavailable.
POLL_SECONDS = 1.0


class Broadcast:
    """Publishes through Redis if there is one, and polls the shared database in any case."""

    def __init__(self, redis: str, listeners: Listeners, store: Store, several: bool) -> None:
        self._listeners, self._store, self._several = listeners, store, several
        self._redis: Redis | None = None
        if redis:
            self._redis = Redis.from_url(redis, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
        self._tasks: list[asyncio.Task[None]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._seen: dict[str, int] = {}

    async def start(self) -> None:
        """Starts listening to other fronts, if there are any."""
        if self._redis:
            self._listeners.tell_others = self._send_soon
            self._tasks.append(asyncio.create_task(self._subscribe(self._redis)))
        if self._several:
            self._tasks.append(asyncio.create_task(self._poll()))

    async def stop(self) -> None:
        """Stops listening."""
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
            logger.info("Could not publish to Redis: %s", type(error).__name__)

    async def _subscribe(self, redis: Redis) -> None:
        while True:
            try:
                async with redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=TIMEOUT_SECONDS)
                        if message and message["type"] == "message":
                            self._listeners.wake(message["data"].decode("utf-8", "replace"))
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                logger.info("Lost the subscription to Redis: %s", type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                now = await run_sync(self._store.last_sequences, self._listeners.listened())
            except Exception as error:
                logger.warning("Could not poll the database for new events: %s", type(error).__name__)
                continue
            for chat, sequence in now.items():
                if self._seen.get(chat) != sequence:
                    self._listeners.wake(chat)
            self._seen = now
