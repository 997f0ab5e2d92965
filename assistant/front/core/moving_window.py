"""An in-memory rate limit: a maximum number of hits per key within a moving window."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

# An address with a full window takes about 40 kB, a chat 1 kB.
MAX_KEYS = 100_000


class MovingWindow:
    """Allows `max_hits` per key in any `window_seconds`; the cost of a hit does not depend on how many came before.

    Behaves like the moving window of the library `limits`, whose memory store never forgets a key and goes through
    the hits of all keys after every hit.
    """

    def __init__(
        self,
        max_hits: int,
        window_seconds: float,
        max_keys: int = MAX_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_hits, self._window_seconds, self._max_keys = max_hits, window_seconds, max_keys
        self._clock = clock
        # The times of each key's latest allowed hits; the key that has been idle longest comes first.
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._hits)

    def hit(self, key: str) -> bool:
        """Counts a hit of a key if the window has room for it; returns whether it had."""
        now = self._clock()
        hits = self._hits.get(key)
        if hits is None:
            hits = self._hits[key] = deque(maxlen=self._max_hits)
        elif len(hits) == self._max_hits and hits[0] >= now - self._window_seconds:
            return False
        hits.append(now)
        self._hits.move_to_end(key)
        if len(self._hits) > self._max_keys:
            self._hits.popitem(last=False)
        return True

    def resets_at(self, key: str) -> float:
        """When the latest hit of a key leaves the window; now if none is in it."""
        now = self._clock()
        hits = self._hits.get(key)
        if not hits or hits[-1] < now - self._window_seconds:
            return now
        return hits[-1] + self._window_seconds

    def wait_seconds(self, key: str) -> float:
        """How long until everything that a key has used is available again."""
        return self.resets_at(key) - self._clock()

    def forget_idle(self) -> None:
        """Forgets all keys without a hit in the window."""
        idle_since = self._clock() - self._window_seconds
        while self._hits and next(iter(self._hits.values()))[-1] < idle_since:
            self._hits.popitem(last=False)
