"""Due: what is to be reviewed, with what an editor does about it."""

from __future__ import annotations

import datetime
import re
from collections import Counter

import pytest

from assistant.desk.pages.due import next_months, proposed_month
from assistant.knowledge.live import Live
from assistant.knowledge.withdrawn import read
from tests.support.desk import git
from tests.unit.desk.conftest import Office

pytestmark = pytest.mark.slow
FACT, CRISIS, CONTACT = "ask_figures/fap_reached", "crisis/danger", "contacts/"
DATE = re.compile(r"^( *review_by: ).*$", re.M)


@pytest.fixture
def overdue(office: Office, root) -> str:
    """A fact whose review has just become overdue; returns the date as written."""
    written = (datetime.date.today() - datetime.timedelta(days=40)).strftime("%Y-%m")
    set_date(root, "fap_reached", written)
    office.client.app._app.state.desk.refresh()
    return written


def set_date(root, id_: str, written: str) -> None:
    """Sets the review date of an entry of the figures, and commits it."""
    file = root / "knowledge" / "figures.yml"
    before, found, after = file.read_text("utf-8").partition(f"- id: {id_}\n")
    assert found
    file.write_text(before + found + DATE.sub(rf"\g<1>{written}", after, count=1), "utf-8")
    git(root, "commit", "--quiet", "--allow-empty", "-am", "Set a date")


def test_what_is_overdue_is_listed_with_what_visitors_read(office, overdue):
    page = office.get("/due").text
    assert "Overdue (1)" in page
    assert FACT in page
    assert "Visitors read that its review is overdue." in page


def test_what_is_long_overdue_is_said_to_be_silent(office, root):
    set_date(root, "fap_reached", "2025-01")
    office.client.app._app.state.desk.refresh()
    page = office.get("/due").text
    assert "More than 90 days overdue: visitors no longer get this answer." in page
    assert 'action="/due/withdraw"' not in page


def test_a_review_sets_the_next_date_in_the_editors_name(office, root, overdue):
    until = next_months(datetime.date.today())[8]
    form = {"csrf": office.token(), "id": FACT, "opened": overdue, "until": until}
    answer = office.post("/due/reviewed", form)
    assert answer.headers["location"] == "/due?done=done_reviewed"
    shown = git(root, "show", "--format=%an|%s", "HEAD")
    assert shown.startswith(f"anna|Review {FACT} until {until}")
    changed = [line.strip() for line in shown.splitlines() if re.match(r"[+-](?![+-])", line)]
    assert [line[1:].strip() for line in changed] == [f"review_by: {overdue}", f"review_by: {until}"]
    assert "Nothing is overdue." in office.get("/due").text


def test_two_who_review_the_same_are_told(office, root, overdue):
    first, second = next_months(datetime.date.today())[6:8]
    form = {"id": FACT, "opened": overdue}
    assert office.post("/due/reviewed", {**form, "csrf": office.token(), "until": first}).status_code == 303
    berta = {**form, "csrf": office.token("berta"), "until": second}
    answer = office.post("/due/reviewed", berta, **{"X-Forwarded-User": "berta"})
    assert answer.status_code == 409
    assert first in answer.text
    assert second in answer.text
    assert "Changed in the meantime" in answer.text


@pytest.mark.parametrize("until", ["", "2020-01", "2099-01", "soon", "2027-13", "2027-1", "<b>"])
def test_a_date_that_is_none_is_refused(office, root, overdue, until: str):
    before = git(root, "rev-parse", "HEAD")
    form = {"csrf": office.token(), "id": FACT, "opened": overdue, "until": until}
    assert office.post("/due/reviewed", form).status_code == 422
    assert git(root, "rev-parse", "HEAD") == before


@pytest.mark.parametrize("id_", ["", "ask_figures/nothing", "contacts/nothing", "../figures"])
def test_only_what_is_there_can_be_reviewed(office, overdue, id_: str):
    form = {"csrf": office.token(), "id": id_, "opened": "x", "until": next_months(datetime.date.today())[0]}
    assert office.post("/due/reviewed", form).status_code == 404


def test_a_contact_is_reviewed_too(office, root):
    base = office.client.app._app.state.desk.knowledge()
    contact = next(iter(base.contacts.values()))
    until = next_months(datetime.date.today())[5]
    form = {"csrf": office.token(), "id": CONTACT + contact.id, "opened": contact.review_by, "until": until}
    assert office.post("/due/reviewed", form).status_code == 303
    assert git(root, "log", "-1", "--format=%s").strip() == f"Review {contact.id} until {until}"


def test_an_answer_is_withdrawn_and_given_back(office, root, overdue):
    assert 'action="/due/withdraw"' in office.get("/due").text
    form = {"csrf": office.token(), "id": FACT, "why": "The figure  <b>is</b>\nout of date"}
    answer = office.post("/due/withdraw", form)
    assert answer.headers["location"] == "/due?done=done_withdrawn"
    file = office.settings.withdrawn
    assert (read(file)[FACT].by, read(file)[FACT].why) == ("anna", "The figure <b>is</b> out of date")
    # As the servers see it.
    live = Live(root / "knowledge", file)
    assert live.current().find(FACT) is None
    page = office.get("/due").text
    assert "Withdrawn for now (1)" in page
    assert "&lt;b&gt;is&lt;/b&gt;" in page
    office.post("/due/back", {"csrf": office.token(), "id": FACT})
    assert read(file) == {}
    live.refresh()
    assert live.current().find(FACT)


@pytest.mark.parametrize(
    ("id_", "why", "reason"),
    [
        (CRISIS, "wrong", "cannot be withdrawn"),
        ("ask_figures/nothing", "wrong", "cannot be withdrawn"),
        (FACT, "", "Say why"),
        (FACT, "x" * 301, "Say why"),
    ],
)
def test_what_cannot_be_withdrawn_is_not(office, overdue, id_: str, why: str, reason: str):
    answer = office.post("/due/withdraw", {"csrf": office.token(), "id": id_, "why": why})
    assert answer.status_code == 422
    assert reason in answer.text
    assert read(office.settings.withdrawn) == {}


def test_a_file_of_withdrawals_that_is_not_in_order_is_said_to_be(office):
    office.settings.withdrawn.write_text("- no mapping")
    try:
        answer = office.get("/due")
        assert answer.status_code == 503
        assert "withdrawn.yml" in answer.text
    finally:
        office.settings.withdrawn.unlink()


def test_the_proposed_month_is_a_quiet_one():
    today = datetime.date(2026, 11, 30)
    assert next_months(today)[0] == "2026-12"
    assert next_months(today)[-1] == "2028-11"
    busy = Counter(dict.fromkeys(next_months(today), 50)) - Counter({"2027-09": 1, "2026-12": 40})
    assert proposed_month(today, busy) == "2027-09"
    assert proposed_month(today, Counter()) == "2027-05"
