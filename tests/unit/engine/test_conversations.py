"""Conversations in PostgreSQL: shared by processes, bounded, and gone on without it while it is away."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import contextmanager
from itertools import chain

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.conversation import SLOT
from assistant.engine import conversations, patches
from assistant.engine.conversations import AwayError
from assistant.engine.erase import forget
from assistant.engine.merge import merged
from assistant.engine.once import AnsweredError, answer_before
from assistant.engine.trackers import RecentTrackerStore
from tests.support.wait import until_async
from tests.unit.engine.test_trackers import conversation, questions, talk

NOWHERE = "postgresql+psycopg2://nobody@127.0.0.1:9/none"


@pytest.fixture
def address(postgres):
    return postgres.new()


@pytest.fixture(autouse=True)
def short_break(monkeypatch):
    monkeypatch.setattr(conversations, "BREAK", 0.2)


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
    with pytest.raises(AwayError):
        await forget(store, "visitor")


@contextmanager
def away(store):
    """The database does not answer this process."""

    def refuse(*_):
        raise OSError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store._kept, "_prepared", refuse)
        yield


async def add(store, text, id_=None, sender="visitor"):
    """One more turn of a conversation, as Rasa's processor adds it."""
    tracker = await store.get_or_create_tracker(sender)
    for event in (UserUttered(text, metadata={"id": id_}), ActionExecuted("action_answer"), BotUttered(f"on {text}")):
        tracker.update(event)
    await store.save(tracker)


async def kept_of(address, domain, sender="visitor"):
    """The questions that the table has of a conversation."""
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
    monkeypatch.setattr(conversations, "BREAK", 0.05)
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
        with pytest.raises(AwayError):
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
        await asyncio.sleep(conversations.BREAK)
    slow._kept._away_until = 0.0
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
        patch.setattr(store._kept, "write", endless)
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
    store._kept._away_until = 0.0
    read = store._kept.read

    async def slow(sender):
        found = await read(sender)
        # The writer's turn comes now.
        await asyncio.sleep(2 * conversations.BREAK)
        return found

    monkeypatch.setattr(store._kept, "read", slow)
    assert questions(await store.retrieve("visitor")) == ["first"]


def turn(text, at, id_=None, kind="fact"):
    """A turn as Rasa writes it."""
    user = {"event": "user", "timestamp": at, "text": text, "metadata": {"id": id_} if id_ else {}}
    bot = {"event": "bot", "timestamp": at + 0.1, "text": f"on {text}", "data": {"custom": {"answer": {"kind": kind}}}}
    return [user, bot] if kind else [user]


def texts(theirs, ours, known=0.0):
    """What is said in the merged conversation, in order."""
    written = [json.dumps({"name": "visitor", "events": list(chain(*turns))}) for turns in (theirs, ours)]
    both = merged(*written, known)
    return [event["text"] for event in json.loads(both)["events"]]


@pytest.mark.parametrize(
    ("kind", "stays"), [("fact", "theirs"), ("smalltalk", "theirs"), ("error", "ours"), (None, "ours")]
)
def test_an_answer_stands_in_place_of_an_apology_to_the_same_message(kind, stays):
    before, after = turn("before", 1.0), turn("after", 9.0)
    told = texts([before, turn("theirs", 2.0, "a", kind), after], [before, turn("ours", 3.0, "a")])
    asked = [text for text in told if not text.startswith("on ")]
    assert asked == (["before", "theirs", "after"] if stays == "theirs" else ["before", "after", "ours"])
    assert told.count("on ours") == (stays == "ours")


def test_messages_without_an_id_are_told_apart_by_when_they_came():
    assert texts([turn("a", 1.0), turn("a", 2.0)], [turn("a", 1.0), turn("a", 3.0)]).count("a") == 3


def test_old_turns_do_not_come_back_behind_newer_ones():
    old, new = [turn(f"old {n}", float(n)) for n in range(3)], [turn(f"new {n}", 10.0 + n) for n in range(3)]
    told = texts(new, [*old, turn("last", 20.0)], known=5.0)
    assert [text for text in told if not text.startswith("on ")] == ["new 0", "new 1", "new 2", "last"]


