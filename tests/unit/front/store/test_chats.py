"""What is stored of chats, and that nothing is left after erasure."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.front.store.chats import ANSWERED, Store, UnknownChatError
from assistant.front.store.schema import database

DATA = {"language": "de", "parts": []}


@pytest.fixture
def store(url):
    store = Store(database(url))
    store.open_chat("chat", "de", 100.0)
    return store


def accept(store, text="text", id_=None, chat="chat"):
    return store.accept(chat, id_ or str(uuid.uuid4()), text, "de", None, 101.0)


def test_messages_are_numbered_in_order(store):
    assert [accept(store)[0] for _ in range(3)] == [1, 2, 3]


def test_the_same_id_again_is_the_same_message(store):
    assert accept(store, id_="a") == (1, True)
    assert accept(store, id_="a") == (1, False)
    assert accept(store, id_="b") == (2, True)
    assert len(store.events_after("chat", 0)) == 2


def test_the_same_id_in_another_chat_is_another_message(store):
    store.open_chat("other", "en", 100.0)
    accept(store, id_="a")
    assert accept(store, id_="a", chat="other") == (1, True)


def test_messages_at_the_same_time_get_numbers_of_their_own(store):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: accept(store, id_=str(number % 20)), range(40)))
    assert sorted({sequence for sequence, _ in told}) == list(range(1, 21))
    assert sum(new for _, new in told) == 20


def test_a_chat_that_is_none_takes_no_message(store):
    with pytest.raises(UnknownChatError):
        accept(store, chat="nobody's")
    assert store.events_after("nobody's", 0) is None


def test_a_message_waits_until_it_is_answered_once(store):
    accept(store, "question")
    message = store.next_waiting("chat")
    assert (message.text, store.waiting_chats()) == ("question", ["chat"])
    assert store.answer(message, DATA, ANSWERED, 102.0)
    assert not store.answer(message, DATA, ANSWERED, 103.0)
    assert store.next_waiting("chat") is None
    assert [event["type"] for event in store.events_after("chat", 0)] == ["visitor", "assistant"]


def test_what_waits_is_still_there_after_a_restart(store, url):
    accept(store, "question")
    again = Store(database(url))
    assert again.next_waiting("chat").text == "question"


def test_feedback_again_replaces_what_was_said_before(store):
    accept(store)
    store.answer(store.next_waiting("chat"), DATA, ANSWERED, 102.0)
    assert store.rate("chat", 2, False, "wrong", 103.0)
    assert store.rate("chat", 2, True, None, 104.0)
    assert [(row["helpful"], row["reason"]) for row in store.feedback_of("chat")] == [(True, None)]


def test_there_is_no_feedback_on_what_is_no_answer(store):
    accept(store)
    assert not store.rate("chat", 1, True, None, 103.0)
    assert not store.rate("chat", 7, True, None, 103.0)


def test_nothing_is_left_of_what_is_erased(store, kept):
    accept(store, "Xylophonspielerin")
    store.answer(store.next_waiting("chat"), {"language": "de", "text": "Zwiebelfischchen"}, ANSWERED, 102.0)
    store.rate("chat", 2, False, "Querulantentum", 103.0)
    assert store.erase("chat", "web-x")
    assert store.chat("chat") is None
    assert store.pending_erasures() == ["web-x"]
    assert not [word for word in (b"Xylophon", b"Zwiebel", b"Querulant") if word in kept()]


def test_an_answer_to_a_chat_that_was_erased_is_not_kept(store):
    accept(store)
    message = store.next_waiting("chat")
    store.erase("chat", "web-x")
    assert not store.answer(message, DATA, ANSWERED, 102.0)
    assert store.events_after("chat", 0) is None


def test_only_silent_chats_are_found_to_be_purged(store):
    store.open_chat("new", "de", 500.0)
    assert store.silent_since(400.0) == ["chat"]


def test_a_conversation_is_forgotten_once(store):
    store.add_pending_erasure("web-x")
    store.add_pending_erasure("web-x")
    store.erasure_done("web-x")
    assert store.pending_erasures() == []


def test_fronts_that_start_at_the_same_moment_make_the_tables_once(postgres):
    url = postgres.new()
    with ThreadPoolExecutor(8) as pool:
        engines = list(pool.map(lambda _: database(url), range(8)))
    assert Store(engines[0]).waiting_chats() == []
    for engine in engines:
        engine.dispose()
