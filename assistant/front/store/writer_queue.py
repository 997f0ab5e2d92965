"""SQLite allows one writer; the others queue here, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from assistant.front.store import faults
from assistant.front.store.faults import BusyError

# Behind a writer that has been at it for so long, only so many wait: each of them occupies one of the few threads
# that readers need too.
STUCK_SECONDS, MAX_BEHIND_STUCK = 0.5, 8
CHECK_SECONDS = 0.1


class WriterQueue:
    """Lets in one writer at a time; raises BusyError for whoever would wait too long."""

    def __init__(self, wait_seconds: float) -> None:
        self.wait_seconds = wait_seconds
        self._changed = Condition()
        self._waiting = 0
        # When the present writer began; None while nobody writes.
        self._since: float | None = None

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Waits for its turn; yields how many of the seconds are left to wait for other processes."""
        deadline = time.monotonic() + self.wait_seconds
        with self._changed:
            self._waiting += 1
            try:
                self._wait_until(deadline)
            finally:
                self._waiting -= 1
            self._since = time.monotonic()
        try:
            yield max(deadline - time.monotonic(), 0.0)
        finally:
            with self._changed:
                self._since = None
                self._changed.notify()

    def _wait_until(self, deadline: float) -> None:
        while self._since is not None:
            now = time.monotonic()
            crowded = self._waiting > MAX_BEHIND_STUCK and now - self._since > STUCK_SECONDS
            if crowded or now >= deadline:
                error = BusyError()
                faults.count(error)
                raise error
            self._changed.wait(min(CHECK_SECONDS, deadline - now))
