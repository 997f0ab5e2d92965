"""Backs up the front's database while it runs, and restores a backup; see docs/operations.md."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from assistant.front.store.schema import chats, database, schema, webhooks
from assistant.front.store.tombstones import Tombstones, erase_again, tombstones_in

LOCK_TIMEOUT_SECONDS = 60.0
# Debian installs PostgreSQL's programs here, outside PATH.
POSTGRESQL = Path("/usr/lib/postgresql")
SIGNATURES = {"sqlite": b"SQLite format 3\0", "postgresql": b"PGDMP"}
# Requests in the queue are not masked yet, and a restored one would be processed long after its time.
TABLES = tuple(table.name for table in schema.sorted_tables if table is not webhooks)
# The tables that every backup has; later versions added the others.
REQUIRED_TABLES = ("chats", "events", "messages", "feedback")


class BackupError(Exception):
    """Nothing was saved or restored; the message tells the operator why."""


def save(url: str, target: Path) -> None:
    """Writes a consistent copy of the database to a new file, which appears once it is complete."""
    if target.exists():
        raise BackupError(f"{target} already exists; name a new file.")
    address = make_url(url)
    with _draft(target.parent) as draft:
        if address.get_backend_name() == "sqlite":
            _copy(_existing(address), draft)
            _empty_queue(draft)
            _check(draft)
        else:
            tables = [f"--table={name}" for name in TABLES]
            _run(address, "pg_dump", "--format=custom", f"--file={draft}", *tables)
        _keep(draft, target)


def current_tombstones(url: str) -> Tombstones | None:
    """The tombstones in the current database; None if it cannot be read."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return None
    try:
        return tombstones_in(create_engine(url, future=True, hide_parameters=True, poolclass=NullPool))
    except (DBAPIError, sqlite3.Error):
        return None


def restore(url: str, source: Path, tombstones: Tombstones) -> tuple[int, int]:
    """Replaces the database with a backup, less the chats erased since; returns how many remain and how many went."""
    address = make_url(url)
    backend = address.get_backend_name()
    with source.open("rb") as file:
        if not file.read(16).startswith(SIGNATURES[backend]):
            raise BackupError(f"{source} is not a backup of a {backend} database.")
    if backend == "sqlite":
        return _restore_sqlite(Path(str(address.database)), source, tombstones)
    _check_archive(address, source)
    _run(address, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--exit-on-error", str(source))
    return _erase_again(url, tombstones)


def write_atomically(content: str, target: Path) -> None:
    """Writes a file that is complete or not there at all."""
    with _draft(target.parent) as draft:
        draft.write_text(content, "utf-8")
        _keep(draft, target)


def _restore_sqlite(target: Path, source: Path, tombstones: Tombstones) -> tuple[int, int]:
    """Erases in a copy next to the database first, so that erased chats never reappear."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _draft(target.parent) as draft:
        _copy(source, draft)
        _check(draft)
        counts = _erase_again(f"sqlite:///{draft}", tombstones)
        _move_corrupt_file_away(target)
        _copy(draft, target)
    return counts


def _erase_again(url: str, tombstones: Tombstones) -> tuple[int, int]:
    engine = database(url)
    try:
        gone = erase_again(engine, tombstones)
        with engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(chats)).scalar_one()), gone
    finally:
        engine.dispose()


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
    """Raises BackupError for an archive without our tables, which pg_restore would accept."""
    held = _run(address, "pg_restore", "--list", str(source))
    if missing := [name for name in REQUIRED_TABLES if not re.search(rf"TABLE DATA \S+ {name} ", held)]:
        raise BackupError(f"{source} is damaged: it lacks {', '.join(missing)}.")


def _existing(address: URL) -> Path:
    path = Path(str(address.database))
    if not path.is_file():
        raise BackupError(f"There is no database {path}.")
    return path


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A temporary file that only its owner can read; it and SQLite's journals are removed at the end."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".backup-")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(name + end).unlink(missing_ok=True)


def _keep(draft: Path, target: Path) -> None:
    """Flushes a finished file to disk and gives it its name, so that it survives a power failure."""
    for path in (draft, draft.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path is draft:
            draft.replace(target)


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
    where = [] if "--list" in arguments else [f"--dbname={named}", "--no-password"]
    command = [path, *where, "--no-owner", "--no-privileges", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout
