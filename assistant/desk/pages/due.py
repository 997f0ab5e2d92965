"""Due: what is to be reviewed, by date."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.core.languages import Language
from assistant.desk.state import desk_of, language_of
from assistant.desk.view import Menu, page
from assistant.knowledge import KnowledgeBase, render
from assistant.knowledge.load import OF_CONTACT
from assistant.knowledge.review import LARGEST_SHARE, Review, due_soon, falls_silent, overdue, reviews, says_so

SECTION = "due"
MENU = Menu(SECTION, "/due", 20)


@dataclass(frozen=True)
class Row:
    """One review as the page shows it: what, the last day, and the key of the text that says what lateness means."""

    id: str
    question: str
    last_day: datetime.date
    days_left: int
    is_contact: bool
    effect: str | None


def due(request: Request) -> Response:
    """The page."""
    base, today, language = desk_of(request).knowledge(), datetime.date.today(), language_of(request)
    late, soon = overdue(base, today), due_soon(base, today)
    return page(
        request,
        "due.html",
        SECTION,
        late=rows(late, base, today, language),
        soon=rows(soon, base, today, language),
        months=later_months(base, {*late, *soon}),
        most=LARGEST_SHARE * sum(1 for _ in reviews(base)),
    )


def rows(found: Iterable[Review], base: KnowledgeBase, today: datetime.date, language: Language) -> list[Row]:
    """The rows of some reviews."""
    return [
        Row(
            review.id.removeprefix(OF_CONTACT),
            question_of(review.id, base, language),
            review.last_day,
            review.days_left(today),
            review.id.startswith(OF_CONTACT),
            _effect(review, today),
        )
        for review in found
    ]


def question_of(id_: str, base: KnowledgeBase, language: Language) -> str:
    """An entry's question in a language, or a contact's name; "" if there is none."""
    if id_.startswith(OF_CONTACT):
        contact = base.contacts.get(id_.removeprefix(OF_CONTACT))
        return contact.name.get(language, "") if contact else ""
    entry = base.entries.get(id_) or base.withdrawn.get(id_)
    return render(base, entry, language).question if entry else ""


def later_months(base: KnowledgeBase, shown: set[Review]) -> list[tuple[str, int]]:
    """How many further reviews are due in each month."""
    counted = Counter(f"{review.last_day:%Y-%m}" for review in reviews(base) if review not in shown)
    return sorted(counted.items())


def _effect(review: Review, today: datetime.date) -> str | None:
    if review.days_left(today) >= 0:
        return None
    if falls_silent(review, today):
        return "silent"
    return "says_so" if says_so(review) else "alarms"


routes = [Route("/due", due)]
