"""The knowledge follows its files while somebody uses it."""

from __future__ import annotations

import datetime
import logging
import os
import time

import pytest

from assistant.knowledge import live as module
from assistant.knowledge.live import Live, following
from assistant.knowledge.withdrawn import Withdrawal, write
from tests.support.wait import until
from tests.unit.knowledge.conftest import TODAY

HISTORY, CONTACTS = "knowledge/ask_history.yml", "knowledge/contacts.yml"
FACT = "ask_history/opened"
WHY = Withdrawal("Anna", "2026-01-15", "out of date")


@pytest.fixture
def withdrawn(tmp_path):
    return tmp_path / "withdrawn.yml"


@pytest.fixture
def day():
    return [TODAY]


@pytest.fixture
def live(project, withdrawn, day, monkeypatch):
    """Live knowledge of a small project, which looks at its files only when it is told to."""
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(module.threading.Thread, "start", lambda _: None)
    found = Live(project.knowledge, withdrawn, lambda: day[0])
    found.current()
    return found


def answer(live):
    live.refresh()
    return live.current().entries[FACT].answer["en"]


def test_a_changed_text_is_in_force(live, project):
    project.edit(HISTORY, "The office has worked in Bonn", "The office has been in Bonn")
    assert answer(live) == "The office has been in Bonn since {year}."


def test_the_version_is_that_of_the_texts_in_force(live, project):
    before = live.version
    project.edit(HISTORY, "{year: 1954}", "{year: 1.954}")
    live.refresh()
    assert live.version == before
    project.edit(HISTORY, "{year: 1.954}", "{year: 1954}")
    project.edit(HISTORY, "The office has worked in Bonn", "The office has been in Bonn")
    live.refresh()
    assert live.version != before
    project.edit(HISTORY, "The office has been in Bonn", "The office has worked in Bonn")
    live.refresh()
    assert live.version == before


def test_a_changed_number_and_contact_are_in_force(live, project):
    project.edit(HISTORY, "values: {people: 683950", "values: {people: 683951")
    project.edit(HISTORY, "mehr als 683.950 Menschen", "mehr als 683.951 Menschen")
    project.edit(CONTACTS, 'phone: "116117"', 'phone: "116118"')
    live.refresh()
    base = live.current()
    assert base.entries["ask_history/reached"].values["people"] == 683951
    assert base.contacts["on_call"].phone == "116118"
    assert base.doors["health"].values["phone"] == "116118"


def test_a_date_set_anew_is_in_force(live, project, day):
    day[0] = datetime.date(2029, 1, 2)
    assert FACT in live.current().overdue
    project.edit(
        HISTORY, "review_by: 2028-12\n    related: [ask_history/reached]", "review_by: 2030-12\n    related: []"
    )
    live.refresh()
    assert FACT not in live.current().overdue


@pytest.mark.parametrize(
    ("old", "new", "logged"),
    [
        ('en: "The office has', 'en: The office has: "', "cannot be read"),
        ("since {year}.", "since {yaer}.", "{yaer} has no value"),
        ("{year: 1954}", "{year: 1.954}", "would be read as a fraction"),
        ("{year: 1954}", "{year: 1945}", "is not in the evidence, which says 1954"),
        ("The office has worked in Bonn", "Das Büro arbeitet hier in der Stadt", "is in another language (de)"),
        ("related: [ask_history/reached]", "related: [ask_history/gone]", "there is no other entry"),
    ],
)
def test_what_is_not_in_order_is_logged_and_what_was_there_stays(live, project, caplog, old, new, logged):
    before = answer(live)
    project.edit(HISTORY, old, new)
    assert answer(live) == before
    assert logged in caplog.text
    assert live.refused
    project.edit(HISTORY, new, old)
    assert answer(live) == before
    assert not live.refused


def test_a_broken_file_is_logged_once(live, project, caplog):
    project.edit(HISTORY, 'en: "The office has', "en: [")
    for _ in range(3):
        live.refresh()
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


