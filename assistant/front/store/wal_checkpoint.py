"""Overwrites what SQLite still holds of erased chats, without ever waiting for whoever is reading the database.

Deleted rows are overwritten at once in the pages, but stay in the write-ahead log until a checkpoint empties it, and
no checkpoint can while somebody reads from it. What could not be overwritten is counted, and tried again.
"""

from __future__ import annotations

import logging
import time
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine

from assistant.front.operate import metrics
from assistant.front.store import faults

logger = logging.getLogger(__name__)
# Most readers are done within milliseconds.
PATIENCE_SECONDS = 0.25
PAUSE_SECONDS = 0.05
_unfinished: WeakKeyDictionary[Engine, int] = WeakKeyDictionary()
_keys_left: WeakKeyDictionary[Engine, int] = WeakKeyDictionary()


def overwrite(engine: Engine) -> bool:
    """Overwrites what was just erased; if somebody is reading, counts it as unfinished and returns False."""
    before = _unfinished.get(engine, 0)
    finished = _attempts(engine, 0.0 if before else PATIENCE_SECONDS)
    _count(engine, 0 if finished else before + 1)
    return finished


def overwrite_again(engine: Engine, patience_seconds: float = 0.0) -> bool:
    """Overwrites what earlier erasures left, by this process or another; returns False if that has to wait."""
    finished = _attempts(engine, patience_seconds)
    if finished:
        _count(engine, 0)
    return finished


def is_in_memory(engine: Engine) -> bool:
    """Whether an SQLite database has no file."""
    return engine.url.database in (None, "", ":memory:")


def unfinished(engine: Engine) -> int:
    """How many erasures by this process are not complete: not overwritten yet, or their keys not destroyed."""
    return max(_unfinished.get(engine, 0), _keys_left.get(engine, 0))


def count_keys_left(engine: Engine, number: int) -> None:
    """Records how many keys of erased chats have yet to be destroyed."""
    _keys_left[engine] = number
    metrics.unfinished_erasures(unfinished(engine))


def _attempts(engine: Engine, patience_seconds: float) -> bool:
    until = time.monotonic() + patience_seconds
    while not (finished := _emptied_log(engine)) and time.monotonic() < until:
        time.sleep(PAUSE_SECONDS)
    return finished


def _emptied_log(engine: Engine) -> bool:
    """Empties the write-ahead log, or returns False at once: a checkpoint that waits holds up every writer."""
    if engine.dialect.name != "sqlite" or is_in_memory(engine):
        return True
    try:
        return _checkpoint(engine)
    except (*faults.PASSING, OSError) as error:
        # What is left is tried again. The rows are gone, so whoever asked for that must not be told that it failed.
        faults.count(error)
        logger.error("Traces of erased chats could not be overwritten (%s). Trying again.", faults.described(error))
        return False


def _checkpoint(engine: Engine) -> bool:
    with engine.connect() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        try:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience)}")
    return not busy


def _count(engine: Engine, left: int) -> None:
    before = _unfinished.get(engine, 0)
    _unfinished[engine] = left
    if left != before:
        metrics.unfinished_erasures(unfinished(engine))
    if left and not before:
        logger.warning("Traces of an erased chat remain in the database's log: something is reading it. Trying again.")
    elif before and not left:
        logger.warning("The traces of %d erased chats have been overwritten.", before)
