"""Rate limits by session and by address."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from anyio.to_thread import run_sync
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError
from starlette.requests import HTTPConnection

from assistant.front.core.budgets import Budgets
from assistant.front.core.errors import RefusedError
from assistant.front.core.moving_window import MovingWindow
from assistant.front.core.refusal_log import refusals
from assistant.front.core.settings import Rates

logger = logging.getLogger(__name__)
T = TypeVar("T")
# Providers give a home anything from a /64 to a /56; the larger counts, or one home would have 256 budgets.
IPV6_HOME_PREFIX = 56
# A hung Redis must not hold up visitors: after the timeout it counts as unavailable, and is left alone for the break.
REDIS_TIMEOUT_SECONDS, REDIS_BREAK_SECONDS = 0.25, 5.0
FORGET_INTERVAL_SECONDS = 10.0
# What a message takes beside its text, mostly for the answer.
OVERHEAD_BYTES = 4096


class Window(Protocol):
    """A moving window for one rate, wherever it is counted."""

    def hit(self, key: str) -> bool:
        """Counts one use by `key` if the rate allows it; returns whether it does."""
        ...

    def wait_seconds(self, key: str) -> float:
        """How long until everything that `key` has used is available again."""
        ...


class SharedWindow:
    """A moving window in Redis, shared by all fronts."""

    def __init__(self, limiter: MovingWindowRateLimiter, rate: str, item: RateLimitItem) -> None:
        self._limiter, self._rate, self._item = limiter, rate, item

    def hit(self, key: str) -> bool:
        """Counts one use by `key` if the rate allows it; returns whether it does. Raises RedisError."""
        return bool(self._limiter.hit(self._item, self._rate, key))

    def wait_seconds(self, key: str) -> float:
        """How long until everything that `key` has used is available again. Raises RedisError."""
        return float(self._limiter.get_window_stats(self._item, self._rate, key)[0]) - time.time()


class Limits:
    """Counts in Redis if several fronts share one; otherwise, and while it is unavailable, in this process."""

    def __init__(self, rates: Rates, redis: str = "") -> None:
        self._items = {name: parse(getattr(rates, name)) for name in rates.__dataclass_fields__}
        self._own = {name: MovingWindow(item.amount, item.get_expiry()) for name, item in self._items.items()}
        self._redis, self._away_until = redis, 0.0
        # The limiter keeps only a weak reference to its storage.
        self._storage: RedisStorage | None = None
        self._forgetting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts forgetting keys that have been idle for a whole window."""
        self._forgetting = asyncio.create_task(self._forget_idle())

    async def stop(self) -> None:
        """Stops forgetting idle keys."""
        if self._forgetting:
            self._forgetting.cancel()

    async def count(self, rate: str, who: str) -> None:
        """Counts one use of a rate by somebody; raises RefusedError if it is one too many."""
        if await self.allows(rate, who):
            return
        wait = await self._ask(rate, lambda window: window.wait_seconds(who))
        raise RefusedError("too_many", retry_after=max(wait, 1.0))

    async def allows(self, rate: str, who: str) -> bool:
        """Counts one use of a rate by somebody; returns whether it was allowed."""
        return await self._ask(rate, lambda window: window.hit(who))

    async def _ask(self, rate: str, question: Callable[[Window], T]) -> T:
        """Asks the shared window of a rate, or our own if Redis is not used or is unavailable."""
        if self._redis and time.monotonic() >= self._away_until:
            try:
                return await run_sync(self._ask_shared, rate, question)
            except RedisError as error:
                logger.warning("Redis is away (%s); counting limits in this process.", type(error).__name__)
                self._away_until = time.monotonic() + REDIS_BREAK_SECONDS
        return question(self._own[rate])

    def _ask_shared(self, rate: str, question: Callable[[Window], T]) -> T:
        # Created on first use, because that connects to Redis, and the front must be able to start without it.
        if self._storage is None:
            timeouts = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
            self._storage = RedisStorage(self._redis, **timeouts)
        return question(SharedWindow(MovingWindowRateLimiter(self._storage), rate, self._items[rate]))

    async def _forget_idle(self) -> None:
        while True:
            await asyncio.sleep(FORGET_INTERVAL_SECONDS)
            for window in self._own.values():
                window.forget_idle()


def address_of(connection: HTTPConnection) -> str:
    """The key by which a client is limited."""
    return network_of(connection.client.host if connection.client else "")


def network_of(host: str) -> str:
    """The key by which a host is limited: its IPv4 address, however written, or the network of its home in IPv6."""
    address = ip_address_in(host)
    if address is None or address.version == 4:
        return str(address or host)
    return str(ipaddress.ip_network((address, IPV6_HOME_PREFIX), strict=False))


def ip_address_in(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, without its zone and in IPv4 if it is only mapped to IPv6; None for a name."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if address.version == 6 else address


def count_stored(budgets: Budgets, who: str, text: str = "") -> None:
    """Counts what a text, and what is stored with it, takes; raises RefusedError if it is too much for a day."""
    size = len(text.encode("utf-8", "replace")) + OVERHEAD_BYTES
    if wait := budgets.stored_bytes.wait_seconds(who, size):
        refusals.note("Refused a message: its address or user has had ASSISTANT_ADDRESS_STORED_MB stored in a day.")
        raise RefusedError("too_many", retry_after=wait)
    budgets.stored_bytes.spend(who, size)
