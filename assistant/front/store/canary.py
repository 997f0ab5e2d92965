"""A canary: a chat of nobody's that is stored, read and deleted, to see whether a visitor's would be."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, Engine

from assistant.front.core.channels import CANARY
from assistant.front.store.schema import chats, delete_contents, events, messages, writing

# In no state that a worker looks for, nor a metric.
SENT = "canary"
TEXT = "x" * 4000
# One that a front left behind when it was killed in between is cleared away by the next check of any front.
LEFT_BEHIND_SECONDS = 60.0


class CanaryError(Exception):
    """What was stored could not be read, or not be deleted."""


def fly(engine: Engine) -> None:
    """Stores, reads and deletes a canary; raises CanaryError, or whatever the database raises.

    With a used-up quota it still flies, in the reserve: answering, exporting and deleting go on.
    """
    chat, now = f"{CANARY}-{secrets.token_hex(8)}", time.time()
    with writing(engine) as connection:
        _store(connection, chat, now)
    try:
        if _found(engine, chat) != TEXT:
            raise CanaryError("a message that was stored cannot be read")
    finally:
        _delete(engine, chat, now)
    if _found(engine, chat) is not None:
        raise CanaryError("a message that was deleted is still there")


def _store(connection: Connection, chat: str, now: float) -> None:
    times = {"created_at": now, "last_at": now}
    connection.execute(
        insert(chats).values(id=chat, channel=CANARY, language="de", last_sequence=1, delivered=0, **times)
    )
    connection.execute(insert(events).values(chat=chat, sequence=1, type=CANARY, at=now, data=TEXT))
    row = {"chat": chat, "sequence": 1, "external_id": chat, "accepted_at": now, "state": SENT}
    connection.execute(insert(messages).values(**row))


def _found(engine: Engine, chat: str) -> str | None:
    with engine.connect() as connection:
        found: str | None = connection.execute(select(events.c.data).where(events.c.chat == chat)).scalar()
    return found


def _delete(engine: Engine, chat: str, now: float) -> None:
    left = (chats.c.channel == CANARY) & (chats.c.created_at < now - LEFT_BEHIND_SECONDS)
    with writing(engine) as connection:
        for each in {chat, *connection.execute(select(chats.c.id).where(left)).scalars()}:
            delete_contents(connection, each)
            connection.execute(delete(chats).where(chats.c.id == each))
