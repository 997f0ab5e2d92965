"""Where the chats' keys are kept: apart from what they seal, so that destroying one reaches every copy of a chat.

With SQLite they are in a file of their own beside the database: no log, no journal and no reader keeps what was
overwritten in it. With PostgreSQL they are a table of its own, which no backup of the data contains. See
docs/decisions/0022-keys.md.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import delete, false, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection, Engine

from assistant.core.atomic_files import sync_folder
from assistant.front.operate import metrics
from assistant.front.store import faults
from assistant.front.store.reserve import with_reserve
from assistant.front.store.schema import chats, erasures, keys, writing
from assistant.front.store.wal_checkpoint import count_keys_left, is_in_memory, overwrite, overwrite_again

logger = logging.getLogger(__name__)
KEY_BYTES, NAME_BYTES = 32, 16
# A crash leaves no more than there were erasures at that moment.
MAX_ORPHANS = 50
WHOSE_KEYS = (
    "%d keys belong to no chat in this database, and are kept: is it the right one? If it is, destroy them with "
    "`make purge YES=1`."
)
# Not a chat's: the key of the fingerprints by which messengers' users are found.
LOOKUP = b"lookup".ljust(NAME_BYTES, b"\0")
# By name, which reveals nothing about the chat.
KeysByName = Mapping[bytes, bytes]


class ChatKeys(Protocol):
    """Keeps keys; a key is on disk before what it seals is committed."""

    def find(self, connection: Connection, name: bytes) -> bytes | None:
        """The key of that name; None if there is none, or not any more."""

    def add(self, connection: Connection, name: bytes, key: bytes) -> bytes:
        """Keeps a key, unless there is one of that name already; returns the one that is kept."""

    def destroy(self, connection: Connection, names: Iterable[bytes]) -> None:
        """Destroys keys for good."""

    def all(self, connection: Connection) -> dict[bytes, bytes]:
        """All keys, for a copy of them."""


def name_of(chat: str) -> bytes:
    """The name of a chat's key."""
    return hashlib.sha256(f"key:{chat}".encode()).digest()[:NAME_BYTES]


def new_key() -> bytes:
    """A key that nobody can guess."""
    return secrets.token_bytes(KEY_BYTES)


def keys_of(engine: Engine) -> ChatKeys | None:
    """The keys of a database; None if it is in memory, where nothing outlives what is erased."""
    if engine.dialect.name != "sqlite":
        return KeyTable()
    if is_in_memory(engine):
        return None
    return _files.get(engine) or _files.setdefault(engine, KeyFile(key_path(Path(str(engine.url.database)))))


def key_path(database: Path) -> Path:
    """The file with the keys of an SQLite database: front.keys beside front.db."""
    return database.with_name(f"{database.name.removesuffix('.db')}.keys")


def complete_erasure(engine: Engine, erased: Iterable[str]) -> None:
    """Destroys the keys of chats whose rows have just been deleted, and overwrites the rows.

    What fails is counted and tried again (`complete_again`), since the erasure itself can no longer fail.
    """
    with _lock:
        _left.setdefault(engine, set()).update(map(name_of, erased))
    destroy_keys_left(engine)
    overwrite(engine)


def complete_again(engine: Engine) -> bool:
    """Completes earlier erasures, by this process or another; returns False if something has to wait."""
    return all([destroy_keys_left(engine), overwrite_again(engine)])


def destroy_orphaned_keys(engine: Engine, most: float = MAX_ORPHANS) -> int:
    """Destroys keys without a chat, left by a crash between the two steps of an erasure; returns how many.

    If there are more than `most`, destroys so many in one run; but leaves them all if there are more of them than
    chats: then it may be the database that has lost its chats, and an operator is called.
    """
    store = keys_of(engine)
    if store is None:
        return 0
    with writing(engine) as connection:
        # Takes SQLite's write lock: nobody else is about to commit a chat whose key is there already. PostgreSQL
        # commits both together, and the keys are asked for first.
        connection.execute(delete(erasures).where(false()))
        names = store.all(connection).keys()
        living = {name_of(chat) for chat in connection.execute(select(chats.c.id)).scalars()}
        orphans = sorted(names - living - {LOOKUP})
        if len(orphans) > most:
            metrics.failed("orphaned_keys")
            if len(orphans) > len(living):
                logger.error(WHOSE_KEYS, len(orphans))
                return 0
            orphans = orphans[: int(most)]
            logger.warning("More than %d keys belong to no chat. The others are destroyed in the next runs.", most)
        store.destroy(connection, orphans)
    return len(orphans)


class KeyTable:
    """Keys in PostgreSQL; a destroyed one is a dead row until the table is rewritten, like everything there."""

    def find(self, connection: Connection, name: bytes) -> bytes | None:
        """The key of that name; None if there is none, or not any more."""
        found = connection.execute(select(keys.c.key).where(keys.c.name == name.hex())).scalar()
        return None if found is None else bytes.fromhex(found)

    def add(self, connection: Connection, name: bytes, key: bytes) -> bytes:
        """Keeps a key, unless there is one of that name already; returns the one that is kept."""
        connection.execute(insert(keys).values(name=name.hex(), key=key.hex()).on_conflict_do_nothing())
        return self.find(connection, name) or key

    def destroy(self, connection: Connection, names: Iterable[bytes]) -> None:
        """Destroys keys for good."""
        connection.execute(delete(keys).where(keys.c.name.in_([name.hex() for name in names])))

    def all(self, connection: Connection) -> dict[bytes, bytes]:
        """All keys, for a copy of them."""
        return {bytes.fromhex(row.name): bytes.fromhex(row.key) for row in connection.execute(select(keys))}


