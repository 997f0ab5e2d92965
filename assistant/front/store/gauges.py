"""The metrics that are read from the database on each scrape."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from sqlalchemy.engine import Engine

from assistant.front.operate.metrics import Asked
from assistant.front.store import brake
from assistant.front.store.quota import quota_of
from assistant.front.store.team import TeamQuestions
from assistant.front.store.unanswered import Unanswered

STORAGE = {
    "assistant_storage_bytes": "Bytes that the database holds.",
    "assistant_storage_max_bytes": "Bytes that the database may hold, by its quota or its disk.",
}
LISTED = {"assistant_unanswered": "Questions that staff should see and have not dealt with."}
TEAM = {
    "assistant_team_open": "Questions to the team that nobody has answered or ticked off.",
    "assistant_team_oldest_seconds": "Seconds since the oldest of them was asked; 0 if there is none.",
}
PURGE = {
    "assistant_purge_stopped": "Whether the purge has been stopped and waits for an operator.",
    "assistant_purge_age_seconds": "Seconds since the purge last ran to its end.",
}


def gauges(engine: Engine) -> Iterator[Asked]:
    """What to ask this database for."""

    def storage() -> Mapping[str, float]:
        quota = quota_of(engine)
        room = quota.room() if quota else None
        return dict(zip(STORAGE, (room.used_bytes, room.max_bytes))) if room else {}

    def purge() -> Mapping[str, float]:
        found = brake.status(engine)
        age = {} if found.age_seconds is None else {"assistant_purge_age_seconds": found.age_seconds}
        return {"assistant_purge_stopped": float(found.stopped), **age}

    def team() -> Mapping[str, float]:
        number, oldest_at = TeamQuestions(engine).waiting()
        age = 0.0 if oldest_at is None else max(time.time() - oldest_at, 0.0)
        return dict(zip(TEAM, (float(number), age)))

    yield Asked("size", STORAGE, storage)
    yield Asked("purge", PURGE, purge)
    yield Asked("unanswered questions", LISTED, lambda: {"assistant_unanswered": Unanswered(engine).count_open()})
    yield Asked("questions to the team", TEAM, team)
