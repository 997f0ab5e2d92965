"""Waits for something that happens in another thread, task or process."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import TypeVar

import httpx2

Found = TypeVar("Found")
PAUSE_SECONDS = 0.02


class TooLateError(AssertionError):
    """A condition was not met in time."""


def until(condition: Callable[[], Found], seconds: float = 10.0, detail: Callable[[], object] | None = None) -> Found:
    """The condition's value as soon as it is truthy; raises TooLateError with `detail` if that takes too long."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise TooLateError(_message(seconds, detail))
        time.sleep(PAUSE_SECONDS)
    return found


async def until_async(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Waits for a condition that other tasks of this loop bring about; it may return an awaitable."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if await found if inspect.isawaitable(found) else found:
            return
        if time.monotonic() > end:
            raise TooLateError(_message(seconds, None))
        await asyncio.sleep(PAUSE_SECONDS)


def answers(url: str) -> bool:
    """Whether a server responds at a URL, with any status."""
    try:
        httpx2.get(url, timeout=5, trust_env=False)
    except httpx2.HTTPError:
        return False
    return True


def _message(seconds: float, detail: Callable[[], object] | None) -> str:
    return f"it did not come true in {seconds:g} s" + (f": {detail()}" if detail else "")
