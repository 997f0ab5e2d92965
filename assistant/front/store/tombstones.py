"""The list of erased chats, by which they are erased again when a backup brings them back.

It holds fingerprints of random numbers, so it tells of nobody and nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping

from sqlalchemy import delete, insert, inspect, select
from sqlalchemy.engine import Connection, Engine

from assistant.front.store.schema import chats, erased, events, feedback, messages, overwrite, writing

Erased = Mapping[str, float]


def note_erased(connection: Connection, chat: str) -> None:
    """Notes that a chat is erased."""
    _keep(connection, {fingerprint(chat): time.time()})


def forget_erased(connection: Connection, before: float) -> None:
    """Forgets what was erased before."""
    connection.execute(delete(erased).where(erased.c.at < before))


def erased_in(engine: Engine) -> Erased | None:
    """The list: when each chat was erased, by its fingerprint; None where the database keeps none."""
    if not inspect(engine).has_table(erased.name):
        return None
    with engine.connect() as connection:
        return {row.id: row.at for row in connection.execute(select(erased))}


def erase_again(engine: Engine, listed: Erased) -> int:
    """Erases all chats of a list, and goes on keeping the list; how many there were."""
    with writing(engine) as connection:
        found = [chat for chat in connection.execute(select(chats.c.id)).scalars() if fingerprint(chat) in listed]
        for chat in found:
            connection.execute(delete(chats).where(chats.c.id == chat))
            for table in (events, messages, feedback):
                connection.execute(delete(table).where(table.c.chat == chat))
        _keep(connection, listed)
    overwrite(engine)
    return len(found)


def written(listed: Erased) -> str:
    """The list as a file holds it."""
    return "".join(f"{id_} {at:.0f}\n" for id_, at in sorted(listed.items()))


def read(content: str) -> Erased:
    """The list that a file holds; raises ValueError where it is none."""
    found = {}
    for line in content.splitlines():
        id_, _, at = line.partition(" ")
        if len(id_) != 64 or not at.isdigit():
            raise ValueError("it is no list of erased chats")
        found[id_] = float(at)
    return found


def fingerprint(chat: str) -> str:
    """What is kept of an erased chat; its id is a random number that nobody can find out from it."""
    return hashlib.sha256(f"erased:{chat}".encode()).hexdigest()


def _keep(connection: Connection, listed: Erased) -> None:
    known = set(connection.execute(select(erased.c.id)).scalars()) if len(listed) > 1 else set()
    for id_, at in listed.items():
        if id_ in known:
            continue
        connection.execute(delete(erased).where(erased.c.id == id_))
        connection.execute(insert(erased).values(id=id_, at=at))
