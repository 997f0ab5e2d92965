"""When each text is to be reviewed again, what that means for answers, and how the reviews are spread."""

from __future__ import annotations

import calendar
import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from assistant.knowledge.model import EntryKind, KnowledgeBase

# Editors are told so long before a review is due.
WARNED_DAYS = 30
# A fact whose review has been due for longer is no longer said.
MOST_OVERDUE_DAYS = 90
# What may be out of date and yet must not fall silent only warns; the operator's alarm goes off instead.
FALL_SILENT = {"fact"}
SAY_SO = {"fact", "referral"}
CONTACT = "contact"
KINDS = (*get_args(EntryKind), CONTACT)
# The largest part of all reviews that may be due in one month, so that nobody has to do them all at once.
LARGEST_SHARE = 0.1
# So many can be done in any month.
FEWEST_CROWD = 5


@dataclass(frozen=True, order=True)
class Review:
    """A review of an entry or a contact: the last day for it, what is to be reviewed, and its kind."""

    last_day: datetime.date
    id: str
    kind: str
    written: str

    def days_left(self, today: datetime.date) -> int:
        """How many days are left; less than none if it is overdue."""
        return (self.last_day - today).days


def last_day(review_by: str) -> datetime.date:
    """The last day of what an editor may write: a day, a month or a year; raises ValueError if it is none."""
    year, *rest = map(int, review_by.split("-"))
    month = rest[0] if rest else 12
    first = datetime.date(year, month, 1)
    return first.replace(day=rest[1] if len(rest) > 1 else calendar.monthrange(year, month)[1])


def reviews(base: KnowledgeBase) -> Iterator[Review]:
    """All reviews of a knowledge base, those of withdrawn entries too; dates that are none are left out."""
    entries = [*base.entries.values(), *base.withdrawn.values()]
    written: list[tuple[str, str, str | None]] = [(entry.id, entry.kind, entry.review_by) for entry in entries]
    written += [(f"contacts/{contact.id}", CONTACT, contact.review_by) for contact in base.contacts.values()]
    for id_, kind, review_by in written:
        if review_by:
            try:
                yield Review(last_day(review_by), id_, kind, review_by)
            except ValueError:
                continue


def overdue(base: KnowledgeBase, today: datetime.date) -> list[Review]:
    """The reviews whose day has passed, the oldest first."""
    return sorted(review for review in reviews(base) if review.days_left(today) < 0)


def due_soon(base: KnowledgeBase, today: datetime.date) -> list[Review]:
    """The reviews of the next days, the most urgent first."""
    return sorted(review for review in reviews(base) if 0 <= review.days_left(today) <= WARNED_DAYS)


def falls_silent(review: Review, today: datetime.date) -> bool:
    """Whether what is to be reviewed is no longer said."""
    return review.kind in FALL_SILENT and review.days_left(today) < -MOST_OVERDUE_DAYS


def says_so(review: Review) -> bool:
    """Whether the answer tells visitors that its review is overdue; an emergency text only alarms the operator."""
    return review.kind in SAY_SO


def counted(found: Iterable[Review]) -> Counter[str]:
    """How many reviews there are of each kind."""
    return Counter(review.kind for review in found)


def crowded_months(found: Iterable[Review]) -> dict[str, int]:
    """The months in which more reviews are due than should be, and how many."""
    months = Counter(f"{review.last_day:%Y-%m}" for review in found)
    most = max(LARGEST_SHARE * months.total(), FEWEST_CROWD)
    return {month: count for month, count in sorted(months.items()) if count > most}
