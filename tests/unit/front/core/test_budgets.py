"""What an address may hold and use, without a server."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

import pytest
from anyio.to_thread import run_sync
from starlette.requests import HTTPConnection

from assistant.front.core.budgets import MANY, Allowance, Budgets, Held
from assistant.front.core.errors import RefusedError
from assistant.front.core.limits import OVERHEAD_BYTES, address_of, count_stored, network_of
from assistant.front.core.processor_time import Metered, charged
from assistant.front.core.refusal_log import RefusalLog
from assistant.front.core.settings import Caps, settings_from


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_no_address_takes_what_is_left():
    held = Held(10, 20)
    assert [held.take("greedy") for _ in range(4)] == [True, True, False, False]
    assert held.take("other")
    held.give_back("greedy")
    assert held.take("greedy")


def test_all_together_take_no_more_than_there_is():
    held = Held(10, 20)
    assert sum(held.take(str(number)) for number in range(20)) == 10
    assert not held.take(MANY)
    held.give_back("3")
    assert held.take(MANY)


def test_what_is_given_back_is_forgotten():
    held = Held(10, 50)
    for number in range(1000):
        assert held.take(str(number), 5)
        held.give_back(str(number), 5)
    assert (len(held), len(held._by_key)) == (0, 0)


def test_an_allowance_grows_back():
    clock = Clock()
    allowance = Allowance(60, 60, clock)
    allowance.spend("a", 90)
    assert allowance.wait_seconds("a") == 30
    assert allowance.wait_seconds("b") == 0
    clock.now += 30
    assert allowance.wait_seconds("a") == 0
    assert allowance.wait_seconds("a", 6) == 6
    clock.now += 60
    assert allowance.wait_seconds("a", 60) == 0


def test_an_allowance_forgets_whoever_is_idle_and_has_a_bound():
    clock = Clock()
    allowance = Allowance(60, 60, clock, max_keys=100)
    for number in range(1000):
        allowance.spend(str(number), 1)
    assert len(allowance._used) == 100
    clock.now += 60
    allowance.spend("new", 1)
    assert len(allowance._used) == 1


def test_an_address_has_a_share_of_everything():
    budgets = Budgets(Caps())
    for held in (budgets.connections, budgets.requests, budgets.streams, budgets.websockets, budgets.body_bytes):
        assert held.each * 5 <= held.total
    assert budgets.processor_seconds.wait_seconds("a", 12) == 0 < budgets.processor_seconds.wait_seconds("a", 13)


def test_what_is_stored_for_an_address_in_a_day_has_a_limit():
    budgets = Budgets(Caps(stored_mb=1))
    text = "🙂" * 4000
    while not budgets.stored_bytes.wait_seconds("a", len(text.encode()) + OVERHEAD_BYTES):
        count_stored(budgets, "a", text)
    with pytest.raises(RefusedError) as refused:
        count_stored(budgets, "a", text)
    assert refused.value.code == "too_many"
    assert 0 < refused.value.retry_after <= 86400
    count_stored(budgets, "b", text)
    used, _ = budgets.stored_bytes._used["a"]
    assert 1_000_000 - 20_096 < used <= 1_000_000


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("2001:db8:0:ff::1", "2001:db8::/56"),
        ("2001:db8:0:100::1", "2001:db8:0:100::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_an_address_is_the_same_however_it_is_written(host, network):
    assert network_of(host) == network
    assert address_of(HTTPConnection({"type": "http", "client": (host, 1), "headers": []})) == network


def test_settings_are_read(tmp_path):
    named = {
        "ASSISTANT_MAX_CONNECTIONS": "1",
        "ASSISTANT_MAX_STREAMS": "2",
        "ASSISTANT_MAX_WEBSOCKETS": "3",
        "ASSISTANT_MAX_BODY_MB": "4",
        "ASSISTANT_ADDRESS_PERCENT": "5",
        "ASSISTANT_ADDRESS_STORED_MB": "6",
    }
    assert settings_from({"ASSISTANT_DATA": str(tmp_path), **named}).caps == Caps(1, 2, 3, 4, 5, 6)
    assert settings_from({"ASSISTANT_DATA": str(tmp_path)}).caps == Caps()
    with pytest.raises(ValueError, match="ASSISTANT_ADDRESS_PERCENT must be a percentage from 1 to 100"):
        settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_ADDRESS_PERCENT": "101"})


def busy(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_processor_time_is_charged_and_waiting_is_not():
    async def work():
        busy(0.05)
        await asyncio.sleep(0.2)
        await run_sync(charged(busy), 0.1)
        busy(0.05)

    spent = []
    await Metered(work(), spent.append)
    assert 0.2 <= sum(spent) < 0.35


async def test_what_is_raised_and_cancelled_passes_through():
    async def broken():
        await asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        await Metered(broken(), lambda _: None)

    async def waiting():
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.append(threading.current_thread())

    cleaned = []
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.ensure_future(_awaited(Metered(waiting(), lambda _: None))), 0.05)
    assert cleaned


async def _awaited(something):
    await something


def test_whoever_is_refused_does_not_fill_the_log(caplog):
    clock = Clock()
    log = RefusalLog(clock)
    for _ in range(1000):
        log.note("Refused %r.", "x" * 1000)
    clock.now += 60
    log.note("Refused %r.", "y\n")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [f"Refused {'x' * 100!r}.", "Refused 'y\\n'. (999 more since the last such line)"]


def test_what_two_threads_spend_at_once_is_all_remembered():
    paused, go_on, now = threading.Event(), threading.Event(), [0.0]

    def clock():
        # The first thread stops in the middle of forgetting the idle key.
        if threading.current_thread() is first and next(calls) == 1:
            paused.set()
            go_on.wait(5)
        return now[0]

    allowance, calls = Allowance(1, 10.0, clock), itertools.count()
    first = threading.Thread(target=allowance.spend, args=("busy", 5.0))
    second = threading.Thread(target=allowance.spend, args=("other", 5.0))
    allowance.spend("idle", 0.1)
    now[0] = 100.0
    first.start()
    assert paused.wait(5)
    second.start()
    second.join(0.5)
    go_on.set()
    for thread in (first, second):
        thread.join(5)
    assert [allowance.wait_seconds(key) > 0 for key in ("busy", "other")] == [True, True]
