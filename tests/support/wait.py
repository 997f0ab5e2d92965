"""Waiting for what happens elsewhere: in a thread, in another task, in another process."""

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
    """Something did not come true in time."""


def until(condition: Callable[[], Found], seconds: float = 10.0, detail: Callable[[], object] | None = None) -> Found:
    """What a condition gives as soon as it is true; fails with `detail` when the time is up."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise TooLateError(_message(seconds, detail))
        time.sleep(PAUSE_SECONDS)
    return found


async def until_async(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Waits until something is true that other tasks of this loop bring about; the condition may be a coroutine."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if await found if inspect.isawaitable(found) else found:
            return
        if time.monotonic() > end:
            raise TooLateError(_message(seconds, None))
        await asyncio.sleep(PAUSE_SECONDS)


def answers(url: str) -> bool:
    """Whether a server answers at an address, whatever it says."""
    try:
        httpx2.get(url, timeout=5, trust_env=False)
    except httpx2.HTTPError:
        return False
    return True


def _message(seconds: float, detail: Callable[[], object] | None) -> str:
    return f"it did not come true in {seconds:g} s" + (f": {detail()}" if detail else "")
