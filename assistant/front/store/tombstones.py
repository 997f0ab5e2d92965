"""Tombstones of erased chats, so that they are erased again when a backup brings them back.

A tombstone is the fingerprint of a random number, so it identifies nobody and reveals nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping

from sqlalchemy import delete, inspect, select
from sqlalchemy.engine import Connection, Engine

from assistant.front.core.channels import WEB
from assistant.front.core.tokens import Keys
from assistant.front.store.chat_keys import complete_erasure
from assistant.front.store.schema import CONTENTS, chats, delete_contents, erasures, put, webhooks, writing
from assistant.front.store.schema import tombstones as table

# When each chat was erased, by its fingerprint.
Tombstones = Mapping[str, float]


def add_tombstone(connection: Connection, chat: str) -> None:
    """Records that a chat has just been erased."""
    _add(connection, {fingerprint(chat): time.time()})


def is_erased(connection: Connection, chat: str) -> bool:
    """Whether a chat has been erased, by its visitor or for them."""
    return connection.execute(select(table.c.id).where(table.c.id == fingerprint(chat))).first() is not None


def drop_tombstones(connection: Connection, before: float) -> None:
    """Drops the tombstones of chats that were erased before that time."""
    connection.execute(delete(table).where(table.c.at < before))


def tombstones_in(engine: Engine) -> Tombstones | None:
    """All tombstones; None if the database comes from a version without them."""
    if not inspect(engine).has_table(table.name):
        return None
    with engine.connect() as connection:
        return {row.id: row.at for row in connection.execute(select(table))}


def erase_again(engine: Engine, tombstones: Tombstones) -> int:
    """Erases every chat that has a tombstone, also in Rasa, and all queued requests; adds the tombstones.

    Returns how many chats there were.
    """
    with writing(engine) as connection:
        found = [chat for chat in connection.execute(select(chats.c.id)).scalars() if fingerprint(chat) in tombstones]
        for chat in found:
            connection.execute(delete(chats).where(chats.c.id == chat))
            delete_contents(connection, chat)
            put(connection, erasures, sender=Keys.sender(WEB, chat))
        for contents in CONTENTS:
            # A backup from before one of these tables does not replace it, and its rows may be of chats that are gone.
            connection.execute(delete(contents).where(contents.c.chat.not_in(select(chats.c.id))))
        # Nobody can tell whose they are without reading them.
        connection.execute(delete(webhooks))
        _add(connection, tombstones)
    complete_erasure(engine, found)
    return len(found)


def dumped(tombstones: Tombstones) -> str:
    """Tombstones as the content of a file."""
    return "".join(f"{id_} {at:.0f}\n" for id_, at in sorted(tombstones.items()))


def parsed(content: str) -> Tombstones:
    """The tombstones in a file's content; raises ValueError if it is not a list of tombstones."""
    found = {}
    for line in content.splitlines():
        id_, _, at = line.partition(" ")
        if len(id_) != 64 or not at.isdigit():
            raise ValueError("this is not a list of erased chats")
        found[id_] = float(at)
    return found


def fingerprint(chat: str) -> str:
    """What is kept of an erased chat; nobody can recover the chat's random id from it."""
    return hashlib.sha256(f"erased:{chat}".encode()).hexdigest()


def _add(connection: Connection, tombstones: Tombstones) -> None:
    known = set(connection.execute(select(table.c.id)).scalars()) if len(tombstones) > 1 else set()
    for id_, at in sorted(tombstones.items()):
        if id_ not in known:
            put(connection, table, id=id_, at=at)
