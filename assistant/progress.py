"""A bar for work that takes more than a moment."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def progress(items: Sequence[T], what: str) -> Iterable[T]:
    """The items, with a bar on a terminal and nothing in a log."""
    return tqdm(items, desc=what, disable=not sys.stderr.isatty(), leave=False)
