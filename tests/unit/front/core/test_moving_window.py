"""The rate limit in memory: counts as `limits` does, but does not remember keys for ever."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse
from limits.storage import MemoryStorage, memory
from limits.strategies import MovingWindowRateLimiter

from assistant.front.core.moving_window import MovingWindow

WINDOW_SECONDS = 60


class Clock:
    """A clock that moves only when it is advanced."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@given(
    max_hits=st.integers(1, 5),
    steps=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([0.0, 0.5, 7.25, 30.0, 60.0, 61.0])), max_size=40),
)
def test_it_admits_what_the_library_limits_admits(max_hits, steps):
    clock = Clock()
    window = MovingWindow(max_hits, WINDOW_SECONDS, clock=clock)
    item = parse(f"{max_hits}/minute")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "time", SimpleNamespace(time=clock))
        patch.setattr(memory, "threading", SimpleNamespace(Timer=MagicMock(), RLock=threading.RLock))
        storage = MemoryStorage()
        limiter = MovingWindowRateLimiter(storage)
        for key, seconds in steps:
            clock.now += seconds
            assert window.hit(key) == limiter.hit(item, key)
            # Older versions count from the latest hit, as we do, newer ones from the first in the window.
            assert int(limiter.get_window_stats(item, key)[0]) <= int(window.resets_at(key))


def test_a_key_is_admitted_again_when_its_hits_leave_the_window(clock):
    window = MovingWindow(2, WINDOW_SECONDS, clock=clock)
    assert [window.hit("a") for _ in range(3)] == [True, True, False]
    assert window.resets_at("a") == clock.now + WINDOW_SECONDS
    assert window.wait_seconds("a") == WINDOW_SECONDS
    assert window.hit("b")
    clock.now += WINDOW_SECONDS + 1
    assert window.resets_at("a") == clock.now
    assert window.hit("a")


def test_an_idle_key_is_forgotten_and_only_that(clock):
    window = MovingWindow(2, WINDOW_SECONDS, clock=clock)
    window.hit("busy")
    window.hit("idle")
    clock.now += WINDOW_SECONDS - 1
    window.hit("busy")
    window.forget_idle()
    assert len(window) == 2
    clock.now += 2
    window.forget_idle()
    assert len(window) == 1
    assert [window.hit("busy") for _ in range(2)] == [True, False]


def test_a_refused_hit_keeps_nobody_remembered(clock):
    window = MovingWindow(1, WINDOW_SECONDS, clock=clock)
    window.hit("a")
    clock.now += WINDOW_SECONDS
    assert not window.hit("a")
    clock.now += 1
    window.forget_idle()
    assert len(window) == 0


def test_there_are_never_more_keys_than_allowed_and_the_most_idle_goes_first(clock):
    window = MovingWindow(1, WINDOW_SECONDS, max_keys=3, clock=clock)
    for key in "abcd":
        assert window.hit(key)
        clock.now += 1
    assert len(window) == 3
    assert [window.hit(key) for key in "bcd"] == [False] * 3
    assert window.hit("a")


def test_a_key_keeps_no_more_hits_than_count(clock):
    window = MovingWindow(3, WINDOW_SECONDS, clock=clock)
    for _ in range(1000):
        clock.now += WINDOW_SECONDS
        window.hit("a")
    assert [len(hits) for hits in window._hits.values()] == [3]


def operations(call):
    """How many bytecode instructions a call takes, in all the functions it calls."""
    counted = 0

    def trace(frame, event, _):
        nonlocal counted
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return counted


def test_the_ten_thousandth_hit_costs_what_the_second_cost(clock):
    window, threads = MovingWindow(100_000, WINDOW_SECONDS, clock=clock), threading.active_count()
    window.hit("a")
    second = operations(lambda: window.hit("a"))
    for number in range(5_000):
        clock.now += 0.001
        window.hit("a")
        window.hit(str(number))
    assert operations(lambda: window.hit("a")) == second > 10
    assert threading.active_count() == threads
