"""Opening hours as an operator writes them, whatever visitors read: `Mo-Fr 09:00-16:00, Sa 10:00-12:00`."""

from __future__ import annotations

import re
from typing import TypedDict

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
PERIOD = re.compile(
    rf"(?P<first>{'|'.join(DAYS)})(?:-(?P<last>{'|'.join(DAYS)}))? (?P<opens>{TIME})-(?P<closes>{TIME}|24:00)"
)


class Opening(TypedDict):
    """From which to which day of the week (Monday is 1), and the times of these days."""

    days: tuple[int, int]
    opens: str
    closes: str


def opening_hours_of(listed: str) -> tuple[Opening, ...]:
    """The opening hours in a setting; raises ValueError if they are not written as expected."""
    return tuple(_opening(part.strip()) for part in listed.split(",") if part.strip())


def _opening(part: str) -> Opening:
    found = PERIOD.fullmatch(part)
    if not found:
        raise ValueError(f"{part!r} is not a period; write Mo-Fr 09:00-16:00, Sa 10:00-12:00")
    first, last = DAYS.index(found["first"]) + 1, DAYS.index(found["last"] or found["first"]) + 1
    if last < first or found["closes"] <= found["opens"]:
        raise ValueError(f"{part!r} ends before it begins; write Mo-Fr 09:00-16:00")
    return {"days": (first, last), "opens": found["opens"], "closes": found["closes"]}
