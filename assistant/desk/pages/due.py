"""Due: what is to be reviewed, by date, with what an editor does about it; and what is withdrawn."""

from __future__ import annotations

import datetime
import re
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.core.languages import Language
from assistant.desk.errors import ChangedError, RefusedError
from assistant.desk.state import Desk, desk_of, form_of, language_of, user_of
from assistant.desk.view import Menu, page, see_other
from assistant.knowledge import KnowledgeBase, render
from assistant.knowledge import withdrawn as withdrawals
from assistant.knowledge.edit import YamlText
from assistant.knowledge.load import CONTACTS, OF_CONTACT, raw_entries
from assistant.knowledge.model import localised
from assistant.knowledge.review import (
    LARGEST_SHARE,
    MOST_OVERDUE_DAYS,
    WARNED_DAYS,
    Review,
    due_soon,
    falls_silent,
    overdue,
    reviews,
    says_so,
)
from assistant.knowledge.withdrawn import MAX_TEXT_CHARACTERS, MAY_BE_WITHDRAWN, Withdrawal

SECTION, PATH = "due", "/due"
MENU = Menu(SECTION, PATH, 20)
MONTH = re.compile(r"\d{4}-\d{2}")
FIELD = "review_by"
# A text is to be reviewed at least so often; the month that is proposed is one with few reviews from half a year on.
MOST_MONTHS, PROPOSED_MONTHS = 24, range(6, 13)
_withdrawing = threading.Lock()


@dataclass(frozen=True)
class Row:
    """One review as the page shows it; `effect` is the key of the text that says what its lateness means."""

    id: str
    name: str
    written: str
    last_day: datetime.date
    days_left: int
    entry: str | None
    may_be_withdrawn: bool
    effect: str | None


def due(request: Request) -> Response:
    """The page."""
    desk, today, language = desk_of(request), datetime.date.today(), language_of(request)
    base = desk.knowledge()
    late, soon = overdue(base, today), due_soon(base, today)
    months = later_months(base, {*late, *soon})
    return page(
        request,
        "due.html",
        SECTION,
        late=[_row(each, base, today, language) for each in late],
        soon=[_row(each, base, today, language) for each in soon],
        warned_days=WARNED_DAYS,
        silent_days=MOST_OVERDUE_DAYS,
        months=months,
        most=LARGEST_SHARE * sum(1 for _ in reviews(base)),
        withdrawn=[(id_, name_of(id_, base, language), each) for id_, each in withdrawals_of(desk).items()],
        first_month=next_months(today)[0],
        last_month=next_months(today)[-1],
        proposed=proposed_month(today, Counter(dict(months))),
        most_characters=MAX_TEXT_CHARACTERS,
    )


def reviewed(request: Request) -> Response:
    """Sets the date of the next review."""
    desk, form, user = desk_of(request), form_of(request), user_of(request)
    id_, opened, until = form.one("id"), form.one("opened"), form.one("until")
    if not MONTH.fullmatch(until) or until not in next_months(datetime.date.today()):
        raise RefusedError(422, "no_month")
    base = desk.knowledge()
    if id_ not in {each.id for each in reviews(base)}:
        raise RefusedError(404, "not_found")
    file, item = _place(desk.repository.folder / "knowledge", id_)

    def edit(now: str) -> str:
        text = YamlText(now)
        written = str(text.get(*item, FIELD))
        if written != opened:
            raise ChangedError(name_of(id_, base, language_of(request)), written, until)
        text.set((*item, FIELD), until)
        return text.text

    desk.repository.save({f"knowledge/{file}": edit}, user, f"Review {id_.removeprefix(OF_CONTACT)} until {until}")
    desk.refresh()
    return see_other(PATH, done="done_reviewed")