class KeyFile:
    """Keys in a file of fixed slots, which are overwritten in place; several processes may use it at once.

    A slot is 64 bytes, so none crosses a block of the disk: name, key, and a checksum of both, without which the slot
    is free. The first one counts the changes, so that every process knows when what it remembers is out of date.
    """

    SLOT = struct.Struct(f"{NAME_BYTES}s{KEY_BYTES}s12xI")
    HEADER = struct.Struct("16s40xQ")
    MAGIC = b"chat keys, 1\n".ljust(16, b"\0")

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        # What the first slot said when the others were last read.
        self._changes = -1
        self._slots: dict[bytes, int] = {}
        self._free: list[int] = []

    def find(self, _: Connection | None, name: bytes) -> bytes | None:
        """The key of that name; None if there is none, or not any more."""
        with suppress(FileNotFoundError), self._opened(os.O_RDONLY) as file:
            # Another process may have destroyed it and given the slot away, so what is remembered is checked.
            return self._read(file, name) or self._searched(file, name)
        return None

    def add(self, _: Connection | None, name: bytes, key: bytes) -> bytes:
        """Keeps a key, unless there is one of that name already; returns the one that is kept."""
        with self._changing(os.O_CREAT) as file:
            if (there := self._read(file, name)) is not None:
                return there
            slot = self._free.pop() if self._free else max(os.fstat(file).st_size // self.SLOT.size, 1)
            os.pwrite(file, self.SLOT.pack(name, key, _checksum(name, key)), slot * self.SLOT.size)
            self._slots[name] = slot
        return key

    def destroy(self, _: Connection | None, names: Iterable[bytes]) -> None:
        """Destroys keys for good."""
        names = list(names)
        with suppress(FileNotFoundError), self._changing() as file:
            for slot in [self._slots.pop(name) for name in names if name in self._slots]:
                os.pwrite(file, bytes(self.SLOT.size), slot * self.SLOT.size)
                self._free.append(slot)

    def all(self, _: Connection | None = None) -> dict[bytes, bytes]:
        """All keys, for a copy of them."""
        with suppress(FileNotFoundError), self._opened(os.O_RDONLY) as file, self._lock:
            fcntl.flock(file, fcntl.LOCK_SH)
            return self._scan(file)
        return {}

    def _searched(self, file: int, name: bytes) -> bytes | None:
        """The key of that name, by the file as it is now."""
        with self._lock:
            fcntl.flock(file, fcntl.LOCK_SH)
            if self._is_outdated(file):
                self._scan(file)
            return self._read(file, name)

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        file = os.open(self._path, flags | os.O_CLOEXEC, 0o600)
        try:
            yield file
        finally:
            os.close(file)

    @contextmanager
    def _changing(self, flags: int = 0) -> Iterator[int]:
        """The file, locked and up to date in memory; what is written is on disk before the next step."""
        with self._opened(os.O_RDWR | flags) as file, self._lock:
            fcntl.flock(file, fcntl.LOCK_EX)
            if self._is_outdated(file):
                self._scan(file)
            yield file
            self._changes = max(self._changes, 0) + 1
            os.pwrite(file, self.HEADER.pack(self.MAGIC, self._changes), 0)
            os.fsync(file)
            if self._changes == 1:
                sync_folder(self._path.parent)

    def _is_outdated(self, file: int) -> bool:
        return self._changes != self._changes_in(file)

    def _changes_in(self, file: int) -> int:
        head = os.pread(file, self.HEADER.size, 0)
        magic, changes = self.HEADER.unpack(head) if len(head) == self.HEADER.size else (b"", 0)
        return int(changes) if magic == self.MAGIC else 0

    def _scan(self, file: int) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        slots: dict[bytes, int] = {}
        free = []
        content = os.pread(file, os.fstat(file).st_size, 0)
        whole = len(content) // self.SLOT.size * self.SLOT.size
        for slot, (name, key, sum_) in enumerate(self.SLOT.iter_unpack(content[self.SLOT.size : whole]), start=1):
            if sum_ == _checksum(name, key):
                found[name], slots[name] = key, slot
            else:
                free.append(slot)
        self._slots, self._free, self._changes = slots, free, self._changes_in(file)
        return found

    def _read(self, file: int, name: bytes) -> bytes | None:
        slot = self._slots.get(name)
        written = b"" if slot is None else os.pread(file, self.SLOT.size, slot * self.SLOT.size)
        there, key, sum_ = self.SLOT.unpack(written) if len(written) == self.SLOT.size else (b"", b"", 0)
        return bytes(key) if there == name and sum_ == _checksum(name, key) else None


_files: WeakKeyDictionary[Engine, KeyFile] = WeakKeyDictionary()
# The keys of erased chats that are not destroyed yet. After a crash, they belong to no chat.
_left: WeakKeyDictionary[Engine, set[bytes]] = WeakKeyDictionary()
_lock = Lock()


def destroy_keys_left(engine: Engine) -> bool:
    """Destroys the keys of erased chats that still are to be destroyed; returns False if that has to wait."""
    names = tuple(_left.get(engine, ()))
    if not names:
        return True
    try:
        with_reserve(engine, lambda: _destroy(engine, names))
    except (*faults.PASSING, OSError) as error:
        faults.count(error)
        logger.error("Keys of %d erased chats are not destroyed yet (%s).", len(names), faults.described(error))
        count_keys_left(engine, len(names))
        return False
    with _lock:
        _left[engine].difference_update(names)
    count_keys_left(engine, 0)
    return True


def _destroy(engine: Engine, names: Iterable[bytes]) -> None:
    store = keys_of(engine)
    if isinstance(store, KeyTable):
        with writing(engine) as connection:
            store.destroy(connection, names)
    elif isinstance(store, KeyFile):
        store.destroy(None, names)


def _checksum(name: bytes, key: bytes) -> int:
    return zlib.crc32(key, zlib.crc32(name))
