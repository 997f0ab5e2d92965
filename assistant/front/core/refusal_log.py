"""Logs why the front refuses, without letting whoever is refused fill the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

INTERVAL_SECONDS = 60.0
# Longer values are cut: whoever is refused chooses them.
MAX_VALUE_CHARACTERS = 100

logger = logging.getLogger(__name__)


class RefusalLog:
    """At most one line a minute for each reason, with the number of refusals that it stands for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[str, tuple[float, int]] = {}

    def note(self, reason: str, *values: object) -> None:
        """Logs a reason, a constant text with placeholders; the values must not tell who was refused."""
        now = self._clock()
        logged_at, unsaid = self._since.get(reason, (-INTERVAL_SECONDS, 0))
        if now - logged_at < INTERVAL_SECONDS:
            self._since[reason] = (logged_at, unsaid + 1)
            return
        self._since[reason] = (now, 0)
        shown = [str(value)[:MAX_VALUE_CHARACTERS] for value in values]
        more = f" ({unsaid} more since the last such line)" if unsaid else ""
        logger.warning(f"{reason}%s", *shown, more)


class OncePerMinute(logging.Filter):
    """Lets each message of a logger through once a minute; for loggers whose lines any client can provoke."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._since: dict[object, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        now = self._clock()
        if now - self._since.get(record.msg, -INTERVAL_SECONDS) < INTERVAL_SECONDS:
            return False
        self._since[record.msg] = now
        return True


refusals = RefusalLog()
