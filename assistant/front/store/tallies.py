"""How often visitors ask for what, and how that ends: counts by day, of no chat and without a word of anybody's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from assistant.front.store.schema import INSERT, tallies, writing

Outcome = Literal["answered", "asked_back", "held_back", "crisis", "other", "helpful", "unhelpful"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Tally:
    """One thing to count; `release` names what answered, topic and entry are empty where there is none."""

    release: str
    language: str
    topic: str
    entry: str
    outcome: Outcome


@dataclass(frozen=True)
class TallyRow(Tally):
    """How often something happened on a day (an ISO date)."""

    day: str
    count: int


class Tallies:
    """Adds to the counts and reads them; erasing a chat leaves them as they are."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, counted: Iterable[Tally], day: str) -> None:
        """Adds each of these to the counts of a day; several fronts may do so at once."""
        rows = [{**vars(tally), "day": day, "count": number} for tally, number in Counter(counted).items()]
        add = INSERT[self._engine.dialect.name](tallies)
        total = tallies.c["count"] + add.excluded["count"]
        counting = add.on_conflict_do_update(index_elements=list(tallies.primary_key), set_={"count": total})
        if rows:
            with writing(self._engine) as connection:
                # In one order everywhere, so that no two fronts wait for each other.
                connection.execute(counting, sorted(rows, key=str))

    def take_back(self, tally: Tally, day: str) -> None:
        """Counts something once less, if it was counted."""
        same = [tallies.c[name] == value for name, value in {**vars(tally), "day": day}.items()]
        less = update(tallies).where(*same, tallies.c["count"] > 0).values(count=tallies.c["count"] - 1)
        with writing(self._engine) as connection:
            connection.execute(less)

    def rows(self, since: str = "") -> list[TallyRow]:
        """The counts from a day on (an ISO date), in order of days; without those that were taken back."""
        asked = select(tallies).where(tallies.c.day >= since, tallies.c["count"] > 0)
        with self._engine.connect() as connection:
            found = connection.execute(asked.order_by(*tallies.primary_key)).mappings().all()
        return [TallyRow(**row) for row in found]


def release_of(model: str, knowledge: str) -> str:
    """What counts call the model and the knowledge that answered."""
    return f"{model} {knowledge}".strip()
