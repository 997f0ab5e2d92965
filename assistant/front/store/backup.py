"""Backs up the front's database while it runs, and restores a backup; see docs/operations.md."""

from __future__ import annotations

import math
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from assistant.core.atomic_files import draft_of, keep
from assistant.front.store.chat_keys import LOOKUP, KeysByName, destroy_orphaned_keys, key_path, name_of
from assistant.front.store.cipher import PREFIX
from assistant.front.store.key_copy import FILE as KEYS_FILE
from assistant.front.store.key_copy import keep_keys, keys_in, read_copy, replace_copy, unreadable_chats
from assistant.front.store.schema import (
    PATIENT_SECONDS,
    VERSION,
    NewerSchemaError,
    chats,
    database,
    make_private,
    schema,
    state,
    webhooks,
)
from assistant.front.store.tombstones import Tombstones, erase_again, fingerprint, tombstones_in

LOCK_TIMEOUT_SECONDS = 60.0
# Debian installs PostgreSQL's programs here, outside PATH.
POSTGRESQL = Path("/usr/lib/postgresql")
SIGNATURES = {"sqlite": b"SQLite format 3\0", "postgresql": b"PGDMP"}
# Requests in the queue are not masked yet, and a restored one would be processed long after its time.
TABLES = tuple(table.name for table in schema.sorted_tables if table is not webhooks)
# The tables that every backup has; later versions added the others.
REQUIRED_TABLES = ("chats", "events", "messages", "feedback")
# Of a copy with more keys than this, some are still in use, unless the database is another one.
MAX_ALL_GONE = 5


class BackupError(Exception):
    """Nothing was saved or restored; the message tells the operator why."""


NO_KEYS = (
    "Nothing was restored: the backup is sealed, there is no copy of the keys, and none of its keys is in the present "
    "database. Name the newest copy by --keys."
)


def save(url: str, target: Path, keys: Path | None = None) -> None:
    """Writes a consistent copy of the database to a new file, then replaces the copy of the keys, by default beside it.

    Either appears once it is complete. The data alone cannot be read.
    """
    if target.exists():
        raise BackupError(f"{target} already exists; name a new file.")
    keys = keys or target.with_name(KEYS_FILE)
    _check_replaceable(url, keys)
    address = make_url(url)
    with _draft(target) as draft:
        if address.get_backend_name() == "sqlite":
            _copy(_existing(address), draft)
            _empty_queue(draft)
            _check(draft)
        else:
            tables = [f"--table={name}" for name in TABLES]
            _run(address, "pg_dump", "--format=custom", f"--file={draft}", *tables)
        keep(draft, target)
    save_keys(url, keys)


def save_keys(url: str, target: Path) -> None:
    """Replaces the copy of the keys by one of the keys that there are now, and overwrites what it held.

    Raises BackupError, and leaves the copy alone, where that would cost keys that are still needed.
    """
    _check_replaceable(url, target)
    replace_copy(keys_in(_opened(url)), target)


def _check_replaceable(url: str, target: Path) -> None:
    """Raises BackupError unless the keys that there are now may replace what is in a file."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and target.resolve() == key_path(_existing(address)).resolve():
        raise BackupError(f"{target} holds the keys in use. Back up to another folder, or name another file by --keys.")
    copied = read_copy(target).keys() - {LOOKUP} if target.exists() else set()
    if len(copied) > MAX_ALL_GONE and not copied & keys_in(_opened(url)).keys():
        raise BackupError(
            f"Nothing was saved: {target} holds {len(copied)} keys, and not one of their chats is in this database. If "
            "the database was lost, restore it; if all of its chats were erased, delete that file."
        )


def current_keys(url: str) -> KeysByName:
    """The keys in the current database; none if it cannot be read."""
    with suppress(DBAPIError, sqlite3.Error, OSError):
        return keys_in(_opened(url))
    return {}


def current_tombstones(url: str) -> Tombstones | None:
    """The tombstones in the current database; None if it cannot be read."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return None
    try:
        return tombstones_in(_opened(url))
    except (DBAPIError, sqlite3.Error):
        return None


def restore(url: str, source: Path, tombstones: Tombstones, saved_keys: KeysByName | None = None) -> tuple[int, int]:
    """Replaces the database with a backup, less the chats erased since; returns how many remain and how many went.

    Erased is what has a tombstone, and what is sealed with a key that exists neither here nor in the copy.
    """
    current = current_keys(url)
    keys = {**(saved_keys or {}), **current}
    if saved_keys and LOOKUP in saved_keys:
        # It differs only if this database was begun anew, and then the backup's chats are found by the saved one.
        keys[LOOKUP] = saved_keys[LOOKUP]
    address = make_url(url)
    backend = address.get_backend_name()
    with source.open("rb") as file:
        if not file.read(16).startswith(SIGNATURES[backend]):
            raise BackupError(f"{source} is not a backup of a {backend} database.")
    if backend == "sqlite":
        counts = _restore_sqlite(Path(str(address.database)), source, tombstones, keys, named=saved_keys is not None)
    else:
        counts = _restore_postgresql(url, source, tombstones, keys, named=saved_keys is not None)
    destroy_orphaned_keys(_opened(url), most=math.inf)
    return counts


