"""How much one session and one address may ask for."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from anyio.to_thread import run_sync
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError
from starlette.requests import HTTPConnection

from assistant.front.refusals import RefusedError
from assistant.front.settings import Rates

logger = logging.getLogger(__name__)
T = TypeVar("T")
# One home or phone has a whole network of this size.
IPV6_HOME = 64
# A Redis that hangs must not hold up visitors: it has so long, then counts as away for so many seconds.
LONGEST, BREAK = 0.25, 5.0


class Limits:
    """Counts in Redis where several fronts share it, else, or while it is away, in this process."""

    def __init__(self, rates: Rates, redis: str = "") -> None:
        # The limiters hold their storages weakly.
        self._storages: list[Storage] = [MemoryStorage()]
        self._own = MovingWindowRateLimiter(self._storages[0])
        self._redis, self._away_until = redis, 0.0
        self._shared: MovingWindowRateLimiter | None = None
        self._rates = {name: parse(getattr(rates, name)) for name in rates.__dataclass_fields__}

    async def count(self, rate: str, who: str) -> None:
        """Counts one use of a rate by somebody; raises RefusedError where it is one too many."""
        if await self.allows(rate, who):
            return
        item = self._rates[rate]
        reset = await self._asked(lambda limiter: limiter.get_window_stats(item, rate, who)[0])
        raise RefusedError("too_many", retry_after=max(reset - time.time(), 1.0))

    async def allows(self, rate: str, who: str) -> bool:
        """Counts one use of a rate by somebody; whether it is not one too many."""
        item: RateLimitItem = self._rates[rate]
        return bool(await self._asked(lambda limiter: limiter.hit(item, rate, who)))

    async def _asked(self, question: Callable[[MovingWindowRateLimiter], T]) -> T:
        """Asks the shared limiter, or our own where there is none just now."""
        if self._redis and time.monotonic() >= self._away_until:
            try:
                return await run_sync(self._ask_shared, question)
            except RedisError as error:
                logger.warning("Redis is away (%s); limits are counted here.", type(error).__name__)
                self._away_until = time.monotonic() + BREAK
        return question(self._own)

    def _ask_shared(self, question: Callable[[MovingWindowRateLimiter], T]) -> T:
        # Made when first needed: to make one speaks to Redis, and the front must start without.
        if self._shared is None:
            storage = RedisStorage(self._redis, socket_timeout=LONGEST, socket_connect_timeout=LONGEST)
            self._storages.append(storage)
            self._shared = MovingWindowRateLimiter(storage)
        return question(self._shared)


def address_of(connection: HTTPConnection) -> str:
    """Whom requests from an address count for: the address, or the network of an IPv6 one."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, IPV6_HOME), strict=False))
