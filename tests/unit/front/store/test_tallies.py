"""Counts of what is asked: added to by several at once, and left alone by every erasure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assistant.front.core.tokens import Keys
from assistant.front.store.chats import Store
from assistant.front.store.retention import purge_silent
from assistant.front.store.tallies import Tallies, Tally, TallyRow, release_of

DAY = "2026-11-30"
TALLY = Tally("m1 k1", "de", "ask_fap", "ask_fap/fap_reached", "answered")


@pytest.fixture
def counts(engine):
    return Tallies(engine)


def row(tally=TALLY, day=DAY, count=1):
    return TallyRow(**vars(tally), day=day, count=count)


def test_the_same_adds_up_and_anything_else_is_counted_apart(counts):
    other = replace(TALLY, outcome="helpful")
    counts.count([TALLY, TALLY, other], DAY)
    counts.count([TALLY], DAY)
    counts.count([TALLY], "2026-12-01")
    assert counts.rows() == [row(count=3), row(other), row(day="2026-12-01")]
    assert counts.rows("2026-12-01") == [row(day="2026-12-01")]


def test_nothing_is_counted_for_nothing(counts):
    counts.count([], DAY)
    assert counts.rows() == []


def test_several_who_count_at_once_lose_nothing(counts):
    other = replace(TALLY, entry="ask_fap/fap_since")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda turn: counts.count([TALLY, other][:: 1 if turn % 2 else -1], DAY), range(40)))
    assert {one.count for one in counts.rows()} == {40}


def test_what_is_taken_back_never_falls_below_nothing(counts):
    counts.count([TALLY], DAY)
    for _ in range(2):
        counts.take_back(TALLY, DAY)
    assert counts.rows() == []
    counts.count([TALLY], DAY)
    assert counts.rows() == [row()]


def test_erasing_chats_leaves_the_counts(counts, engine):
    store = Store(engine)
    for chat in ("a", "b"):
        store.open_chat(chat, "de", 100.0)
    counts.count([TALLY], DAY)
    store.erase("a")
    purge_silent(engine, store, Keys(b"x" * 32), 200.0)
    store.erase_orphans()
    assert counts.rows() == [row()]


def test_a_release_is_a_model_and_its_knowledge():
    assert release_of("m1", "k1") == "m1 k1"
    assert release_of("", "") == ""
