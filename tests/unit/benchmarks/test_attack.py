"""The attacks' table says what was measured; whatever fails, hangs or is left out counts as broken."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import httpx2
import pytest

from benchmarks.attack import __main__ as command
from benchmarks.attack.findings import Finding, Row, as_markdown, at_most, expected, recorded
from benchmarks.attack.front import StandIn
from benchmarks.attack.rows import ROWS
from benchmarks.attack.rows.erasure import frames_in
from benchmarks.attack.run import attacked
from benchmarks.attack.websocket import unfinished
from tests.support.wait import answers, until

HELD = Finding("figure", "1", "at most 1", held=True)
NUMBERS = [1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14, 16, 17, 20, 21]


def row(number=1, deadline=60.0):
    return Row(number, "an attack", lambda folder: [HELD], deadline)


def run(monkeypatch, found, *arguments):
    """The exit code of the command when each attack finds this."""
    monkeypatch.setattr(command, "attacked", lambda row, folder, seconds: list(found))
    monkeypatch.setattr(sys, "argv", ["attack", *arguments])
    return command.main()


def test_every_row_of_the_list_is_attacked_once_and_together_in_bounded_time():
    assert [row.number for row in ROWS] == NUMBERS
    assert all(0 < row.deadline_seconds <= 150 for row in ROWS)
    assert command.WHOLE_RUN_SECONDS <= 360


@pytest.mark.parametrize(("value", "held"), [(0, True), (3, True), (3.01, False)])
def test_a_figure_beyond_its_bound_is_broken(value, held):
    assert at_most("time", value, 3.0, "s").held is held


def test_anything_but_what_is_expected_is_broken():
    assert expected("status", 503, 503).held
    assert not expected("status", 200, 503).held


def test_rows_are_chosen_by_number_and_an_unknown_one_is_named():
    assert [row.number for row in command.chosen("3, 1")] == [3, 1]
    assert command.chosen("") == list(ROWS)
    with pytest.raises(ValueError, match="there is no row 4"):
        command.chosen("1,4")


@pytest.mark.parametrize(("held", "code"), [(True, 0), (False, 1)])
def test_one_broken_bound_fails_the_run(monkeypatch, capsys, tmp_path, held, code):
    report = tmp_path / "report.json"
    assert run(monkeypatch, [HELD, replace(HELD, held=held)], "--rows", "1,3", "--json", str(report)) == code
    assert len(capsys.readouterr().out.splitlines()) == 2 + 4
    verdicts = [one["verdict"] for one in json.loads(report.read_text("utf-8"))]
    assert verdicts == ["held", "held" if held else "broken"] * 2


def test_a_row_for_which_no_time_is_left_is_broken(monkeypatch, capsys):
    assert run(monkeypatch, [HELD], "--rows", "1", "--seconds", "0") == 1
    assert "not carried out" in capsys.readouterr().out


def test_the_table_has_one_line_for_each_finding_whatever_it_says():
    found = [recorded(row(), Finding("a|b", "two\nlines " + "x" * 999, "c", held=False), 1.23)]
    assert as_markdown(found).splitlines()[2:] == [
        "| 1 | an attack: a/b | " + ("two lines " + "x" * 999)[:200] + " | c | broken |"
    ]


@pytest.mark.slow
def test_an_attack_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    started = tmp_path / "pid"
    child = f"sleep 60 & echo $! > {started}; wait"
    (found,) = attacked(row(), tmp_path, 2.0, ["sh", "-c", child])
    assert found.attack == "came to no end"
    assert not found.held
    pid = int(started.read_text("utf-8"))
    until(lambda: not is_running(pid))


def is_running(pid):
    """Whether a process runs; one that has ended but that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("child", ["exit 3", "echo no report"])
def test_an_attack_that_fails_or_reports_nothing_is_broken(tmp_path, child):
    (found,) = attacked(row(), tmp_path, 20.0, ["sh", "-c", child])
    assert (found.attack, found.held) == ("failed", False)


@pytest.mark.slow
def test_what_an_attack_reports_is_what_was_found(tmp_path):
    report = json.dumps([asdict(HELD)])
    child = ["sh", "-c", f"echo '{report}' > {tmp_path / 'report.json'}"]
    assert attacked(row(), tmp_path, 20.0, child) == [HELD]


@pytest.mark.slow
def test_the_stand_in_answers_one_at_a_time_at_the_pace_set(tmp_path):
    stand_in = StandIn(tmp_path, 0.0)
    try:
        until(lambda: answers(stand_in.url), 30)
        stand_in.pace(0.2)
        started = time.monotonic()
        reply = httpx2.post(f"{stand_in.url}/webhooks/rest/webhook", json={"sender": "a\0b"}, timeout=10).json()
        assert time.monotonic() - started >= 0.2
        assert reply[-1]["custom"]["answer"]["kind"] == "fact"
        assert stand_in.seen("senders") == ["a\\x00b"]
    finally:
        stand_in.stop()


def test_a_bomb_is_small_as_sent_and_its_last_frame_never_comes():
    bomb = unfinished(2**20, compressed=True)
    assert len(bomb) < 4096
    first, *rest = frames_of(bomb)
    assert first == 0x41
    assert set(rest) == {0}
    assert len(unfinished(2**20, compressed=False)) > 2**20


def frames_of(data):
    """The first byte of each frame."""
    found, at = [], 0
    while at < len(data):
        length, head = data[at + 1] & 0x7F, 6
        if length == 126:
            length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 8
        found.append(data[at])
        at += head + length
    return found


def test_only_frames_of_the_log_s_present_run_count(tmp_path):
    def frame(salt):
        return b"\0" * 8 + salt + b"\0" * 8 + b"x" * 512

    header = b"\0" * 8 + (512).to_bytes(4, "big") + b"\0" * 4 + b"saltsalt" + b"\0" * 8
    wal = tmp_path / "front.db-wal"
    wal.write_bytes(header + frame(b"saltsalt") * 2 + frame(b"previous"))
    assert frames_in(wal) == len(header) + 2 * len(frame(b"saltsalt"))
    wal.write_bytes(b"")
    assert frames_in(wal) == 0