def _restore_postgresql(
    url: str, source: Path, tombstones: Tombstones, keys: KeysByName, named: bool
) -> tuple[int, int]:
    address = make_url(url)
    _check_archive(address, source)
    if not named:
        _check_readable(_sealed_in_archive(address, source), tombstones, keys)
    _run(address, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--exit-on-error", str(source))
    return _erase_again(url, tombstones, keys)


def _restore_sqlite(
    target: Path, source: Path, tombstones: Tombstones, keys: KeysByName, named: bool
) -> tuple[int, int]:
    """Erases in a copy next to the database first, so that erased chats never reappear."""
    url = f"sqlite:///{target}"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _draft(target) as draft:
        _copy(source, draft)
        _check(draft)
        if not named:
            _check_readable(_sealed_in(draft), tombstones, keys)
        counts = _erase_again(f"sqlite:///{draft}", tombstones, keys, keep_in=url)
        _move_corrupt_file_away(target)
        make_private(target)
        _copy(draft, target)
    return counts


def _erase_again(url: str, tombstones: Tombstones, keys: KeysByName, keep_in: str | None = None) -> tuple[int, int]:
    """Erases what was erased since, and keeps the keys of the rest; SQLite's in the database that is to be replaced."""
    engine = _upgraded(url)
    try:
        destroyed = {fingerprint(chat): time.time() for chat in unreadable_chats(engine, keys)}
        gone = erase_again(engine, {**destroyed, **tombstones})
        with engine.connect() as connection:
            left = list(connection.execute(select(chats.c.id)).scalars())
        keep_keys(_opened(keep_in) if keep_in else engine, map(name_of, left), keys)
        return len(left), gone
    finally:
        engine.dispose()


def _upgraded(url: str) -> Engine:
    try:
        return database(url, PATIENT_SECONDS)
    except NewerSchemaError as error:
        raise BackupError(f"The backup cannot be used: {error}.") from error


def _opened(url: str) -> Engine:
    return create_engine(url, future=True, hide_parameters=True, poolclass=NullPool)


def _sealed_in(database_file: Path) -> set[str]:
    engine = _upgraded(f"sqlite:///{database_file}")
    try:
        return {*unreadable_chats(engine, {})}
    finally:
        engine.dispose()


def _sealed_in_archive(address: URL, source: Path) -> set[str]:
    rows = _run(address, "pg_restore", "--data-only", "--table=events", "--file=-", str(source)).splitlines()
    return {row.partition("\t")[0] for row in rows if PREFIX in row}


def _check_readable(sealed: set[str], tombstones: Tombstones, keys: KeysByName) -> None:
    """Raises BackupError if not one chat could be read that has not been erased: then these are not its keys."""
    left = [chat for chat in sealed if fingerprint(chat) not in tombstones]
    if left and not any(name_of(chat) in keys for chat in left):
        raise BackupError(NO_KEYS)


def _copy(source: Path, target: Path) -> None:
    """SQLite's online backup: a consistent snapshot, whoever is writing; complete or not at all."""
    started = time.monotonic()

    def check_timeout(*_: int) -> None:
        if time.monotonic() - started > LOCK_TIMEOUT_SECONDS:
            raise BackupError(f"{target} is in use; stop the front first.")

    try:
        with closing(sqlite3.connect(source)) as of, closing(sqlite3.connect(target)) as to:
            of.backup(to, progress=check_timeout)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} could not be copied: {error}.") from error


def _empty_queue(draft: Path) -> None:
    """Leaves webhook requests out of a copy, and overwrites them."""
    with closing(sqlite3.connect(draft)) as connection, suppress(sqlite3.OperationalError), connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(f"DELETE FROM {webhooks.name}")  # noqa: S608 - a table of ours


def _check(draft: Path) -> None:
    """Raises BackupError for a damaged database; merges an intact one's journal into its file."""
    try:
        with closing(sqlite3.connect(draft)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database is damaged: {error}.") from error
    if found != [("ok",)]:
        raise BackupError("The database is damaged.")


def _move_corrupt_file_away(path: Path) -> None:
    """Renames a file that is no longer a valid database; a valid one can be overwritten."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        path.replace(path.with_name(f"{path.name}.wreck-{int(time.time())}"))
        for name in ("-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)


def _check_archive(address: URL, source: Path) -> None:
    """Raises BackupError for an archive without our tables, or of a later version: pg_restore would accept both."""
    held = _run(address, "pg_restore", "--list", str(source))
    if missing := [name for name in REQUIRED_TABLES if not re.search(rf"TABLE DATA \S+ {name} ", held)]:
        raise BackupError(f"{source} is damaged: it lacks {', '.join(missing)}.")
    written = _run(address, "pg_restore", "--data-only", f"--table={state.name}", "--file=-", str(source))
    version = re.search(r"^version\t([\d.]+)$", written, re.M)
    if version and float(version[1]) > VERSION:
        raise BackupError(f"The backup cannot be used: {NewerSchemaError(int(float(version[1])))}.")


def _existing(address: URL) -> Path:
    path = Path(str(address.database))
    if not path.is_file():
        raise BackupError(f"There is no database {path}.")
    return path


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A temporary file for a database; it and SQLite's journals are removed at the end."""
    with draft_of(target) as draft:
        try:
            yield draft
        finally:
            for end in ("-wal", "-shm", "-journal"):
                draft.with_name(draft.name + end).unlink(missing_ok=True)


def _run(address: URL, program: str, *arguments: str) -> str:
    """The output of one of PostgreSQL's programs; the password goes in the environment, hidden from other users."""
    path = shutil.which(program) or max(map(str, POSTGRESQL.glob(f"*/bin/{program}")), default=None)
    if not path:
        raise BackupError(f"{program} is missing (Debian: postgresql-client).")
    place = (address.host, address.port, address.database, address.query)
    named = URL.create("postgresql", address.username, None, *place)
    environment = {**os.environ, "PGOPTIONS": f"-c lock_timeout={LOCK_TIMEOUT_SECONDS:.0f}s"}
    if address.password:
        environment["PGPASSWORD"] = str(address.password)
    where = [] if {"--list", "--file=-"} & set(arguments) else [f"--dbname={named}", "--no-password"]
    command = [path, *where, "--no-owner", "--no-privileges", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout
