"""Rasa's conversations in the database, as commands see them that run beside the Rasa processes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import create_engine, delete, func, inspect, select

from assistant.engine.conversations import conversations
from assistant.front.store.schema import vacuum


class Kept:
    """The table of conversations; without an address, or before Rasa made it, it is empty."""

    def __init__(self, address: str | None) -> None:
        self._engine = create_engine(address, future=True, hide_parameters=True) if address else None
        self._there = bool(self._engine) and inspect(self._engine).has_table(conversations.name)

    def read(self, sender: str) -> dict[str, Any] | None:
        """A conversation as Rasa wrote it; None where there is none."""
        asked = select(conversations.c.tracker).where(conversations.c.sender == sender)
        if not (self._engine and self._there):
            return None
        with self._engine.connect() as connection:
            found = connection.execute(asked).scalar()
        tracker: dict[str, Any] | None = json.loads(found) if found else None
        return tracker

    def count(self, senders: Sequence[str], before: float) -> int:
        """How many conversations are of these senders or were silent since."""
        gone = conversations.c.sender.in_(senders) | (conversations.c.at < before)
        if not (self._engine and self._there):
            return 0
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).where(gone)).scalar_one())

    def forget(self, senders: Sequence[str], before: float = 0.0) -> list[str]:
        """Deletes conversations of these senders and those that were silent since; whose they were."""
        gone = conversations.c.sender.in_(senders) | (conversations.c.at < before)
        if not (self._engine and self._there):
            return []
        with self._engine.begin() as connection:
            return list(
                connection.execute(delete(conversations).where(gone).returning(conversations.c.sender)).scalars()
            )

    def vacuum(self) -> list[str]:
        """Takes what was deleted out of the table's file; what PostgreSQL said where it did not."""
        return vacuum(self._engine, [conversations]) if self._engine and self._there else []
