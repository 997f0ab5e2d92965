"""Conversations in PostgreSQL: shared by processes, bounded, and continued in memory while it is down."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from assistant.engine.conversations import table
from assistant.engine.conversations.erase import forget
from assistant.engine.conversations.table import Conversations, Row, UnavailableError
from assistant.engine.conversations.trackers import RecentTrackerStore
from tests.support.wait import until_async
from tests.unit.engine.conversations.test_trackers import conversation, questions, talk

NOWHERE = "postgresql+psycopg2://nobody@127.0.0.1:9/none"


@pytest.fixture
def address(postgres):
    return postgres.new()


@pytest.fixture(autouse=True)
def short_break(monkeypatch):
    monkeypatch.setattr(table, "RETRY_SECONDS", 0.2)


async def test_another_process_goes_on_with_a_conversation(address, domain):
    await talk(RecentTrackerStore(domain, address=address), 2)
    assert questions(await RecentTrackerStore(domain, address=address).retrieve("visitor")) == [
        "question 0",
        "question 1",
    ]


async def test_what_another_process_added_is_seen(address, domain):
    first, second = (RecentTrackerStore(domain, address=address) for _ in range(2))
    await first.save(conversation(domain, 1))
    await second.retrieve("visitor")
    await second.save(conversation(domain, 2))
    assert questions(await first.retrieve("visitor")) == ["question 0", "question 1"]


async def test_a_row_holds_the_last_turns_only(address, domain):
    await talk(RecentTrackerStore(domain, turns=3, address=address), 9)
    told = await RecentTrackerStore(domain, address=address).retrieve("visitor")
    assert questions(told) == ["question 6", "question 7", "question 8"]


async def test_a_conversation_is_forgotten_everywhere(address, domain):
    first, second = (RecentTrackerStore(domain, address=address) for _ in range(2))
    await talk(first, 2)
    await second.retrieve("visitor")
    await forget(first, "visitor")
    assert await second.retrieve("visitor") is None
    assert await RecentTrackerStore(domain, address=address).retrieve("visitor") is None


async def test_without_the_database_memory_goes_on_and_nothing_hangs(domain):
    store = RecentTrackerStore(domain, address=NOWHERE)
    begun = time.monotonic()
    assert questions(await talk(store, 3)) == ["question 0", "question 1", "question 2"]
    assert time.monotonic() - begun < 5
    with pytest.raises(UnavailableError):
        await forget(store, "visitor")


@contextmanager
def away(store):
    """Makes the database unavailable to this process."""

    def refuse(*_):
        raise OSError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store._database, "_in_thread", refuse)
        yield


async def add(store, text, id_=None, sender="visitor"):
    """Adds a turn to a conversation, as Rasa's processor does."""
    tracker = await store.get_or_create_tracker(sender)
    for event in (UserUttered(text, metadata={"id": id_}), ActionExecuted("action_answer"), BotUttered(f"on {text}")):
        tracker.update(event)
    await store.save(tracker)


async def kept_of(address, domain, sender="visitor"):
    """The questions of a conversation in the table."""
    tracker = await RecentTrackerStore(domain, address=address).retrieve(sender)
    return questions(tracker) if tracker else None


async def test_what_could_not_be_written_is_written_without_a_further_message(address, domain):
    store = RecentTrackerStore(domain, address=address)
    with away(store):
        await talk(store, 2, "one")
        await talk(store, 1, "two")

    async def written():
        return await kept_of(address, domain, "one") and await kept_of(address, domain, "two")

    await until_async(written)
    assert await kept_of(address, domain, "one") == ["question 0", "question 1"]
    assert await kept_of(address, domain, "two") == ["question 0"]


async def test_the_writer_goes_on_trying_while_the_database_is_away(address, domain, monkeypatch):
    monkeypatch.setattr(table, "RETRY_SECONDS", 0.05)
    store = RecentTrackerStore(domain, address=address)
    with away(store):
        await talk(store, 1)
        await asyncio.sleep(0.4)
    await until_async(lambda: kept_of(address, domain))


async def test_a_conversation_forgotten_meanwhile_is_not_written_later(address, domain):
    store = RecentTrackerStore(domain, address=address)
    with away(store):
        await talk(store, 1, "one")
        await talk(store, 1, "two")
        with pytest.raises(UnavailableError):
            await store.forget("one")
    await until_async(lambda: kept_of(address, domain, "two"))
    assert await kept_of(address, domain, "one") is None


