"""How well the assistant answers, from the counts that it keeps; and how that is drawn."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import reduce

from assistant.front.store.tallies import Outcome, TallyRow

# How a question may end, in the order in which it is drawn. Small talk and requests are no questions.
ENDINGS: tuple[Outcome, ...] = ("answered", "asked_back", "held_back", "crisis")
# Public figures are multiples of this, so that no single visitor can be counted out of them.
ROUNDED_TO = 5
# The width of a bar, and the sizes of the drawing of weeks, in the units of their drawings.
BAR_WIDTH, COLUMNS_HEIGHT, COLUMN_WIDTH, COLUMN_GAP = 240, 120, 24, 8
MOST_COLUMNS, DAYS_OF_WEEK = 53, 7


@dataclass(frozen=True)
class Counts:
    """How many questions ended how, and how many answers were rated how."""

    answered: int = 0
    asked_back: int = 0
    held_back: int = 0
    crisis: int = 0
    other: int = 0
    helpful: int = 0
    unhelpful: int = 0

    @property
    def questions(self) -> int:
        """How many questions there were."""
        return sum(self.of(ending) for ending in ENDINGS)

    def of(self, outcome: Outcome) -> int:
        """How many there were of one outcome."""
        return int(getattr(self, outcome))

    def percent(self, outcome: Outcome) -> int | None:
        """The share of an ending among the questions, in per cent; None if there were none."""
        return round(100 * self.of(outcome) / self.questions) if self.questions else None

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Counts)))

    def rounded(self) -> Counts:
        """The same in multiples, for the public."""
        return Counts(*(ROUNDED_TO * round(getattr(self, each.name) / ROUNDED_TO) for each in fields(Counts)))


@dataclass(frozen=True)
class Segment:
    """One part of a bar or column: how that many questions ended, where it begins and how long it is."""

    outcome: Outcome
    start: float
    length: float


@dataclass(frozen=True)
class Group:
    """The counts of one language, topic, release, entry or week; `label` is its id."""

    label: str
    counts: Counts
    first_day: str
    last_day: str

    def bar(self, most: int) -> list[Segment]:
        """The endings as parts of a bar, whose length is the number of questions, compared with the most."""
        return _stacked(self.counts, BAR_WIDTH, most)

    def column(self, most: int) -> list[Segment]:
        """The same as a column."""
        return _stacked(self.counts, COLUMNS_HEIGHT, most)


def total(rows: Iterable[TallyRow]) -> Counts:
    """All counts together."""
    return reduce(Counts.__add__, (Counts(**{row.outcome: row.count}) for row in rows), Counts())


def grouped(rows: Sequence[TallyRow], key: Callable[[TallyRow], str]) -> list[Group]:
    """The counts of each group, the one with the most questions first."""
    found: dict[str, list[TallyRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    groups = [_group(label, mine) for label, mine in found.items()]
    return sorted(groups, key=lambda group: (-group.counts.questions, group.label))


def rated(rows: Sequence[TallyRow]) -> list[Group]:
    """The entries whose answers were rated, the one with the most bad ratings first."""
    entries = [group for group in grouped(rows, lambda row: row.entry) if group.label]
    thumbs = [group for group in entries if group.counts.helpful or group.counts.unhelpful]
    return sorted(thumbs, key=lambda group: (-group.counts.unhelpful, -group.counts.helpful, group.label))


def releases(rows: Sequence[TallyRow]) -> list[Group]:
    """The releases that answered, the newest first."""
    found = grouped([row for row in rows if row.release], lambda row: row.release)
    return sorted(found, key=lambda group: (group.first_day, group.last_day), reverse=True)


def weeks(rows: Sequence[TallyRow], since: datetime.date, until: datetime.date) -> list[Group]:
    """The counts of each week of a time, from its Monday on; weeks without a question too."""
    counted = {group.label: group for group in grouped(rows, lambda row: monday_of(row.day).isoformat())}
    first, last = monday_of(since.isoformat()), monday_of(until.isoformat())
    mondays = [first + datetime.timedelta(weeks=number) for number in range((last - first).days // DAYS_OF_WEEK + 1)]
    labels = [monday.isoformat() for monday in mondays[-MOST_COLUMNS:]]
    return [counted.get(label) or Group(label, Counts(), label, label) for label in labels]


def monday_of(day: str) -> datetime.date:
    """The Monday of the week of a day (an ISO date)."""
    found = datetime.date.fromisoformat(day)
    return found - datetime.timedelta(days=found.weekday())


def most_questions(groups: Iterable[Group]) -> int:
    """The most questions that one of these groups has."""
    return max((group.counts.questions for group in groups), default=0)


def published(groups: Iterable[Group]) -> list[Group]:
    """The groups as the public may see them: rounded, without those that round to nothing."""
    rounded = [Group(group.label, group.counts.rounded(), group.first_day, group.last_day) for group in groups]
    return [group for group in rounded if group.counts.questions]


def _group(label: str, rows: Sequence[TallyRow]) -> Group:
    days = [row.day for row in rows]
    return Group(label, total(rows), min(days), max(days))


def _stacked(counts: Counts, size: int, most: int) -> list[Segment]:
    segments, start = [], 0.0
    for ending in ENDINGS:
        length = size * counts.of(ending) / most if most else 0.0
        if length:
            segments.append(Segment(ending, round(start, 1), round(length, 1)))
        start += length
    return segments
