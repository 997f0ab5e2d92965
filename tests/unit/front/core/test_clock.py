"""A wall clock that jumps makes nothing late."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from assistant.front.core import clock
from assistant.front.core.clock import Lateness
from assistant.front.core.limits import Limits
from assistant.front.core.settings import Rates

DAY = 86400.0


@pytest.fixture
def clocks(monkeypatch):
    """Two clocks: one that is set, and one that is not."""
    both = SimpleNamespace(wall=1_800_000_000.0, steady=50.0)
    monkeypatch.setattr(clock.time, "time", lambda: both.wall)
    monkeypatch.setattr(clock, "steady", lambda: both.steady)
    return both


def passed(clocks, seconds):
    clocks.wall += seconds
    clocks.steady += seconds


def test_time_that_passes_makes_late(clocks):
    lateness, at = Lateness(), clocks.wall
    passed(clocks, 5 * DAY)
    assert lateness.age_seconds(at) == 5 * DAY
    assert not lateness.has_jumped


def test_a_jump_forward_does_not_and_what_comes_after_it_ages_as_ever(clocks):
    lateness, before = Lateness(), clocks.wall
    passed(clocks, 10)
    clocks.wall += 31 * DAY
    assert lateness.age_seconds(before) == 10
    after = clocks.wall
    passed(clocks, 20)
    assert (lateness.age_seconds(before), lateness.age_seconds(after)) == (30, 20)
    assert lateness.has_jumped
    lateness.settle()
    assert not lateness.has_jumped


def test_what_a_clock_set_back_says_to_be_in_the_future_is_new(clocks):
    lateness, before = Lateness(), clocks.wall
    clocks.wall -= DAY
    assert lateness.age_seconds(before) == 0
    assert lateness.has_jumped


def test_small_steps_are_time_as_ever_however_many(clocks):
    lateness, at = Lateness(), clocks.wall
    for _ in range(100):
        passed(clocks, 60)
        clocks.wall += 1
        assert not lateness.has_jumped
    assert lateness.age_seconds(at) == 6100


async def test_a_clock_set_back_locks_nobody_out_for_as_long(monkeypatch):
    limits, real = Limits(Rates(session="1/second")), time.time
    assert await limits.allows("session", "a")
    monkeypatch.setattr(time, "time", lambda: real() - DAY)
    assert not await limits.allows("session", "a")
    time.sleep(1.1)
    assert await limits.allows("session", "a")
