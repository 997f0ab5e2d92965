"""Files that appear complete or not at all, and survive a power failure."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def replace_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes a file, or replaces the one that is there."""
    with draft_of(path) as draft:
        draft.write_bytes(content)
        draft.chmod(mode)
        keep(draft, path)


def create_file(path: Path, content: bytes) -> bool:
    """Writes a file that only its owner can read, unless there is one already; returns whether it did."""
    created = False
    with draft_of(path) as draft:
        draft.write_bytes(content)
        _sync(draft)
        with suppress(FileExistsError):
            os.link(draft, path)
            created = True
    sync_folder(path.parent)
    return created


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A temporary file beside a path, which only its owner can read; it is removed at the end."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def keep(draft: Path, path: Path) -> None:
    """Flushes a finished draft to disk and gives it its name."""
    _sync(draft)
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a new name in a folder survive a power failure."""
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
