"""A file that keeps some of the disk free for deletions: on a full disk it is given up, so that they still have room.

SQLite only; a PostgreSQL server needs room of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from assistant.front.store import faults
from assistant.front.store.wal_checkpoint import is_in_memory

T = TypeVar("T")
# More than the write-ahead log grows to by deleting what one person wrote.
RESERVE_BYTES = 4_000_000
# How many times that much has to be free before it is taken (again).
LEAST_FREE = 2


def reserve_path(engine: Engine) -> Path | None:
    """Where the file lies; None for databases that need none."""
    if engine.dialect.name != "sqlite" or is_in_memory(engine):
        return None
    return Path(f"{engine.url.database}.reserve")


def keep_reserve(engine: Engine) -> bool:
    """Takes the room if it is not taken yet and the disk has enough; returns whether there is a reserve."""
    path = reserve_path(engine)
    if path is None:
        return False
    # A crash may have left it empty.
    if path.exists() and path.stat().st_size >= RESERVE_BYTES:
        return True
    if shutil.disk_usage(path.parent).free < LEAST_FREE * RESERVE_BYTES:
        return False
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
    except OSError:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)
    return True


def with_reserve(engine: Engine, delete: Callable[[], T]) -> T:
    """Deletes something; if the disk is full, gives up the reserve and tries once more."""
    try:
        return delete()
    except (OperationalError, OSError) as error:
        path = reserve_path(engine)
        if faults.fault_of(error) != "disk_full" or path is None or not path.exists():
            raise
        path.unlink(missing_ok=True)
        return delete()
