"""Conversations in PostgreSQL, one row each, so that they survive a Rasa process and move to another."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import DDL, Column, Float, MetaData, String, Table, Text, create_engine, delete, event, select, update
from sqlalchemy.dialects.postgresql import insert

logger = logging.getLogger(__name__)
T = TypeVar("T")
# Where conversations are kept besides memory: the address of a PostgreSQL database.
ADDRESS = "ASSISTANT_TRACKERS"
# A database that hangs must not hang every visitor: after this many seconds it counts as away, for so many.
LONGEST, BREAK = 1.5, 2.0
CONNECTIONS = 4

schema = MetaData()
conversations = Table(
    "conversations",
    schema,
    Column("sender", String(255), primary_key=True),
    Column("at", Float(53), nullable=False, index=True),
    Column("tracker", Text, nullable=False),
)
# PostgreSQL would put samples of it into its statistics, where nobody erases them.
event.listen(conversations, "after_create", DDL("ALTER TABLE conversations ALTER COLUMN tracker SET STATISTICS 0"))


class AwayError(Exception):
    """The database does not answer in time."""


class Conversations:
    """Reads and writes the table in threads; raises AwayError where the database is away, and for a while after."""

    def __init__(self, url: str) -> None:
        options = "-c statement_timeout=1500 -c lock_timeout=1000"
        # What was given up after LONGEST must not reach the database minutes later, when the way there is whole again.
        connect = {"connect_timeout": 2, "options": options, "application_name": "iom-rasa", "tcp_user_timeout": 3000}
        self._engine = create_engine(
            url,
            future=True,
            hide_parameters=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=1,
            pool_pre_ping=False,
            connect_args=connect,
        )
        self._away_until, self._made = 0.0, False

    async def read(self, sender: str) -> tuple[str, float] | None:
        """A conversation's tracker and when it was written; None where there is none."""
        return await self._try(self._read, sender)

    async def write(self, sender: str, at: float, tracker: str, known: float) -> bool:
        """Keeps a conversation in place of that written at `known`, 0 for none; False where another stands there now.

        A process that was slow must not undo what another one wrote since.
        """
        return await self._try(self._write, sender, at, tracker, known)

    async def forget(self, sender: str) -> None:
        """Deletes a conversation."""
        await self._try(self._forget, sender)

    async def _try(self, work: Callable[..., T], *arguments: object) -> T:
        if time.monotonic() < self._away_until:
            raise AwayError
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._prepared, work, *arguments), LONGEST)
        except Exception as error:
            self._away_until = time.monotonic() + BREAK
            logger.error("The database of conversations is away: %s.", type(error).__name__)
            raise AwayError from error

    def _prepared(self, work: Callable[..., T], *arguments: object) -> T:
        if not self._made:
            # Another process may make the table at the same moment.
            with self._engine.begin() as connection:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5005)")
                schema.create_all(connection)
            self._made = True
        return work(*arguments)

    def _read(self, sender: str) -> tuple[str, float] | None:
        asked = select(conversations.c.tracker, conversations.c.at).where(conversations.c.sender == sender)
        with self._engine.connect() as connection:
            row = connection.execute(asked).first()
        return (str(row[0]), float(row[1])) if row else None

    def _write(self, sender: str, at: float, tracker: str, known: float) -> bool:
        row = {"at": at, "tracker": tracker}
        replaced = (conversations.c.sender == sender) & (conversations.c.at == known)
        change = update(conversations).where(replaced).values(**row)
        if not known:
            change = insert(conversations).values(sender=sender, **row).on_conflict_do_nothing()
        with self._engine.begin() as connection:
            return bool(connection.execute(change).rowcount == 1)

    def _forget(self, sender: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(conversations).where(conversations.c.sender == sender))
