"""The front's database: its tables, and how it is opened.

All calls block, so the front makes them in threads. A messenger's chat is a row like any other:
its `channel` and `recipient` say where answers go, and `external_id` is the messenger's own message id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    false,
    inspect,
)
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateColumn

# How long VACUUM FULL waits for a table's lock; everyone else who wants the table waits behind it.
LOCK_TIMEOUT_MS = 3000
# Any number that no other advisory lock in the database uses.
SCHEMA_LOCK = 8080
_queues: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
schema = MetaData()
chats = Table(
    "chats",
    schema,
    Column("id", String(64), primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("recipient", String(255)),
    Column("language", String(8), nullable=False),
    Column("spoken", String(8)),
    Column("created_at", Float(53), nullable=False),
    Column("last_at", Float(53), nullable=False, index=True),
    Column("last_sequence", Integer, nullable=False),
    # The last event handed to a channel that cannot ask for what it missed (socket.io, messengers).
    Column("delivered", Integer, nullable=False),
    # How many messages of the next answer a messenger has accepted, and whether another was sent but not confirmed.
    Column("delivered_parts", Integer, nullable=False, server_default="0"),
    Column("in_doubt", Boolean, nullable=False, server_default=false()),
    # The user's language, according to the messenger.
    Column("told", String(8)),
    # When the user last wrote.
    Column("heard_at", Float(53)),
    # Whether the user has been told that a machine answers.
    Column("noticed", Boolean, nullable=False, server_default=false()),
    # The chat is erased, except for the confirmation, which has yet to be delivered.
    Column("ending", Boolean, nullable=False, server_default=false()),
    Index("one_chat_for_each_recipient", "channel", "recipient", unique=True),
)
events = Table(
    "events",
    schema,
    Column("chat", String(64), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("type", String(12), nullable=False),
    Column("at", Float(53), nullable=False),
    Column("data", Text, nullable=False),
)
messages = Table(
    "messages",
    schema,
    Column("chat", String(64), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("external_id", String(255), nullable=False),
    Column("language", String(8)),
    Column("choice", String(8)),
    Column("accepted_at", Float(53), nullable=False),
    # When it was sent, according to the messenger, which may deliver messages out of order.
    Column("sent_at", Float(53)),
    Column("kind", String(12), nullable=False, server_default="text"),
    Column("state", String(12), nullable=False, index=True),
    UniqueConstraint("chat", "external_id"),
)
# Webhook requests that are acknowledged but not processed yet, encrypted.
webhooks = Table(
    "webhooks",
    schema,
    Column("id", Integer, primary_key=True),
    Column("messenger", String(20), nullable=False),
    Column("at", Float(53), nullable=False, index=True),
    Column("sealed", Text, nullable=False),
)
# Fingerprints of messengers' messages; they outlive an erased chat, so that a retry is not answered again.
seen = Table("seen", schema, Column("id", String(64), primary_key=True), Column("at", Float(53), index=True))
feedback = Table(
    "feedback",
    schema,
    Column("chat", String(64), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", Text),
    Column("at", Float(53), nullable=False),
)
# The tables whose rows belong to a chat.
CONTENTS = (events, messages, feedback)
# Which of several fronts is working on which chat.
leases = Table(
    "leases",
    schema,
    Column("work", String(12), primary_key=True),
    Column("chat", String(64), primary_key=True),
    Column("owner", String(32), nullable=False),
    Column("until", Float(53), nullable=False),
)
# Fingerprints of erased chats, kept as long as chats are, because a restored backup may still hold them. The table
# keeps its first name, `erased`, so that existing databases do not lose it.
tombstones = Table("erased", schema, Column("id", String(64), primary_key=True), Column("at", Float(53), index=True))
# Conversations that Rasa has yet to erase.
erasures = Table("erasures", schema, Column("sender", String(255), primary_key=True))


def without_statistics(*columns: Column[Any]) -> None:
    """Keeps samples of these columns out of PostgreSQL's statistics, where nobody would erase them."""
    for column in columns:
        statement = DDL(f"ALTER TABLE {column.table.name} ALTER COLUMN {column.name} SET STATISTICS 0")
        event.listen(column.table, "after_create", statement.execute_if(dialect="postgresql"))


without_statistics(events.c.data, chats.c.recipient, messages.c.external_id, feedback.c.reason)


def database(url: str) -> Engine:
    """Opens the database, creating tables, columns and indexes that it lacks."""
    engine = _engine(url)
    with _schema_locked(engine):
        schema.create_all(engine)
        _add_missing(engine)
    return engine


@contextmanager
def _schema_locked(engine: Engine) -> Iterator[None]:
    """Keeps other fronts from creating tables meanwhile; PostgreSQL fails if two create the same one."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
        yield


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a write transaction.

    SQLite allows one writer, and those who find it busy back off for longer and longer: with twenty at once, some
    waited a second. Here they queue instead.
    """
    queue = _queues.setdefault(engine, Lock()) if engine.dialect.name == "sqlite" else nullcontext()
    with queue, engine.begin() as connection:
        yield connection


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, future=True, hide_parameters=True, pool_pre_ping=True)
    arguments = {"check_same_thread": False, "timeout": 10}
    # An in-memory database lives in its one connection, so everyone takes turns with it.
    only_one = {"pool_size": 1, "max_overflow": 0} if make_url(url).database is None else {}
    engine = create_engine(
        url, future=True, hide_parameters=True, poolclass=QueuePool, connect_args=arguments, **only_one
    )
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def delete_contents(connection: Connection, chat: str) -> None:
    """Deletes the rows that belong to a chat."""
    for table in CONTENTS:
        connection.execute(delete(table).where(table.c.chat == chat))


def overwrite(engine: Engine) -> None:
    """Clears erased data from SQLite's write-ahead log as well, where it would linger."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def vacuum(engine: Engine, tables: Iterable[Table] = schema.sorted_tables) -> list[str]:
    """Rewrites tables without their deleted rows; returns what PostgreSQL reported about those it skipped.

    A plain VACUUM only marks the space of deleted rows as free and leaves their bytes there.
    """
    overwrite(engine)
    if engine.dialect.name != "postgresql":
        return []
    skipped: list[str] = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        for table in tables:
            try:
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table.name}")
            except OperationalError:
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table.name}")
                skipped.append(f"{table.name} is in use")
        # For tables that may not be vacuumed, PostgreSQL only warns.
        notices = connection.connection.dbapi_connection.notices
        skipped += [line.partition(":")[2].strip() for line in notices if "skipping" in line]
    return skipped


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Readers do not block the writer, commits survive a power failure, and deleted data is overwritten."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _add_missing(engine: Engine) -> None:
    """Adds the columns and indexes that a database from an earlier version lacks."""
    for table in schema.sorted_tables:
        there = {column["name"] for column in inspect(engine).get_columns(table.name)}
        with engine.begin() as connection:
            for column in table.columns:
                if column.name not in there:
                    written = CreateColumn(column).compile(dialect=engine.dialect)
                    connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {written}")
            for index in table.indexes:
                index.create(connection, checkfirst=True)
