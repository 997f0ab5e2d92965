"""Rasa's conversations in the database, for commands that run beside the Rasa processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Table, create_engine, delete, func, inspect, select
from sqlalchemy.engine import Engine
from sqlalchemy.sql.elements import ColumnElement

from assistant.engine.conversations.table import conversations

# How long a command waits for the database and its locks; rewriting the table takes as long as it takes.
WAITS = {"connect_timeout": 10, "options": "-c lock_timeout=60000"}
Vacuum = Callable[[Engine, Iterable[Table]], list[str]]


class ConversationAdmin:
    """Maintains the table of conversations; without a URL, or before Rasa has created the table, it is empty."""

    def __init__(self, url: str | None) -> None:
        # Whether there is a database to look into.
        self.named = bool(url)
        engine = create_engine(url, future=True, hide_parameters=True, connect_args=WAITS) if url else None
        self._engine = engine if engine and inspect(engine).has_table(conversations.name) else None

    def read(self, sender: str) -> dict[str, object] | None:
        """A conversation as Rasa wrote it; None if there is none."""
        if not self._engine:
            return None
        query = select(conversations.c.tracker).where(conversations.c.sender == sender)
        with self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        tracker: dict[str, object] | None = json.loads(found) if found else None
        return tracker

    def senders(self, prefix: str) -> set[str]:
        """The names of the conversations that begin like this."""
        if not self._engine:
            return set()
        query = select(conversations.c.sender).where(conversations.c.sender.startswith(prefix, autoescape=True))
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def count(self, senders: Sequence[str], before: float) -> int:
        """How many conversations belong to these senders or were last written before that time."""
        if not self._engine:
            return 0
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).where(_due(senders, before))).scalar_one())

    def forget(self, senders: Sequence[str], before: float = 0.0) -> list[str]:
        """Deletes the conversations that `count` counts; returns their senders."""
        if not self._engine:
            return []
        change = delete(conversations).where(_due(senders, before)).returning(conversations.c.sender)
        with self._engine.begin() as connection:
            return list(connection.execute(change).scalars())

    def vacuum(self, vacuum: Vacuum) -> list[str]:
        """Removes deleted data from the table's file; returns what prevented that."""
        return vacuum(self._engine, [conversations]) if self._engine else []


def _due(senders: Sequence[str], before: float) -> ColumnElement:
    return conversations.c.sender.in_(senders) | (conversations.c.written_at < before)