def withdraw(request: Request) -> Response:
    """Withdraws an answer at once."""
    desk, form = desk_of(request), form_of(request)
    entry, why = desk.knowledge().find(form.one("id")), form.one("why")
    if not entry or entry.kind not in MAY_BE_WITHDRAWN:
        raise RefusedError(422, "not_withdrawable")
    if not why or len(why) > MAX_TEXT_CHARACTERS:
        raise RefusedError(422, "why_missing", most=MAX_TEXT_CHARACTERS)
    today = datetime.date.today().isoformat()
    with _withdrawing:
        mine = Withdrawal(user_of(request).name, today, " ".join(why.split()))
        withdrawals.write(desk.settings.withdrawn, {**withdrawals_of(desk), entry.id: mine})
    desk.refresh()
    return see_other(PATH, done="done_withdrawn")


def give_back(request: Request) -> Response:
    """Gives a withdrawn answer again."""
    desk = desk_of(request)
    with _withdrawing:
        left = withdrawals_of(desk)
        if left.pop(form_of(request).one("id"), None):
            withdrawals.write(desk.settings.withdrawn, left)
    desk.refresh()
    return see_other(PATH, done="done_given_back")


def name_of(id_: str, base: KnowledgeBase, language: Language) -> str:
    """An entry's question in a language, or a contact's name; the id if there is none."""
    if id_.startswith(OF_CONTACT):
        contact = base.contacts.get(id_.removeprefix(OF_CONTACT))
        return localised(contact.name, language) if contact else id_
    entry = base.entries.get(id_) or base.withdrawn.get(id_)
    return render(base, entry, language).question if entry else id_


def withdrawals_of(desk: Desk) -> dict[str, Withdrawal]:
    """What is withdrawn now; raises RefusedError if the file cannot be read."""
    try:
        return withdrawals.read(desk.settings.withdrawn)
    except (OSError, ValueError) as error:
        raise RefusedError(503, "not_in_order", found=f"{desk.settings.withdrawn.name}: {error}") from None


def later_months(base: KnowledgeBase, shown: set[Review]) -> list[tuple[str, int]]:
    """How many further reviews are due in each month."""
    counted = Counter(f"{review.last_day:%Y-%m}" for review in reviews(base) if review not in shown)
    return sorted(counted.items())


def next_months(today: datetime.date) -> list[str]:
    """The months in which a next review may be due, such as 2027-03."""
    months = (today.year * 12 + today.month - 1 + ahead for ahead in range(1, MOST_MONTHS + 1))
    return [f"{month // 12}-{month % 12 + 1:02}" for month in months]


def proposed_month(today: datetime.date, counted: Counter[str]) -> str:
    """The month in half a year to a year in which the fewest reviews are due."""
    ahead = next_months(today)
    return min((ahead[number - 1] for number in PROPOSED_MONTHS), key=lambda month: counted[month])


def _row(review: Review, base: KnowledgeBase, today: datetime.date, language: Language) -> Row:
    is_contact = review.id.startswith(OF_CONTACT)
    return Row(
        id=review.id,
        name=name_of(review.id, base, language),
        written=review.written,
        last_day=review.last_day,
        days_left=review.days_left(today),
        entry=None if is_contact else review.id,
        may_be_withdrawn=review.kind in MAY_BE_WITHDRAWN and review.id not in base.withdrawn,
        effect=_effect(review, today),
    )


def _effect(review: Review, today: datetime.date) -> str | None:
    if review.days_left(today) >= 0:
        return None
    if falls_silent(review, today):
        return "silent"
    return "says_so" if says_so(review) else "alarms"


def _place(folder: Path, id_: str) -> tuple[str, tuple[str, str]]:
    """The file of an entry or a contact, and where it stands in it."""
    if id_.startswith(OF_CONTACT):
        return CONTACTS, ("contacts", id_.removeprefix(OF_CONTACT))
    file = next(path.name for path, each, _ in raw_entries(folder) if each == id_)
    return file, ("entries", id_.partition("/")[2])


routes = [
    Route(PATH, due),
    Route(f"{PATH}/reviewed", reviewed, methods=["POST"]),
    Route(f"{PATH}/withdraw", withdraw, methods=["POST"]),
    Route(f"{PATH}/back", give_back, methods=["POST"]),
]
