"""What one address, and all of them together, may hold and use: connections, streams, memory, processor time."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from assistant.front.core.settings import BYTES_PER_MB, SECONDS_PER_DAY, Caps

# How many keys are remembered with what they have used.
MAX_KEYS = 100_000
SECONDS_PER_MINUTE = 60.0
UNLIMITED = 1e6
# Those who speak for many addresses (a trusted proxy) are bounded only by the total.
MANY: Final = None


class Held:
    """A quota of what is taken and given back: a total, and the share of it that any one key may hold."""

    def __init__(self, total: int, share_percent: int) -> None:
        self.total, self.each = total, max(1, total * share_percent // 100)
        self._all, self._by_key = 0, Counter[str]()

    def __len__(self) -> int:
        """How much is held in all."""
        return self._all

    def take(self, key: str | None, amount: int = 1) -> bool:
        """Takes an amount for a key if its share and the total have room for it; returns whether they had."""
        if self._all + amount > self.total or (key is not None and self._by_key[key] + amount > self.each):
            return False
        self._all += amount
        if key is not None:
            self._by_key[key] += amount
        return True

    def give_back(self, key: str | None, amount: int = 1) -> None:
        """Gives back what was taken."""
        self._all -= amount
        if key is not None:
            self._by_key[key] -= amount
            if self._by_key[key] <= 0:
                del self._by_key[key]

    def of(self, key: str) -> int:
        """How much a key holds."""
        return self._by_key.get(key, 0)


class Allowance:
    """A token bucket for each key: what it has used grows back evenly over a window.

    A use is known only afterwards, so the last one may exceed the allowance; the debt has to be waited out.
    """

    def __init__(
        self,
        amount: float,
        window_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        max_keys: int = MAX_KEYS,
    ) -> None:
        self._amount, self._per_second = amount, amount / window_seconds
        self._clock, self._max_keys = clock, max_keys
        # Threads spend too.
        self._lock = Lock()
        # What each key has used, and when that was; the key that has been idle longest comes first.
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, key: str, amount: float) -> None:
        """Notes that a key has used an amount."""
        with self._lock:
            self._used[key] = (self._now(key) + amount, self._clock())
            self._used.move_to_end(key)
            while len(self._used) > self._max_keys or (self._used and self._now(next(iter(self._used))) <= 0):
                self._used.popitem(last=False)

    def wait_seconds(self, key: str, amount: float = 0.0) -> float:
        """How long a key has to wait until it may use that amount; 0 if it may now."""
        with self._lock:
            return max(0.0, (self._now(key) + amount - self._amount) / self._per_second)

    def _now(self, key: str) -> float:
        used, since = self._used.get(key, (0.0, 0.0))
        return max(0.0, used - (self._clock() - since) * self._per_second) if used else 0.0


class Budgets:
    """All budgets of one front; its server, its middleware and its routes share them."""

    def __init__(self, caps: Caps) -> None:
        share = caps.address_percent
        self.connections = Held(caps.connections, share)
        self.requests = Held(caps.connections, share)
        self.streams = Held(caps.streams, share)
        self.websockets = Held(caps.websockets, share)
        self.body_bytes = Held(caps.body_mb * BYTES_PER_MB, share)
        # Work in threads can take more than one processor, so a share of all of it would still be a limit.
        processors = share / 100 if share < 100 else UNLIMITED
        self.processor_seconds = Allowance(SECONDS_PER_MINUTE * processors, SECONDS_PER_MINUTE)
        self.stored_bytes = Allowance(caps.stored_mb * BYTES_PER_MB, SECONDS_PER_DAY)
