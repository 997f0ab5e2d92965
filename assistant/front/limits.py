"""How much one session and one address may ask for."""

from __future__ import annotations

import ipaddress
import time

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection

from assistant.front.refusals import RefusedError
from assistant.front.settings import Rates

# One home or phone has a whole network of this size.
IPV6_HOME = 64


class Limits:
    """Counts in memory; a restart forgets."""

    def __init__(self, rates: Rates) -> None:
        # The limiter holds its storage weakly.
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._rates = {name: parse(getattr(rates, name)) for name in rates.__dataclass_fields__}

    def count(self, rate: str, who: str) -> None:
        """Counts one use of a rate by somebody; raises RefusedError where it is one too many."""
        if self.allows(rate, who):
            return
        item = self._rates[rate]
        reset, _ = self._limiter.get_window_stats(item, rate, who)
        raise RefusedError("too_many", retry_after=max(reset - time.time(), 1.0))

    def allows(self, rate: str, who: str) -> bool:
        """Counts one use of a rate by somebody; whether it is not one too many."""
        return bool(self._limiter.hit(self._rates[rate], rate, who))


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
