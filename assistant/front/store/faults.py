"""Faults of the database: what they are counted as, and which of them a request meets with 503."""

from __future__ import annotations

import errno
from typing import Final, Literal

from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.event import listen
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from assistant.front.operate import metrics

Fault = Literal["database_locked", "disk_full", "quota", "database"]
# SQLite reports these by message only, PostgreSQL by SQLSTATE: lock_timeout, statement_timeout, deadlock; disk_full.
LOCKED_MESSAGES, FULL_MESSAGES = ("locked", "busy"), ("disk is full", "disk i/o error")
LOCKED_STATES, FULL_STATES = ("55P03", "57014", "40P01"), ("53100",)
# The file with the keys is not the database's.
FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
RETRY_SECONDS: Final = 5.0
COUNTED = "_counted_as_fault"


class BusyError(Exception):
    """Others have been writing to the database for too long."""


class StorageFullError(Exception):
    """The storage quota is used up, except for what only deletions may use."""


# What a visitor may meet with when trying again later helps; any other exception is a mistake in the program.
MISTAKES = (DataError, IntegrityError, ProgrammingError)
PASSING = (OperationalError, InterfaceError, PoolTimeoutError, BusyError, StorageFullError)


def fault_of(error: BaseException) -> Fault | None:
    """What kind of fault an exception is; None for a mistake in the program."""
    if isinstance(error, StorageFullError):
        return "quota"
    if isinstance(error, (BusyError, PoolTimeoutError)):
        return "database_locked"
    if isinstance(error, OSError) and error.errno in FULL_ERRNOS:
        return "disk_full"
    original = error.orig if isinstance(error, DBAPIError) else error
    state, message = getattr(original, "pgcode", None), str(original).lower()
    if state in FULL_STATES or any(part in message for part in FULL_MESSAGES):
        return "disk_full"
    if state in LOCKED_STATES or any(part in message for part in LOCKED_MESSAGES):
        return "database_locked"
    passing = isinstance(error, DBAPIError) and not isinstance(error, MISTAKES)
    return "database" if passing or isinstance(error, PASSING) else None


def count(error: BaseException) -> None:
    """Counts a fault of the database in the metrics, once, however many times it is caught."""
    if (fault := fault_of(error)) and not getattr(error, COUNTED, False):
        setattr(error, COUNTED, True)
        metrics.failed(fault)


def described(error: BaseException) -> str:
    """A fault in words for the log, without anything that visitors wrote."""
    words = {
        "quota": "the storage quota is used up",
        "database_locked": "the database is locked",
        "disk_full": "the disk is full",
        "database": "the database does not answer",
    }
    fault = fault_of(error)
    return words[fault] if fault else type(error).__name__


def count_all(engine: Engine) -> None:
    """Counts every fault that this engine meets, whoever was using it."""

    def seen(context: ExceptionContext) -> None:
        # A statement's own exception; what the driver raised for it is in `orig`.
        count(context.sqlalchemy_exception or context.original_exception)

    listen(engine, "handle_error", seen)
