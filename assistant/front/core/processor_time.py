"""Measures the processor time that a request takes, on the event loop and in the threads that work for it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Spend = Callable[[float], None]
# Whom the time of the present request is charged to.
_spend: ContextVar[Spend | None] = ContextVar("spend", default=None)


class Metered:
    """Awaits something, and reports the processor seconds of each of its steps as they are taken."""

    def __init__(self, awaited: Awaitable[None], spend: Spend) -> None:
        self._awaited, self._spend = awaited, spend

    def __await__(self) -> Generator[Any, Any, None]:
        _spend.set(self._spend)
        steps = self._awaited.__await__()
        step: Callable[[Any], Any] = steps.send
        argument: Any = None
        while True:
            began = time.thread_time()
            try:
                waiting_for = step(argument)
            except StopIteration:
                return
            finally:
                self._spend(time.thread_time() - began)
            try:
                argument, step = (yield waiting_for), steps.send
            except BaseException as error:
                argument, step = error, steps.throw


def charged(function: Callable[P, T]) -> Callable[P, T]:
    """The same function, whose processor time in a thread is charged to the request that it works for."""

    def measured(*args: P.args, **kwargs: P.kwargs) -> T:
        spend, began = _spend.get(), time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            if spend:
                spend(time.thread_time() - began)

    return measured
