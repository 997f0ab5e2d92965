"""Lists what is to be reviewed: overdue, within 30 days, and how many in each month after that: `make due`."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections import Counter
from collections.abc import Iterator, Mapping

from assistant.core.paths import KNOWLEDGE
from assistant.knowledge import KnowledgeError, load
from assistant.knowledge.load import CONTACTS, OF_CONTACT, raw_entries, unique
from assistant.knowledge.model import KnowledgeBase
from assistant.knowledge.review import (
    LARGEST_SHARE,
    MOST_OVERDUE_DAYS,
    Review,
    due_soon,
    falls_silent,
    overdue,
    reviews,
    says_so,
)
from assistant.knowledge.wording import said
from assistant.knowledge.yaml_lines import Located

FIELD = "review_by:"
Places = Mapping[str, tuple[str, int]]


def listed(base: KnowledgeBase, places: Places, today: datetime.date) -> Iterator[str]:
    """The lines of the list, by date."""
    late, soon = overdue(base, today), due_soon(base, today)
    yield said("overdue_head", count=len(late))
    yield from (f"  {_line(review, places, today)}" for review in late)
    yield said("due_head", count=len(soon))
    yield from (f"  {_line(review, places, today)}" for review in soon)
    later = Counter(f"{review.last_day:%Y-%m}" for review in reviews(base) if review not in {*late, *soon})
    yield said("later_head")
    most = LARGEST_SHARE * sum(1 for _ in reviews(base))
    for month, count in sorted(later.items()):
        yield f"  {month}  {count:>3}{'  ' + said('too_many') if count > most else ''}"
    yield said("due_cure")


def _line(review: Review, places: Places, today: datetime.date) -> str:
    file, line = places[review.id]
    state = ""
    if falls_silent(review, today):
        state = said("silent", days=MOST_OVERDUE_DAYS)
    elif review.days_left(today) < 0:
        state = said("says_so" if says_so(review) else "alarms")
    return f"{review.last_day}  {file}:{line}  {review.id.removeprefix(OF_CONTACT)}  {state}".rstrip()


def places() -> Places:
    """The file and line of each date, by entry or contact."""
    found: dict[str, tuple[str, int]] = {}
    for path, id_, raw in raw_entries(KNOWLEDGE):
        found[id_] = path.name, _line_of_date(path.read_text("utf-8").splitlines(), raw)
    lines = (KNOWLEDGE / CONTACTS).read_text("utf-8").splitlines()
    for raw in unique(KNOWLEDGE / CONTACTS, "contacts"):
        found[f"{OF_CONTACT}{raw['id']}"] = CONTACTS, _line_of_date(lines, raw)
    return found


def _line_of_date(lines: list[str], raw: Located) -> int:
    """The line of an item's date; its first one if the date is written in another way."""
    for number, line in enumerate(lines[raw.line - 1 :], start=raw.line):
        if FIELD in line:
            return number
    return raw.line


def main() -> int:
    """Prints the list; returns 1 if the knowledge cannot be read, or, with --check, if a review is overdue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a review is overdue")
    parser.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date.today())
    arguments = parser.parse_args()
    try:
        base = load()
        print("\n".join(listed(base, places(), arguments.today)))
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if arguments.check and overdue(base, arguments.today) else 0


if __name__ == "__main__":
    sys.exit(main())