async def test_turns_that_two_processes_added_are_all_kept(address, domain):
    slow, other = (RecentTrackerStore(domain, address=address) for _ in range(2))
    await add(slow, "first")
    with away(slow):
        await add(slow, "second")
        await add(other, "third")
    await until_async(lambda: equal(kept_of(address, domain), ["first", "third", "second"]))
    await add(slow, "fourth")
    await add(other, "fifth")
    assert await kept_of(address, domain) == ["first", "third", "second", "fourth", "fifth"]


async def test_what_was_not_written_is_merged_as_soon_as_it_is_asked_for(address, domain):
    slow, other = (RecentTrackerStore(domain, address=address) for _ in range(2))
    with away(slow):
        await add(slow, "first")
        await add(other, "second")
        await asyncio.sleep(table.RETRY_SECONDS)
    slow._database._unavailable_until = 0.0
    assert questions(await slow.retrieve("visitor")) == ["second", "first"]


async def equal(coming, value):
    return await coming == value


async def test_a_slow_process_undoes_nothing_that_another_wrote(address, domain):
    slow, other = (RecentTrackerStore(domain, address=address) for _ in range(2))
    await add(slow, "first")
    tracker = await slow.retrieve("visitor")
    await add(other, "second", "a")
    for text, id_ in (("second", "a"), ("third", "b")):
        tracker.update(UserUttered(text, metadata={"id": id_}))
    await slow.save(tracker)
    assert await kept_of(address, domain) == ["first", "second", "third"]
    assert questions(await slow.retrieve("visitor")) == ["first", "second", "third"]


async def test_a_turn_written_late_while_a_message_is_answered_loses_neither(address, domain):
    store, other = (RecentTrackerStore(domain, address=address) for _ in range(2))
    await add(store, "first")
    with away(store):
        await add(store, "second")
        tracker = await store.retrieve("visitor")
        await add(other, "third")
    await until_async(lambda: equal(kept_of(address, domain), ["first", "third", "second"]))
    tracker.update(UserUttered("fourth"))
    await store.save(tracker)
    assert await kept_of(address, domain) == ["first", "third", "second", "fourth"]


async def test_a_conversation_erased_by_another_while_a_message_is_answered_stays_erased(address, domain):
    store, other = (RecentTrackerStore(domain, address=address) for _ in range(2))
    await add(store, "first")
    tracker = await store.retrieve("visitor")
    await other.forget("visitor")
    tracker.update(UserUttered("second"))
    await store.save(tracker)
    assert await kept_of(address, domain) is None
    assert await store.retrieve("visitor") is None


async def test_a_save_that_is_broken_off_is_made_up_for(address, domain):
    store = RecentTrackerStore(domain, address=address)
    await add(store, "first")

    async def endless(*_):
        await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store._database, "write", endless)
        saving = asyncio.create_task(add(store, "second"))
        while not store._unwritten:
            await asyncio.sleep(0.01)
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
    await until_async(lambda: equal(kept_of(address, domain), ["first", "second"]))


async def test_what_is_written_while_a_conversation_is_read_is_neither_forgotten_nor_rolled_back(
    address, domain, monkeypatch
):
    store = RecentTrackerStore(domain, address=address)
    with away(store):
        await add(store, "first")
    store._database._unavailable_until = 0.0
    read = store._database.read

    async def slow(sender):
        found = await read(sender)
        # Lets the writer run.
        await asyncio.sleep(2 * table.RETRY_SECONDS)
        return found

    monkeypatch.setattr(store._database, "read", slow)
    assert questions(await store.retrieve("visitor")) == ["first"]


async def test_a_row_is_replaced_only_by_what_is_based_on_it(address):
    table = Conversations(address)
    first, second = Row("first", 10.0), Row("second", 40.0)
    assert await table.write("visitor", first, base_version=0.0)
    assert not await table.write("visitor", Row("another first", 20.0), base_version=0.0)
    assert not await table.write("visitor", Row("from elsewhere", 30.0), base_version=5.0)
    assert await table.read("visitor") == first
    assert await table.write("visitor", second, base_version=10.0)
    assert await table.read("visitor") == second
    assert not await table.write("nobody", Row("gone", 50.0), base_version=10.0)
