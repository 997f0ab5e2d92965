"""Who is using a database: fronts announce themselves, so that nothing is restored under them, whatever their port."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)


class InUseError(Exception):
    """A database is in use by others; the message says by whom."""


def claim(url: str) -> int | None:
    """Marks a SQLite file as used by this process until it ends, together with others; raises InUseError.

    PostgreSQL knows by itself who is connected.
    """
    lock = _lock_of(url)
    if lock is None:
        return None
    descriptor = _opened(lock)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise InUseError("a backup is being restored into its database") from None
    return descriptor


@contextmanager
def exclusively(url: str) -> Iterator[None]:
    """Keeps fronts away from a database meanwhile; raises InUseError if one is using it."""
    lock = _lock_of(url)
    if lock is None:
        _refuse_other_sessions(url)
        yield
        return
    descriptor = _opened(lock)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise InUseError("a front is running on this database") from None
    finally:
        os.close(descriptor)


def _lock_of(url: str) -> Path | None:
    """The file that is locked for a SQLite file; None for other databases and those in memory."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return None
    return Path(f"{address.database}.lock")


def _opened(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _refuse_other_sessions(url: str) -> None:
    engine = create_engine(url, future=True, hide_parameters=True, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            others = int(connection.execute(OTHERS).scalar_one())
    except DBAPIError:
        # What cannot be asked cannot be restored into either, and that is said with the reason there.
        return
    if others:
        raise InUseError(f"{others} other sessions use this database, of fronts or jobs")
