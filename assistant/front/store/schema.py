"""The front's database: its tables, and how it is opened.

All calls block, so the front makes them in threads. A messenger's chat is a row like any other:
its `channel` and `recipient` say where answers go, and `external_id` is the messenger's own message id.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
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
    insert,
    inspect,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateColumn

from assistant.front.store import faults
from assistant.front.store.wal_checkpoint import overwrite_again
from assistant.front.store.writer_queue import WriterQueue

# The version of these tables; raise it with every change to them. Databases from before versions count as 1.
VERSION = 3
# How long a request waits for the database, whatever for; then it ends with 503.
WAIT_SECONDS = 2.5
# How long an operator's command, or the upgrade of a schema, waits.
PATIENT_SECONDS = 60.0

# How long VACUUM FULL waits for a table's lock; everyone else who wants the table waits behind it.
LOCK_TIMEOUT_MS = 3000
# How long a command waits for readers of an SQLite database; nobody waits behind it.
VACUUM_PATIENCE_SECONDS = 10.0
READER = "another program is reading the database; the front overwrites them once it has finished"
MEMORY = ":memory:"
MAX_LOG_PAGES = 256
SQLITE_SIGNATURE = b"SQLite format 3\0"
# Any number that no other advisory lock in the database uses.
SCHEMA_LOCK = 8080
# Statements that both databases know, but not the standard.
INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_queues: WeakKeyDictionary[Engine, WriterQueue] = WeakKeyDictionary()
schema = MetaData()
chats = Table(
    "chats",
    schema,
    Column("id", String(64), primary_key=True),
    Column("channel", String(20), nullable=False),
    # The fingerprint by which a messenger's user is found, and the sealed address.
    Column("recipient", String(255)),
    Column("address", Text),
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
    # Whether Rasa may hold its conversation under a name that depends on a secret, as earlier versions gave it.
    Column("former_name", Boolean, nullable=False, server_default=true()),
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
    # The versions of the model and the knowledge that answered it.
    Column("model", String(64)),
    Column("knowledge", String(64)),
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
# What visitors asked people, with their consent: not masked, the e-mail address apart. Only the desk answers it.
team_questions = Table(
    "team_questions",
    schema,
    Column("chat", String(64), primary_key=True),
    # The fingerprint of the id that the visitor's program gave it, so that a repeat is the same question.
    Column("id", String(64), primary_key=True),
    Column("at", Float(53), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("email", Text),
    Column("state", String(12), nullable=False),
)
# Questions that staff should see: not answered, asked back about in vain, or answered badly (unanswered.py). The text
# is masked and cut; it is missing where a mask or an emergency forbids it. What tells of the question is sealed.
# `sequence` is the question's, `answer` that of the event which answered it.
unanswered = Table(
    "unanswered",
    schema,
    Column("chat", String(64), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("answer", Integer),
    Column("at", Float(53), nullable=False),
    # As an ISO date.
    Column("day", String(10), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text),
    # Of the entry that was given, or of the nearest one.
    Column("topic", Text),
    Column("entry", Text),
    Column("reason", String(12), nullable=False),
    # As JSON; without any words of the visitor.
    Column("why", Text),
    Column("model", String(64)),
    Column("knowledge", String(64)),
    Column("state", String(12), nullable=False, index=True),
)
# The tables whose rows belong to a chat.
CONTENTS = (events, messages, feedback, unanswered, team_questions)
# How often something was asked and how that ended. Only counts, of no chat: they outlive the chats.
tallies = Table(
    "tallies",
    schema,
    Column("day", String(10), primary_key=True),
    Column("release", String(130), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("topic", String(64), primary_key=True),
    Column("entry", String(128), primary_key=True),
    Column("outcome", String(12), primary_key=True),
    Column("count", Integer, nullable=False),
)
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
# The version of the schema, and what the purge has to remember (brake.py).
state = Table("state", schema, Column("name", String(32), primary_key=True), Column("value", Float(53), nullable=False))
# PostgreSQL only. Apart from the rest, so that no backup of the data contains the keys that open it.
key_schema = MetaData()
keys = Table(
    "keys", key_schema, Column("name", String(32), primary_key=True), Column("key", String(64), nullable=False)
)


# Columns that PostgreSQL must not sample for its statistics, where nobody would erase what people wrote.
NOT_SAMPLED: tuple[Column[Any], ...] = (
    events.c.data,
    chats.c.recipient,
    chats.c.address,
    messages.c.external_id,
    feedback.c.reason,
    team_questions.c.text,
    team_questions.c.email,
    unanswered.c.text,
    unanswered.c.topic,
    unanswered.c.entry,
    unanswered.c.why,
    webhooks.c.sealed,
    keys.c.key,
)
# What a column is sampled for, if its table is ours to change: 0 where nothing is left to do.
SAMPLED = text(
    "SELECT (attstattarget IS DISTINCT FROM 0)::int + 2 * EXISTS (SELECT 1 FROM pg_stats"
    " WHERE tablename = relname AND pg_stats.attname = pg_attribute.attname AND schemaname = current_schema())::int"
    " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
    " WHERE attrelid = to_regclass(:table) AND attname = :column AND relowner = current_user::regrole"
)


class NewerSchemaError(Exception):
    """The database was last used by a later version of the assistant."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"its database has schema version {found}, and this release knows {VERSION} at most. Start the release "
            "that used it last, or restore a backup from before the upgrade"
        )


def database(url: str, wait_seconds: float = WAIT_SECONDS) -> Engine:
    """Opens the database and upgrades its schema; raises NewerSchemaError if that is newer than ours."""
    if not _in_memory(url):
        patient = _engine(url, PATIENT_SECONDS)
        try:
            _upgrade(patient)
        finally:
            patient.dispose()
    engine = _engine(url, wait_seconds)
    if _in_memory(url):
        _upgrade(engine)
    return engine


def schema_version(engine: Engine) -> int | None:
    """The version of the schema in a database; None if it has none of the tables."""
    if not inspect(engine).has_table(state.name):
        return 1 if inspect(engine).has_table(chats.name) else None
    with engine.connect() as connection:
        found = connection.execute(select(state.c.value).where(state.c.name == "version")).scalar()
    return 1 if found is None else int(found)


def _upgrade(engine: Engine) -> None:
    """Creates the tables, columns and indexes that are missing; changes nothing in a current or newer database."""
    with _schema_locked(engine):
        found = schema_version(engine)
        if found is not None and found > VERSION:
            raise NewerSchemaError(found)
        schema.create_all(engine)
        if engine.dialect.name == "postgresql":
            key_schema.create_all(engine)
        _add_missing(engine)
        if engine.dialect.name == "postgresql":
            _end_sampling(engine)
        if found != VERSION:
            with engine.begin() as connection:
                connection.execute(delete(state).where(state.c.name == "version"))
                connection.execute(insert(state).values(name="version", value=VERSION))


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
    """A connection in a write transaction; raises BusyError or OperationalError if that takes too long to get.

    SQLite allows one writer, and those who find it busy back off for longer and longer: with twenty at once, some
    waited a second. Here they queue instead. The wait in the queue and that for other processes have one deadline.
    """
    queue = _queues.get(engine)
    if queue is None:
        with engine.begin() as connection:
            yield connection
        return
    with queue.turn() as left, engine.begin() as connection, _busy_timeout(connection, left, queue.wait_seconds):
        yield connection


@contextmanager
def _busy_timeout(connection: Connection, seconds: float, usual_seconds: float) -> Iterator[None]:
    """Shortens how long SQLite waits for other processes, if the queue has taken some of that time already."""
    if seconds > usual_seconds - 0.1:
        yield
        return
    # Not by the transaction, which its user may already have rolled back at the end.
    driver = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):
            driver.execute(f"PRAGMA busy_timeout = {int(usual_seconds * 1000)}")


def _in_memory(url: str) -> bool:
    return url.startswith("sqlite") and make_url(url).database in (None, "", MEMORY)


def _engine(url: str, wait_seconds: float) -> Engine:
    engine = _sqlite(url, wait_seconds) if url.startswith("sqlite") else _postgresql(url, wait_seconds)
    faults.count_all(engine)
    return engine


def _postgresql(url: str, wait_seconds: float) -> Engine:
    """An operator's commands have no limit for a statement, since rewriting a table takes as long as it takes."""
    milliseconds, request = int(wait_seconds * 1000), wait_seconds < PATIENT_SECONDS
    options = f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds if request else 0}"
    arguments = {"connect_timeout": max(int(wait_seconds), 2), "options": options}
    if request:
        # Otherwise a connection that broke without a word would hold its thread for a quarter of an hour.
        arguments["tcp_user_timeout"] = milliseconds + 1000
    return create_engine(
        url,
        future=True,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=wait_seconds,
        connect_args=arguments,
    )


def _sqlite(url: str, wait_seconds: float) -> Engine:
    path = None if _in_memory(url) else Path(make_url(url).database)
    if path:
        make_private(path)
    arguments = {"check_same_thread": False, "timeout": wait_seconds}
    # An in-memory database lives in its one connection, so everyone takes turns with it.
    only_one = {} if path else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_timeout=wait_seconds,
        connect_args=arguments,
        **only_one,
    )
    _queues[engine] = WriterQueue(wait_seconds)
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def make_private(path: Path) -> None:
    """Takes a database's files from everybody but their owner; SQLite gives new ones the mode of the first."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        # SQLite says why better than we could.
        return
    with os.fdopen(descriptor, "rb") as file:
        if file.read(len(SQLITE_SIGNATURE)) not in (b"", SQLITE_SIGNATURE):
            return
    for name in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if name.exists() and name.stat().st_mode & 0o077 and name.stat().st_uid == os.geteuid():
            name.chmod(0o600)


def put(connection: Connection, table: Table, **row: object) -> None:
    """Stores a row in place of one with the same primary key; where two do so at once, one of them wins.

    Not by DO UPDATE, which the role of the purge may not use.
    """
    same = [column == row[column.name] for column in table.primary_key]
    connection.execute(delete(table).where(*same))
    connection.execute(INSERT[connection.dialect.name](table).values(**row).on_conflict_do_nothing())


def delete_contents(connection: Connection, chat: str) -> None:
    """Deletes the rows that belong to a chat."""
    for table in CONTENTS:
        connection.execute(delete(table).where(table.c.chat == chat))


def vacuum(engine: Engine, tables: Iterable[Table] = (keys, *schema.sorted_tables)) -> list[str]:
    """Rewrites tables without their deleted rows; returns what is left, and why.

    A plain VACUUM only marks the space of deleted rows as free and leaves their bytes there.
    """
    if engine.dialect.name != "postgresql":
        return [] if overwrite_again(engine, VACUUM_PATIENCE_SECONDS) else [READER]
    skipped: list[str] = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        notices = connection.connection.dbapi_connection.notices = _Notices()
        connection.exec_driver_sql(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
        for table in tables:
            try:
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table.name}")
            except OperationalError:
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table.name}")
                skipped.append(f"{table.name} is in use")
        # For tables that may not be vacuumed, PostgreSQL only warns.
        skipped += [line.partition(":")[2].strip() for line in notices.lines if "skipping" in line]
    return skipped


class _Notices:
    """What PostgreSQL remarks on; unlike psycopg2's own list, it is not emptied by SQLAlchemy after each statement."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def append(self, line: str) -> None:
        """Takes a remark; psycopg2 calls this."""
        self.lines.append(line)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Readers do not block the writer, commits survive a power failure, and deleted data is overwritten.

    The write-ahead log is kept to about a megabyte, so that a small disk is not filled by it.
    """
    log = f"wal_autocheckpoint={MAX_LOG_PAGES}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", log):
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


def _end_sampling(engine: Engine) -> None:
    """Keeps what people write out of PostgreSQL's statistics, and clears what an earlier version let in."""
    with engine.begin() as connection:
        for column in NOT_SAMPLED:
            named = {"table": column.table.name, "column": column.name}
            found = connection.execute(SAMPLED, named).scalar()
            if not found:
                continue
            altered = f"ALTER TABLE {column.table.name} ALTER COLUMN {column.name}"
            connection.exec_driver_sql(f"{altered} SET STATISTICS 0")
            if found > 1:
                # The type that it has already: rewrites nothing, and drops the samples.
                connection.exec_driver_sql(f"{altered} TYPE {column.type.compile(engine.dialect)}")
