"""How much the database may hold: new chats and messages are refused before deletions have no room left."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from assistant.front.store import faults
from assistant.front.store.faults import StorageFullError
from assistant.front.store.wal_checkpoint import is_in_memory

# What only answers to accepted messages, deletions and the purge may use. Telling messengers' users that there is no
# room may use half of it.
RESERVED_SHARE, KEPT_SHARE = 0.1, 0.05
# What is left free on the disk, or of a small one.
HEADROOM_BYTES, HEADROOM_SHARE = 64_000_000, 0.2
# How long a measurement is used again.
TTL_SECONDS = 1.0


@dataclass(frozen=True)
class Room:
    """How many bytes the database holds, and how many it may hold: by the quota, or less if its disk has less."""

    used_bytes: int
    max_bytes: int

    @property
    def full(self) -> bool:
        """Whether only the reserve is left."""
        return not self.leaves(RESERVED_SHARE)

    def leaves(self, share: float) -> bool:
        """Whether more than this share of it is free."""
        return self.used_bytes < self.max_bytes * (1 - share)


class Quota:
    """The quota of one database."""

    def __init__(self, engine: Engine, max_bytes: int) -> None:
        self._engine, self._max_bytes = engine, max_bytes
        self._lock, self._measured_at, self._room = Lock(), float("-inf"), Room(0, max_bytes)

    def room(self) -> Room:
        """The room as measured within the last second, or a little before while somebody measures."""
        if time.monotonic() - self._measured_at > TTL_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._room, self._measured_at = self._measured(), time.monotonic()
            finally:
                self._lock.release()
        return self._room

    def _measured(self) -> Room:
        with self._engine.connect() as connection:
            if self._engine.dialect.name == "postgresql":
                asked = text("SELECT pg_database_size(current_database())")
                return Room(int(connection.execute(asked).scalar_one()), self._max_bytes)
            pragmas = ("page_size", "page_count", "freelist_count")
            size, pages, free = (int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in pragmas)
        # Deleted rows leave free pages, which are used again before the file grows.
        used = (pages - free) * size
        path = self._engine.url.database
        return Room(used, min(self._max_bytes, pages * size + _free_bytes(Path(path)) if path else self._max_bytes))


_quotas: WeakKeyDictionary[Engine, Quota] = WeakKeyDictionary()


def _free_bytes(path: Path) -> int:
    """How much a database's file may grow on its disk, less what its write-ahead log and deletions need there."""
    disk = shutil.disk_usage(path.parent)
    return max(disk.free - min(HEADROOM_BYTES, int(disk.total * HEADROOM_SHARE)), 0)


def set_quota(engine: Engine, max_bytes: int) -> Quota:
    """Limits what a database may hold. SQLite enforces the whole quota itself, with its reserve, as a last resort."""
    if engine.dialect.name == "sqlite":

        def set_max_page_count(connection: Any, _: Any) -> None:
            (size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max(max_bytes // size, 1)}")

        event.listen(engine, "connect", set_max_page_count)
        # Connections from before have no limit yet.
        if is_in_memory(engine):
            with engine.connect() as only_one:
                set_max_page_count(only_one.connection.dbapi_connection, None)
        else:
            engine.dispose()
    quota = _quotas[engine] = Quota(engine, max_bytes)
    return quota


def quota_of(engine: Engine) -> Quota | None:
    """The quota of a database, if it has one."""
    return _quotas.get(engine)


def is_full(engine: Engine) -> bool:
    """Whether a database with a quota takes nothing new."""
    quota = quota_of(engine)
    return quota is not None and quota.room().full


def check_room(engine: Engine, share: float = RESERVED_SHARE) -> None:
    """Raises StorageFullError if a database with a quota takes nothing new, so that this share of it stays free."""
    quota = quota_of(engine)
    if quota and not quota.room().leaves(share):
        error = StorageFullError()
        faults.count(error)
        raise error
