"""`make withdraw` and `make due`."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pytest

from assistant.commands import due, withdraw
from assistant.core.paths import ROOT
from assistant.knowledge import knowledge
from assistant.knowledge.review import last_day
from assistant.knowledge.withdrawn import Withdrawal, read, write

FACT = "ask_figures/fap_reached"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command in English on a file of its own; returns its status and what it says."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    path = tmp_path / "withdrawn.yml"

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["withdraw", *arguments, "--file", str(path)])
        status = withdraw.main()
        said = capsys.readouterr()
        return status, said.out + said.err

    call.path = path
    return call


def test_an_entry_is_withdrawn_with_its_reason_and_given_back(run, monkeypatch):
    monkeypatch.setattr(withdraw, "editor", lambda: "Anna")
    status, said = run(FACT, "--why", "the number's out of date")
    assert status == 0
    assert "within two seconds" in said
    today = datetime.date.today().isoformat()
    assert read(run.path) == {FACT: Withdrawal("Anna", today, "the number's out of date")}
    assert f"{FACT}: by Anna on {today}" in run()[1]
    assert run(FACT, "--back")[0] == 0
    assert read(run.path) == {}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("crisis/self_harm", "--why", "x"), "must always get one"),
        (("smalltalk/privacy", "--why", "x"), "is small talk"),
        (("ask_figures/gone", "--why", "x"), "There is no entry"),
        ((FACT,), "Say why"),
        ((FACT, "--why", "  "), "Say why"),
        ((FACT, "--back"), "is not withdrawn"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(run, arguments, told):
    status, said = run(*arguments)
    assert status == 1
    assert told in said
    assert not run.path.exists()


def test_a_broken_file_is_not_overwritten(run):
    run.path.write_text("- x", "utf-8")
    assert run(FACT, "--why", "x")[0] == 1
    assert run.path.read_text("utf-8") == "- x"


def test_an_answer_can_be_withdrawn_while_the_knowledge_is_not_in_order(run, monkeypatch):
    monkeypatch.setattr(withdraw, "known", lambda: None)
    monkeypatch.setattr(withdraw, "editor", lambda: "Anna")
    assert run(FACT, "--why", "x")[0] == 0
    assert FACT in read(run.path)


@pytest.mark.slow
def test_make_hands_over_reason_and_way_back(tmp_path):
    def command(*variables):
        found = subprocess.run(["make", "-n", "withdraw", *variables], cwd=ROOT, capture_output=True, text=True)
        return found.stdout

    assert f"withdraw '{FACT}' --why 'it'\\''s $HOME'" in command(f"ENTRY={FACT}", "WHY=it's $$HOME")
    assert command(f"ENTRY={FACT}", "BACK=1").rstrip().endswith(f"withdraw '{FACT}'  --back")


def test_due_lists_by_date_with_file_and_line(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    entry = knowledge().entries[FACT]
    day = last_day(entry.review_by)

    def lines(today):
        return list(due.listed(knowledge(), due.places(), today))

    (soon,) = (line for line in lines(day) if FACT in line)
    file, number = soon.split()[1].split(":")
    written = (ROOT / "knowledge" / file).read_text("utf-8").splitlines()[int(number) - 1]
    assert written.strip() == f"review_by: {entry.review_by}"
    (late,) = (line for line in lines(day + datetime.timedelta(days=1)) if FACT in line)
    assert late.endswith("visitors are told that it is late")
    (silent,) = (line for line in lines(day + datetime.timedelta(days=91)) if FACT in line)
    assert "no longer said" in silent
    (alarm,) = (line for line in lines(datetime.date(2029, 1, 1)) if "crisis/self_harm" in line)
    assert alarm.endswith("alarm goes off")
    dates = [
        line.split()[0] for line in lines(datetime.date(2027, 3, 1)) if line.startswith("  2027-0") and ":" in line
    ]
    assert dates == sorted(dates[: dates.index(min(dates))]) + sorted(dates[dates.index(min(dates)) :])


def test_due_fails_if_asked_to_where_something_is_overdue(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["due", "--check", "--today", "2029-01-01"])
    assert due.main() == 1
    monkeypatch.setattr(sys, "argv", ["due", "--check", "--today", "2026-11-30"])
    assert due.main() == 0


def test_what_is_written_can_be_read_by_other_users(tmp_path):
    path = tmp_path / "withdrawn.yml"
    write(path, {})
    assert path.stat().st_mode & 0o777 == 0o644
