"""The brake on the purge: it stops and calls an operator where the clock or the share to be erased is not plausible.

What it knows of the last run is in the database, since a clock may jump while nothing runs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql.elements import ColumnElement

from assistant.front.core.channels import CANARY
from assistant.front.store.chats import silent
from assistant.front.store.schema import chats, put, state, tombstones, writing

# So few are always erased.
HANDFUL = 5
# More of all chats than this in one run is not ordinary, unless they have come due since the last one.
MAX_SHARE = 0.5
# A clock may be set right by less, and the assistant be switched off for less.
MAX_JUMP_SECONDS, MAX_PAUSE_SECONDS = 86400.0, 3 * 86400.0
# How much earlier than planned a run may be.
SLACK_SECONDS = 3600.0
# Canaries are nobody's, and always new.
SOMEBODYS = chats.c.channel != CANARY
RAN_AT, RAN_BEFORE, STOPPED_AT = "purge_ran_at", "purge_ran_before", "purge_stopped_at"
WHAT_TO_DO = (
    "If this is right, erase them with `make purge YES=1` (python -m assistant.commands.purge --yes). If not, set the "
    "clock, or ASSISTANT_RETENTION_DAYS, right."
)


class StoppedError(Exception):
    """Nothing was erased; the message tells the operator why, and what to do."""


@dataclass(frozen=True)
class Status:
    """When the purge last ran to its end, up to which moment it erased, and whether it has been stopped since."""

    at: float | None
    before: float | None
    stopped: bool

    @property
    def age_seconds(self) -> float | None:
        """How long ago the purge last ran to its end; None if it never did."""
        return None if self.at is None else max(time.time() - self.at, 0.0)


def status(engine: Engine) -> Status:
    """What is known of the last runs."""
    with engine.connect() as connection:
        found = {row.name: float(row.value) for row in connection.execute(select(state))}
    return Status(found.get(RAN_AT), found.get(RAN_BEFORE), STOPPED_AT in found)


def check(engine: Engine, before: float, jump_seconds: float = 0.0) -> None:
    """Raises StoppedError, and records that, if chats silent since then are not to be erased without consent."""
    last, now = status(engine), time.time()
    with engine.connect() as connection:
        why = _clock_fault(connection, last, before, now, jump_seconds) or _share_fault(connection, last, before, now)
    if why:
        _record(engine, {STOPPED_AT: now})
        raise StoppedError(f"The purge has stopped and erased nothing: {why}. {WHAT_TO_DO}")


def record_run(engine: Engine, before: float) -> None:
    """Records that a run has come to its end."""
    _record(engine, {RAN_AT: time.time(), RAN_BEFORE: before}, gone=STOPPED_AT)


def _clock_fault(connection: Connection, last: Status, before: float, now: float, jump_seconds: float) -> str | None:
    lapsed = select(func.count()).select_from(tombstones).where(tombstones.c.at < before)
    at_stake = _count(connection, silent(before)) + int(connection.execute(lapsed).scalar_one())
    if at_stake <= HANDFUL:
        return None
    if abs(jump_seconds) > MAX_JUMP_SECONDS:
        return f"the clock has jumped by {jump_seconds / 3600:.0f} hours while the front was running"
    written = select(func.max(chats.c.last_at)).where(SOMEBODYS)
    newest = last.at if last.at is not None else connection.execute(written).scalar()
    if newest is not None and now - newest > MAX_PAUSE_SECONDS:
        days = (now - newest) / 86400
        return f"{days:.0f} days have passed since the last run, or else the clock has jumped"
    return None


def _share_fault(connection: Connection, last: Status, before: float, now: float) -> str | None:
    steady = last.at is not None and last.before is not None and before - last.before <= now - last.at + SLACK_SECONDS
    # What has come due since the last run is ordinary, however much it is; what was due before should be gone.
    overdue = min(before, last.before) if steady and last.before is not None else before
    gone, everything = _count(connection, silent(overdue)), _count(connection, SOMEBODYS)
    if gone <= max(HANDFUL, everything * MAX_SHARE):
        return None
    return f"it would erase {_count(connection, silent(before))} of {everything} chats at once"


def _count(connection: Connection, which: ColumnElement) -> int:
    return int(connection.execute(select(func.count()).select_from(chats).where(which)).scalar_one())


def _record(engine: Engine, values: dict[str, float], gone: str | None = None) -> None:
    with writing(engine) as connection:
        # In one order, or two at once would wait for each other.
        for name, value in sorted(values.items()):
            put(connection, state, name=name, value=value)
        if gone:
            connection.execute(delete(state).where(state.c.name == gone))
