"""Reports long-running work on standard output: a bar on a terminal, a line in a log."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def announce(what: str) -> None:
    """Prints a line immediately."""
    print(what, flush=True)


def progress(items: Sequence[T], what: str) -> Iterable[T]:
    """The items, with a bar on a terminal and one line elsewhere; silent if there are none."""
    if not items:
        return items
    if not sys.stdout.isatty():
        announce(f"{what}: {len(items)} …")
        return items
    bar: Iterable[T] = tqdm(items, desc=what, file=sys.stdout)
    return bar
