"""Rate limits and broadcasts that several fronts share through Redis, and how they work without it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time

import pytest

from assistant.front.core.errors import RefusedError
from assistant.front.core.limits import Limits
from assistant.front.core.settings import Rates
from assistant.front.pubsub.broadcast import Broadcast
from assistant.front.pubsub.listeners import Listeners
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.launch.servers import HOST, free_port, in_use
from tests.support.wait import until, until_async

THREE = Rates(session="3/minute")
NOWHERE = f"redis://{HOST}:9/0"


@pytest.fixture(scope="module")
def address():
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("Redis is missing (Debian: redis-server)")
    port = free_port()
    process = subprocess.Popen([program, "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL)
    address = f"redis://{HOST}:{port}/0"
    until(lambda: in_use(port))
    yield address
    process.kill()
    process.wait()


async def used_up(*limits):
    """How many hits a limit of three allows when these fronts are used in turn."""
    used = 0
    for number in range(8):
        used += await limits[number % len(limits)].allows("session", "somebody")
    return used


async def test_two_fronts_count_together(address):
    assert await used_up(Limits(THREE, address), Limits(THREE, address)) == 3


async def test_two_fronts_without_redis_count_each_for_itself():
    assert await used_up(Limits(THREE), Limits(THREE)) == 6


async def test_without_its_redis_a_front_counts_for_itself_and_nobody_waits():
    limits = Limits(THREE, NOWHERE)
    begun = time.monotonic()
    assert await used_up(limits) == 3
    with pytest.raises(RefusedError) as refused:
        await limits.count("session", "somebody")
    assert refused.value.retry_after >= 1
    assert time.monotonic() - begun < 2


@pytest.fixture
async def broken_redis():
    """A server that closes every connection: its URL, and when it was called."""
    calls = []

    def hang_up(_, writer):
        calls.append(time.monotonic())
        writer.close()

    server = await asyncio.start_server(hang_up, HOST, 0)
    async with server:
        yield f"redis://{HOST}:{server.sockets[0].getsockname()[1]}/0", calls


async def test_a_redis_that_is_away_is_left_alone_for_a_while(broken_redis, monkeypatch):
    monkeypatch.setattr("assistant.front.core.limits.REDIS_BREAK_SECONDS", 60.0)
    address, calls = broken_redis
    limits = Limits(THREE, address)
    assert await limits.allows("session", "somebody")
    asked = len(calls)
    assert asked
    assert await used_up(limits) == 2
    assert len(calls) == asked


async def test_a_redis_that_was_away_is_asked_again(broken_redis, monkeypatch):
    monkeypatch.setattr("assistant.front.core.limits.REDIS_BREAK_SECONDS", 0.0)
    address, calls = broken_redis
    limits = Limits(THREE, address)
    await limits.allows("session", "somebody")
    asked = len(calls)
    await limits.allows("session", "somebody")
    assert len(calls) > asked


async def test_who_is_idle_is_forgotten_while_a_front_runs(monkeypatch):
    monkeypatch.setattr("assistant.front.core.limits.FORGET_INTERVAL_SECONDS", 0.01)
    limits = Limits(Rates(session="3/second"))
    await limits.start()
    await limits.allows("session", "somebody")
    assert len(limits._own["session"]) == 1
    await until_async(lambda: not len(limits._own["session"]))
    await limits.stop()


async def heard(listeners, chat, seconds):
    """Whether a listener at this front is woken within this time."""
    with listeners.listen(chat) as news:
        try:
            await asyncio.wait_for(news.wait(), seconds)
        except asyncio.TimeoutError:
            return False
    return True


@pytest.fixture
def store(tmp_path):
    return Store(database(f"sqlite:///{tmp_path / 'front.db'}"))


async def test_what_happens_at_one_front_is_heard_at_the_other(address, store):
    hubs = [Listeners(), Listeners()]
    broadcast = [Broadcast(address, listeners, store, several=False) for listeners in hubs]
    for one in broadcast:
        await one.start()
    listening = asyncio.create_task(heard(hubs[1], "chat", 10))
    while not listening.done():
        # Repeated, since both have to connect to Redis first.
        hubs[0].publish("chat")
        await asyncio.sleep(0.1)
    assert await listening
    for one in broadcast:
        await one.stop()


@pytest.mark.parametrize("url", ["", NOWHERE])
async def test_without_redis_the_database_is_looked_at(url, store, monkeypatch):
    monkeypatch.setattr("assistant.front.pubsub.broadcast.POLL_SECONDS", 0.05)
    listeners = Listeners()
    broadcast = Broadcast(url, listeners, store, several=True)
    await broadcast.start()
    store.open_chat("chat", "de", 1.0)
    with listeners.listen("chat") as news:
        await asyncio.sleep(0.3)
        news.clear()
        await asyncio.sleep(0.3)
        assert not news.is_set()
        store.accept("chat", "1", "text", "de", None, 2.0)
        await asyncio.wait_for(news.wait(), 2)
        news.clear()
        store.erase("chat", "web-x")
        await asyncio.wait_for(news.wait(), 2)
    await broadcast.stop()