def test_a_change_that_is_still_being_written_is_left_alone(live, project, monkeypatch):
    def more(seconds):
        # Followers that other tests have started wait by the same clock.
        if seconds == module.SETTLE_SECONDS:
            project.edit(HISTORY, "The office is in Bonn", "The office was in Bonn")

    project.edit(HISTORY, "The office has worked in Bonn", "The office is in Bonn")
    with monkeypatch.context() as patched:
        patched.setattr(module.time, "sleep", more)
        assert answer(live) == "The office has worked in Bonn since {year}."
    assert answer(live) == "The office was in Bonn since {year}."


def test_a_withdrawn_entry_is_no_longer_among_the_entries(live, withdrawn):
    write(withdrawn, {FACT: WHY})
    live.refresh()
    base = live.current()
    assert base.find(FACT) is None
    assert set(base.withdrawn) == {FACT}
    write(withdrawn, {})
    live.refresh()
    assert live.current().find(FACT)


def test_it_is_withdrawn_from_the_start_if_the_file_is_there(project, withdrawn):
    write(withdrawn, {FACT: WHY})
    assert Live(project.knowledge, withdrawn).current().find(FACT) is None


def test_a_broken_file_of_withdrawals_leaves_what_was_withdrawn(live, withdrawn, caplog):
    write(withdrawn, {FACT: WHY})
    live.refresh()
    withdrawn.write_text("ask_history/opened: {by: [", "utf-8")
    live.refresh()
    assert live.current().find(FACT) is None
    assert live.refused
    assert "withdrawn.yml is invalid" in caplog.text


@pytest.mark.parametrize("kind", ["crisis", "smalltalk"])
def test_an_emergency_cannot_be_withdrawn_not_even_by_hand(project, withdrawn, caplog, kind):
    project.edit("knowledge/referral.yml", "    kind: referral", f"    kind: {kind}")
    write(withdrawn, {"referral/doctor": WHY})
    live = Live(project.knowledge, withdrawn)
    assert live.current().find("referral/doctor")
    assert f"is a {kind}, which cannot be withdrawn" in caplog.text


def test_a_withdrawal_of_nothing_is_logged(project, withdrawn, caplog):
    write(withdrawn, {"ask_history/gone": WHY})
    assert Live(project.knowledge, withdrawn).current().withdrawn == {}
    assert "there is no such entry" in caplog.text


def test_a_fact_falls_silent_on_its_day_without_anybody_looking(live, day):
    assert live.current().find(FACT)
    day[0] = datetime.date(2029, 4, 2)
    assert live.current().find(FACT) is None
    assert live.current().find("referral/doctor")


def test_knowledge_kept_for_long_follows(live, project, withdrawn):
    kept = following(live.current)
    entry = kept.entries[FACT]
    write(withdrawn, {FACT: WHY})
    project.edit("knowledge/phrases.yml", "I do not know that.", "I do not know this.")
    live.refresh()
    assert entry.id == FACT
    assert kept.find(FACT) is None
    assert FACT not in kept.entries
    assert len(kept.entries) == 2
    assert kept.phrase("fallback", "en") == "I do not know this."


def test_a_thread_of_its_own_looks_for_changes(project, withdrawn):
    live = Live(project.knowledge, withdrawn, lambda: TODAY)
    assert live.current().find(FACT)
    write(withdrawn, {FACT: WHY})
    begun = time.monotonic()
    until(lambda: live.current().find(FACT) is None, 20)
    project.edit(HISTORY, "It was {people} people.", "These were {people} people.")
    until(lambda: live.current().entries["ask_history/reached"].answer["en"].startswith("These"), 20)
    assert time.monotonic() - begun < 20


def test_a_forked_process_looks_for_itself(project, withdrawn):
    live = Live(project.knowledge, withdrawn, lambda: TODAY)
    live.current()
    write(withdrawn, {FACT: WHY})
    child = os.fork()
    if child == 0:
        os._exit(0 if live.current().find(FACT) is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
