"""Shares and their intervals."""

from __future__ import annotations

from evaluation.cases import Case, Turn
from evaluation.figures import Judged, by_file, share
from evaluation.judge import Response


def one(outcome, number: int = 0, turns: int = 1) -> Judged:
    turn = Turn("?", "de", ("H8",))
    return Judged(Case("x", "de", "direct", (turn,) * turns), number, turn, Response("", "fact", "de"), outcome)


def test_a_share_lies_within_its_interval_and_is_the_same_each_time():
    flags = [True] * 90 + [False] * 10
    found = share(flags)
    assert (found.n, found.value) == (100, 0.9)
    assert 0.8 < found.low < 0.9 < found.high < 0.97
    assert share(flags) == found


def test_no_messages_have_no_share():
    assert share([]).n == 0


def test_figures_tell_files_and_kinds_apart():
    figures = by_file([one("direct"), one("wrong"), one("direct", 1, 2)])["de"]
    assert figures["all"] == {"n": 3, "good": 0.6667, "direct": 0.6667, "wrong": 0.3333}
    assert figures["direct"]["good"] == 0.5
    assert figures["later turn"]["n"] == 1
