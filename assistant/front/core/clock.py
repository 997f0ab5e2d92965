"""Clocks that notice when the wall clock jumps: a jump makes nothing late, and proves nothing to be old."""

from __future__ import annotations

import time

# What a wall clock is set right by in small steps is no jump.
MAX_STEP_SECONDS = 5.0
MAX_JUMPS = 32


class Clock:
    """Compares the wall clock with one that nobody sets."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Takes the wall clock to be right now."""
        self._wall, self._steady = time.time(), steady()

    def jump_seconds(self, trusted_at: float | None = None) -> float:
        """How far the wall clock has jumped, unless a run that was completed since then shows that it is right."""
        if trusted_at is not None and trusted_at > self._wall:
            self.restart()
        return (time.time() - self._wall) - (steady() - self._steady)


class Lateness:
    """Tells how late something is. Jumps of the wall clock forward, while this process ran, do not count."""

    def __init__(self) -> None:
        self._clock = Clock()
        # The time after each jump, and its length.
        self._jumps: list[tuple[float, float]] = []
        self._unsettled = False

    def age_seconds(self, at: float) -> float:
        """How long ago something happened, in seconds; 0 if the clock said a later time then."""
        self._compare()
        jumped = sum(length for after, length in self._jumps if at < after)
        return max(time.time() - at - jumped, 0.0)

    @property
    def has_jumped(self) -> bool:
        """Whether the wall clock has jumped, in either direction, since that was last settled."""
        self._compare()
        return self._unsettled

    def settle(self) -> None:
        """Ends what a jump calls for."""
        self._unsettled = False

    def _compare(self) -> None:
        jump = self._clock.jump_seconds()
        self._clock.restart()
        if abs(jump) <= MAX_STEP_SECONDS:
            return
        self._unsettled = True
        if jump > 0:
            self._jumps = [*self._jumps, (time.time(), jump)][-MAX_JUMPS:]


def steady() -> float:
    """Unlike the monotonic clock of Linux, this one goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
