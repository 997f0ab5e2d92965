"""Conversations in PostgreSQL, one row each, so that they outlive a Rasa process and can move to another."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import DDL, Column, Float, MetaData, String, Table, Text, create_engine, delete, event, select, update
from sqlalchemy.dialects.postgresql import insert

logger = logging.getLogger(__name__)
T = TypeVar("T")
# The environment variable with the URL of a PostgreSQL database; without it, conversations are in memory only.
URL_VARIABLE = "ASSISTANT_TRACKERS"
# A database that hangs must not hang every visitor: after the timeout it is left alone until the next retry.
TIMEOUT_SECONDS, RETRY_SECONDS = 1.5, 2.0
MAX_CONNECTIONS = 4
# Any number that no other advisory lock in the database uses.
CREATION_LOCK = 5005

schema = MetaData()
conversations = Table(
    "conversations",
    schema,
    Column("sender", String(255), primary_key=True),
    Column("at", Float(53), key="written_at", nullable=False, index=True),
    Column("tracker", Text, nullable=False),
)
# PostgreSQL would copy samples of the column into its statistics, where nobody erases them.
event.listen(conversations, "after_create", DDL("ALTER TABLE conversations ALTER COLUMN tracker SET STATISTICS 0"))


class UnavailableError(Exception):
    """The database does not answer in time."""


@dataclass(frozen=True)
class Row:
    """A conversation as Rasa serialises it, and when it was written, in seconds since 1970.

    The time is the row's version: whoever replaces a row names the version that the new one is based on.
    """

    tracker: str
    written_at: float


class Conversations:
    """Reads and writes the table in threads.

    Every method raises UnavailableError if the database does not answer, and for RETRY_SECONDS after that.
    """

    def __init__(self, url: str) -> None:
        options = "-c statement_timeout=1500 -c lock_timeout=1000"
        # A statement that timed out here must not reach the database minutes later, once the network is back.
        connect = {"connect_timeout": 2, "options": options, "application_name": "iom-rasa", "tcp_user_timeout": 3000}
        self._engine = create_engine(
            url,
            future=True,
            hide_parameters=True,
            pool_size=MAX_CONNECTIONS,
            max_overflow=0,
            pool_timeout=1,
            pool_pre_ping=False,
            connect_args=connect,
        )
        self._unavailable_until, self._table_exists = 0.0, False

    async def read(self, sender: str) -> Row | None:
        """A conversation's row; None if there is none."""
        return await self._run(self._read, sender)

    async def write(self, sender: str, row: Row, base_version: float) -> bool:
        """Replaces the row of that version (0: no row yet); returns False if another version has taken its place.

        So a slow process cannot undo what another has written since.
        """
        return await self._run(self._write, sender, row, base_version)

    async def forget(self, sender: str) -> None:
        """Deletes a conversation."""
        await self._run(self._forget, sender)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        if time.monotonic() < self._unavailable_until:
            raise UnavailableError
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._in_thread, work, *arguments), TIMEOUT_SECONDS)
        except Exception as error:
            self._unavailable_until = time.monotonic() + RETRY_SECONDS
            logger.error("The database of conversations is unavailable: %s.", type(error).__name__)
            raise UnavailableError from error

    def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        if not self._table_exists:
            self._create_table()
        return work(*arguments)

    def _create_table(self) -> None:
        with self._engine.begin() as connection:
            # Another process may be creating the table at the same moment.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CREATION_LOCK})")
            schema.create_all(connection)
        self._table_exists = True

    def _read(self, sender: str) -> Row | None:
        query = select(conversations.c.tracker, conversations.c.written_at).where(conversations.c.sender == sender)
        with self._engine.connect() as connection:
            found = connection.execute(query).first()
        return Row(str(found[0]), float(found[1])) if found else None

    def _write(self, sender: str, row: Row, base_version: float) -> bool:
        values = {"written_at": row.written_at, "tracker": row.tracker}
        is_base = (conversations.c.sender == sender) & (conversations.c.written_at == base_version)
        change = update(conversations).where(is_base).values(**values)
        if not base_version:
            change = insert(conversations).values(sender=sender, **values).on_conflict_do_nothing()
        with self._engine.begin() as connection:
            return bool(connection.execute(change).rowcount == 1)

    def _forget(self, sender: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(conversations).where(conversations.c.sender == sender))
