"""Copies of the front's database, made while it runs, and the way back; see docs/operations.md."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from assistant.front.store.schema import chats, database, schema
from assistant.front.store.tombstones import Erased, erase_again, erased_in

LONGEST_WAIT = 60.0
# Where Debian puts PostgreSQL's programs beside the path.
SERVERS = Path("/usr/lib/postgresql")
HEADS = {"sqlite": b"SQLite format 3\0", "postgresql": b"PGDMP"}
TABLES = tuple(table.name for table in schema.sorted_tables)
# Without these, a copy is none; others came with later versions.
NEEDED = ("chats", "events", "messages", "feedback")


class BackupError(Exception):
    """Nothing was saved or restored; the text says why, for the operator."""


def save(url: str, target: Path) -> None:
    """Copies the database as it is at one moment into a new file, which appears when it is whole."""
    if target.exists():
        raise BackupError(f"{target} is there already; name a new file.")
    address = make_url(url)
    with _draft(target.parent) as draft:
        if address.get_backend_name() == "sqlite":
            _copy(_existing(address), draft)
            _check(draft)
        else:
            tables = [f"--table={name}" for name in TABLES]
            _run(address, "pg_dump", "--format=custom", f"--file={draft}", *tables)
        _keep(draft, target)


def present_list(url: str) -> Erased | None:
    """Which chats were erased, as the present database knows it; None where it cannot be asked."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return None
    try:
        return erased_in(create_engine(url, future=True, hide_parameters=True, poolclass=NullPool))
    except (DBAPIError, sqlite3.Error):
        return None


def restore(url: str, source: Path, listed: Erased) -> tuple[int, int]:
    """Puts a copy in the database's place, without the chats of the list: how many chats there are, how many went."""
    address = make_url(url)
    backend = address.get_backend_name()
    with source.open("rb") as file:
        if not file.read(16).startswith(HEADS[backend]):
            raise BackupError(f"{source} is no copy of a {backend} database.")
    if backend == "sqlite":
        return _restore_sqlite(Path(str(address.database)), source, listed)
    _check_archive(address, source)
    _run(address, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--exit-on-error", str(source))
    return _without(url, listed)


def write_list(content: str, target: Path) -> None:
    """Writes a list of erased chats; the file is there whole or not at all."""
    with _draft(target.parent) as draft:
        draft.write_text(content, "utf-8")
        _keep(draft, target)


def _restore_sqlite(target: Path, source: Path, listed: Erased) -> tuple[int, int]:
    """Erases in a copy beside the database first, so that what was erased is never back."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _draft(target.parent) as draft:
        _copy(source, draft)
        _check(draft)
        counts = _without(f"sqlite:///{draft}", listed)
        _put_aside_wreck(target)
        _copy(draft, target)
    return counts


def _without(url: str, listed: Erased) -> tuple[int, int]:
    engine = database(url)
    try:
        gone = erase_again(engine, listed)
        with engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(chats)).scalar_one()), gone
    finally:
        engine.dispose()


def _copy(source: Path, target: Path) -> None:
    """SQLite's own copying: of one moment, whoever writes meanwhile; whole or not at all."""
    begun = time.monotonic()

    def patience(*_: int) -> None:
        if time.monotonic() - begun > LONGEST_WAIT:
            raise BackupError(f"{target} is in use; stop the front first.")

    try:
        with closing(sqlite3.connect(source)) as of, closing(sqlite3.connect(target)) as to:
            of.backup(to, progress=patience)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} could not be copied: {error}.") from error


def _check(draft: Path) -> None:
    """Raises BackupError for a damaged database; makes a sound one a single file without others beside it."""
    try:
        with closing(sqlite3.connect(draft)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database is damaged: {error}.") from error
    if found != [("ok",)]:
        raise BackupError("The database is damaged.")


def _put_aside_wreck(path: Path) -> None:
    """Takes out of the way what is no database any more; what is one is written over."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        path.replace(path.with_name(f"{path.name}.wreck-{int(time.time())}"))
        for name in ("-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)


def _check_archive(address: URL, source: Path) -> None:
    """Raises BackupError for an archive without our tables; pg_restore would be content with nothing."""
    held = _run(address, "pg_restore", "--list", str(source))
    if missing := [name for name in NEEDED if not re.search(rf"TABLE DATA \S+ {name} ", held)]:
        raise BackupError(f"{source} is damaged: it does not hold {', '.join(missing)}.")


def _existing(address: URL) -> Path:
    path = Path(str(address.database))
    if not path.is_file():
        raise BackupError(f"There is no database {path}.")
    return path


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A file that only its owner can read, and that is gone at the end, with what SQLite puts beside it."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".backup-")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(name + end).unlink(missing_ok=True)


def _keep(draft: Path, target: Path) -> None:
    """Makes a finished file safe against a loss of power and gives it its name."""
    for path in (draft, draft.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path is draft:
            draft.replace(target)


def _run(address: URL, program: str, *arguments: str) -> str:
    """What one of PostgreSQL's programs prints; the password is in its environment, where nobody else sees it."""
    path = shutil.which(program) or max(map(str, SERVERS.glob(f"*/bin/{program}")), default=None)
    if not path:
        raise BackupError(f"{program} is missing (Debian: postgresql-client).")
    place = (address.host, address.port, address.database, address.query)
    named = URL.create("postgresql", address.username, None, *place)
    environment = {**os.environ, "PGOPTIONS": f"-c lock_timeout={LONGEST_WAIT:.0f}s"}
    if address.password:
        environment["PGPASSWORD"] = str(address.password)
    where = [] if "--list" in arguments else [f"--dbname={named}", "--no-password"]
    command = [path, *where, "--no-owner", "--no-privileges", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout
