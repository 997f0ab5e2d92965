"""One task per chat at a time, retried after a fault, finished when the front stops."""

from __future__ import annotations

import asyncio
import time

import pytest

from assistant.front.store.schema import database
from assistant.front.tasks import chat_tasks as module
from assistant.front.tasks.chat_tasks import ChatTasks
from assistant.front.tasks.leases import Leases
from tests.support.wait import until_async


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(module, "SHUTDOWN_SECONDS", 0.3)


def made(engine, work):
    return ChatTasks("Testing", work, Leases(engine, "test"))


async def test_a_chat_is_worked_on_by_one_at_a_time_and_again_when_woken_meanwhile(engine):
    begun, running, most, done, go = 0, 0, 0, 0, asyncio.Event()

    async def work(_):
        nonlocal begun, running, most, done
        begun, running, most = begun + 1, running + 1, max(most, running + 1)
        await go.wait()
        running, done = running - 1, done + 1

    chat_tasks = made(engine, work)
    chat_tasks.wake("chat")
    await until_async(lambda: begun)
    for _ in range(2):
        chat_tasks.wake("chat")
        await asyncio.sleep(0.02)
    go.set()
    await until_async(lambda: done == 2)
    await asyncio.sleep(0.2)
    assert (begun, most, done) == (2, 1, 2)


async def test_a_fault_is_no_end(engine):
    tried = []

    async def work(chat):
        tried.append(chat)
        if len(tried) < 3:
            raise OSError

    chat_tasks = made(engine, work)
    chat_tasks.wake("chat")
    await until_async(lambda: len(tried) == 3)
    await asyncio.sleep(0.1)
    assert tried == ["chat"] * 3


async def test_what_is_nearly_done_is_finished_and_the_rest_ended(engine):
    done = []

    async def work(chat):
        await asyncio.sleep(0.1 if chat == "quick" else 30)
        done.append(chat)

    chat_tasks = made(engine, work)
    chat_tasks.wake("quick")
    chat_tasks.wake("slow")
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    await chat_tasks.stop()
    assert time.monotonic() - begun < 2
    assert done == ["quick"]


async def test_two_fronts_do_not_work_on_one_chat(postgres):
    engine = database(postgres.new())
    busy, most = 0, 0

    async def work(_):
        nonlocal busy, most
        busy, most = busy + 1, max(most, busy + 1)
        await asyncio.sleep(0.2)
        busy -= 1

    fronts = [made(engine, work) for _ in range(3)]
    for front in fronts:
        front.wake("chat")
    await asyncio.sleep(0.6)
    assert most == 1
    engine.dispose()


async def test_the_chats_of_a_front_that_died_go_to_another(postgres, monkeypatch):
    monkeypatch.setattr("assistant.front.tasks.leases.LEASE_SECONDS", 1.0)
    engine = database(postgres.new())
    dead, alive = Leases(engine, "answer"), Leases(engine, "answer")
    assert dead._take("chat")
    async with alive.held("chat") as mine:
        assert not mine
    await asyncio.sleep(1.2)
    async with alive.held("chat") as mine:
        assert mine
        assert not dead._take("chat")
    assert dead._take("chat")
    engine.dispose()


async def test_a_claim_is_renewed_as_long_as_there_is_work(postgres, monkeypatch):
    monkeypatch.setattr("assistant.front.tasks.leases.LEASE_SECONDS", 1.0)
    monkeypatch.setattr("assistant.front.tasks.leases.RENEWAL_SECONDS", 0.1)
    engine = database(postgres.new())
    mine, other = Leases(engine, "answer"), Leases(engine, "answer")
    async with mine.held("chat"):
        await asyncio.sleep(2.0)
        assert not other._take("chat")
    engine.dispose()