async def test_only_what_goes_on_from_the_row_replaces_it(address):
    kept = conversations.Conversations(address)
    assert await kept.write("visitor", 10.0, "first", known=0.0)
    assert not await kept.write("visitor", 20.0, "another first", known=0.0)
    assert not await kept.write("visitor", 30.0, "from elsewhere", known=5.0)
    assert await kept.read("visitor") == ("first", 10.0)
    assert await kept.write("visitor", 40.0, "second", known=10.0)
    assert await kept.read("visitor") == ("second", 40.0)
    assert not await kept.write("nobody", 50.0, "gone", known=10.0)


def told(id_="a", answered=True, kind="smalltalk"):
    events = [UserUttered("Hallo", metadata={"id": id_}), ActionExecuted("action_answer")]
    custom = {"answer": {"kind": kind}}
    buttons = [{"title": "Wer?", "payload": "Wer?"}]
    said = [BotUttered("Guten Tag", {"buttons": buttons}), BotUttered(None, {"custom": custom})]
    return [*events, *(said if answered else [])]


def message(id_):
    metadata = {"id": id_} if id_ else None
    return UserMessage("Hallo", CollectingOutputChannel(), "visitor", metadata=metadata)


def test_a_message_that_was_answered_is_answered_the_same(domain):
    tracker = DialogueStateTracker.from_events("visitor", [*told("a"), *told("b")], domain.slots)
    with pytest.raises(AnsweredError) as raised:
        answer_before(message("a"), tracker)
    first, last = raised.value.messages
    assert (first["recipient_id"], first["text"], first["buttons"][0]["title"]) == ("visitor", "Guten Tag", "Wer?")
    assert last == {"recipient_id": "visitor", "custom": {"answer": {"kind": "smalltalk"}}}


@pytest.mark.parametrize("id_", ["c", None, ""])
def test_a_new_message_is_understood(id_, domain):
    tracker = DialogueStateTracker.from_events("visitor", told("a"), domain.slots)
    answer_before(message(id_), tracker)


def test_a_message_that_was_heard_and_not_answered_is_understood_again(domain):
    tracker = DialogueStateTracker.from_events("visitor", told("a", answered=False), domain.slots)
    answer_before(message("a"), tracker)


def test_a_message_that_got_an_apology_only_is_new_and_stands_once(domain):
    before = [*told("b"), SlotSet(SLOT, {"language": "en"})]
    tracker = DialogueStateTracker.from_events("visitor", [*before, *told("a", kind="error")], domain.slots)
    answer_before(message("a"), tracker)
    assert list(tracker.events) == before
    assert tracker.get_slot(SLOT) == {"language": "en"}
    assert tracker.latest_message.metadata == {"id": "b"}


def test_nothing_is_forgotten_of_what_came_after_an_apology(domain):
    said = [*told("a", kind="error"), *told("b")]
    tracker = DialogueStateTracker.from_events("visitor", said, domain.slots)
    answer_before(message("a"), tracker)
    assert list(tracker.events) == said


class HeardError(Exception):
    """A message is understood anew."""


@pytest.fixture
def processor(domain):
    """Rasa's processor, up to where it understands a message of a conversation that holds it with its answer."""
    processor = object.__new__(MessageProcessor)
    tracker = DialogueStateTracker.from_events("visitor", told("a"), domain.slots)

    async def fetch(*_, **__):
        return tracker

    async def parse(*_, **__):
        raise HeardError

    processor.fetch_tracker_and_update_session, processor.parse_message = fetch, parse
    return processor


async def test_with_the_patch_a_message_sent_again_is_not_understood_again(stock, processor):
    patches.each_message_once()
    first, *_ = await processor.handle_message(message("a"))
    assert first["text"] == "Guten Tag"
    with pytest.raises(HeardError):
        await processor.handle_message(message("b"))


async def test_rasa_itself_still_understands_it_again(stock, processor):
    with pytest.raises(HeardError):
        await processor.handle_message(message("a"))
