"""When reviews are due, and what an overdue one does."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace

import pytest

from assistant.knowledge import render
from assistant.knowledge.live import served
from assistant.knowledge.review import (
    LARGEST_SHARE,
    MOST_OVERDUE_DAYS,
    WARNED_DAYS,
    counted,
    crowded_months,
    due_soon,
    last_day,
    overdue,
    reviews,
)

DAY = datetime.timedelta(days=1)
FACT, REFERRAL = "ask_history/opened", "referral/doctor"


@pytest.mark.parametrize(
    ("written", "day"),
    [("2027", "2027-12-31"), ("2027-02", "2027-02-28"), ("2028-02", "2028-02-29"), ("2027-05-07", "2027-05-07")],
)
def test_what_editors_write_means_the_last_day_of_it(written, day):
    assert last_day(written) == datetime.date.fromisoformat(day)


@pytest.mark.parametrize("written", ["2027-13", "2027-00", "2027-02-30", "soon"])
def test_no_date_has_a_last_day_that_there_is_not(written):
    with pytest.raises(ValueError, match=r"month|day|invalid literal"):
        last_day(written)


def due(base, id_, written):
    """The base in which one entry is due by a date."""
    return replace(base, entries={**base.entries, id_: replace(base.entries[id_], review_by=written)})


def test_editors_are_warned_for_thirty_days(base):
    dated = due(base, FACT, "2027-05-31")
    end = datetime.date(2027, 5, 31)
    early, first, last, late = (end - n * DAY for n in (WARNED_DAYS + 1, WARNED_DAYS, 0, -1))
    assert [[r.id for r in due_soon(dated, day)] for day in (early, first, last, late)] == [[], [FACT], [FACT], []]
    assert [[r.id for r in overdue(dated, day)] for day in (last, late)] == [[], [FACT]]


def said(base, id_, today):
    """What is said of an entry on a day; None if it is not said."""
    now = served(base, {}, today)
    entry = now.find(id_)
    return render(now, entry, "en").text if entry else None


def test_a_fact_says_that_it_is_overdue_and_falls_silent_after_ninety_days(real):
    id_ = "ask_figures/fap_reached"
    dated, end = due(real, id_, "2027-05"), datetime.date(2027, 5, 31)
    plain = said(dated, id_, end)
    assert said(dated, id_, end + DAY) == f"{plain}\n\n{real.phrase('overdue', 'en').format(date='May 2027')}"
    assert said(dated, id_, end + MOST_OVERDUE_DAYS * DAY) is not None
    assert said(dated, id_, end + (MOST_OVERDUE_DAYS + 1) * DAY) is None


@pytest.mark.parametrize("language", ["de", "en", "uk", "ru", "ar", "fa", "tr", "fr", "es", "ko"])
def test_each_language_has_its_own_words_for_it(real, language):
    for key in ("overdue", "withdrawn"):
        assert language in real.phrases[key]


def test_a_referral_says_so_and_goes_on(real):
    dated = due(real, "referral/work_permit", "2027-05")
    now = said(dated, "referral/work_permit", datetime.date(2029, 1, 1))
    assert now is not None
    assert "May 2027" in now


def test_an_emergency_text_stays_as_it_is_however_late_and_is_counted(real):
    dated, today = due(real, "crisis/self_harm", "2027-05"), datetime.date(2026, 12, 31)
    assert said(dated, "crisis/self_harm", datetime.date(2029, 1, 1)) == said(dated, "crisis/self_harm", today)
    late = counted(overdue(dated, datetime.date(2027, 6, 1)))
    assert late["crisis"] >= 1


def test_a_withdrawn_entry_is_still_to_be_reviewed(base):
    silent = served(due(base, FACT, "2026-01"), {}, datetime.date(2027, 1, 1))
    assert FACT in silent.withdrawn
    assert FACT in [review.id for review in reviews(silent)]


def test_today_no_month_holds_more_than_a_tenth_of_the_reviews(real):
    months = Counter(f"{review.last_day:%Y-%m}" for review in reviews(real))
    assert max(months.values()) <= LARGEST_SHARE * months.total()
    assert crowded_months(reviews(real)) == {}


def test_a_month_with_too_many_reviews_is_named(base):
    crowd = {f"ask_history/{number}": replace(base.entries[FACT], id=f"x/{number}") for number in range(20)}
    assert crowded_months(reviews(replace(base, entries=crowd))) == {"2028-12": 21}
