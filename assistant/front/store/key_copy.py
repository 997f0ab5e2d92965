"""The copy of the chats' keys that belongs to the backups; only the newest may be kept.

Whoever has a backup and a copy of the keys can read the chats that had keys then. So there is one copy for all
backups, which is replaced: a chat erased since is in no copy of the keys, and no backup can be read for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Engine

from assistant.core.atomic_files import replace_file
from assistant.front.store.chat_keys import KEY_BYTES, LOOKUP, NAME_BYTES, KeysByName, keys_of, name_of
from assistant.front.store.cipher import PREFIX
from assistant.front.store.schema import chats, events, team_questions, writing

HEADER = "keys of chats, 1"
FILE = "front.keys"


def keys_in(engine: Engine) -> KeysByName:
    """All keys of a database."""
    store = keys_of(engine)
    if store is None:
        return {}
    with engine.connect() as connection:
        return store.all(connection)


def replace_copy(keys: KeysByName, target: Path) -> None:
    """Writes the keys to a file, which is complete or not there at all, and overwrites the one it replaces."""
    old = os.open(target, os.O_RDWR) if target.exists() else None
    try:
        replace_file(target, "".join(f"{line}\n" for line in (HEADER, *_lines(keys))).encode())
        if old is not None:
            os.pwrite(old, bytes(os.fstat(old).st_size), 0)
            os.fsync(old)
    finally:
        if old is not None:
            os.close(old)


def read_copy(source: Path) -> dict[bytes, bytes]:
    """The keys in a copy; raises ValueError if it is none."""
    head, *lines = source.read_text("ascii", "replace").splitlines() or [""]
    if head != HEADER:
        raise ValueError(f"{source} is not a copy of keys")
    found = dict(map(_parsed, lines))
    if any((len(name), len(key)) != (NAME_BYTES, KEY_BYTES) for name, key in found.items()):
        raise ValueError(f"{source} is a damaged copy of keys")
    return found


def keep_keys(engine: Engine, names: Iterable[bytes], keys: KeysByName) -> None:
    """Keeps those of the keys that have one of these names, and the one by which messengers' users are found."""
    if (store := keys_of(engine)) is not None:
        with writing(engine) as connection:
            if LOOKUP in keys and store.find(connection, LOOKUP) != keys[LOOKUP]:
                store.destroy(connection, [LOOKUP])
            for name in {*names, LOOKUP} & keys.keys():
                store.add(connection, name, keys[name])


def unreadable_chats(engine: Engine, keys: KeysByName) -> list[str]:
    """The chats of a database that are sealed, but not with one of these keys: theirs are destroyed."""
    with engine.connect() as connection:
        columns = (events.c.data, team_questions.c.text)
        sealed = (select(column.table.c.chat).where(column.like(f"{PREFIX}%")).distinct() for column in columns)
        found = {chat for asked in sealed for chat in connection.execute(asked).scalars()}
        found |= {*connection.execute(select(chats.c.id).where(chats.c.address.is_not(None))).scalars()}
    return sorted(chat for chat in found if name_of(chat) not in keys)


def _lines(keys: Mapping[bytes, bytes]) -> list[str]:
    return [f"{name.hex()} {key.hex()}" for name, key in sorted(keys.items())]


def _parsed(line: str) -> tuple[bytes, bytes]:
    name, _, key = line.partition(" ")
    return bytes.fromhex(name), bytes.fromhex(key)
