"""What came in from messengers, once; what went out, and how far; on both kinds of database."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, inspect

from assistant.front.messengers.arrivals import Arrival
from assistant.front.messengers.ledger import Ledger
from assistant.front.store import ANSWERED, Store
from assistant.front.tables import database

NOW = time.time()
DATA = {"language": "de", "parts": [], "suggestions": ["Wer?", "Was?", "Keine davon"]}


@pytest.fixture
def engine(url):
    engine = database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine):
    return Ledger(engine, frozenset({"telegram"}))


@pytest.fixture
def store(engine):
    return Store(engine)


def receive(ledger, id_, text="Hallo", recipient="7", chat=None, now=NOW, **more):
    return ledger.receive("telegram", Arrival(id_, recipient, text, **more), chat or f"chat-{id_}", now)


def answer(store, chat):
    message = store.next_waiting(chat)
    assert store.answer(message, DATA, ANSWERED, NOW + 2)
    return message


def test_one_person_has_one_chat(ledger):
    assert [receive(ledger, "a"), receive(ledger, "b"), receive(ledger, "c", recipient="8")] == [
        "chat-a",
        "chat-a",
        "chat-c",
    ]


def test_a_message_that_comes_again_is_none(ledger, store):
    assert receive(ledger, "a") == "chat-a"
    assert receive(ledger, "a") is None
    assert len(store.events_after("chat-a", 0)) == 1


def test_messages_of_one_person_at_the_same_time_are_all_kept_once(ledger, store):
    with ThreadPoolExecutor(8) as pool:
        chats = list(pool.map(lambda number: receive(ledger, str(number % 20)), range(40)))
    (chat,) = {chat for chat in chats if chat}
    assert sum(chat is not None for chat in chats) == 20
    assert [event["sequence"] for event in store.events_after(chat, 0)] == list(range(1, 21))


def test_what_was_sent_first_is_answered_first(ledger, store):
    receive(ledger, "b", "second", sent_at=12.0)
    receive(ledger, "a", "first", sent_at=11.0)
    assert [answer(store, "chat-b").text for _ in range(2)] == ["first", "second"]


@pytest.mark.parametrize(
    ("arrival", "text", "kind"),
    [
        ({"option": (2, 1)}, "Was?", "text"),
        ({"option": (2, 9)}, "", "stale"),
        ({"option": (99, 0)}, "", "stale"),
        ({"text": "2"}, "Was?", "text"),
        ({"text": " 3.) "}, " 3.) ", "text"),
        ({"text": "3."}, "Keine davon", "text"),
        ({"text": "4"}, "4", "text"),
        ({"text": "0"}, "0", "text"),
    ],
)
def test_a_choice_becomes_the_question_it_stands_for(arrival, text, kind, ledger, store):
    chat = receive(ledger, "a")
    answer(store, chat)
    receive(ledger, "b", **{"text": "", **arrival})
    message = store.next_waiting(chat)
    assert (message.text, message.kind) == (text, kind)


def test_a_number_picks_from_the_last_answer_only(ledger, store):
    chat = receive(ledger, "a")
    answer(store, chat)
    receive(ledger, "b")
    message = store.next_waiting(chat)
    store.answer(message, {**DATA, "suggestions": []}, ANSWERED, NOW + 3)
    receive(ledger, "c", "2")
    assert store.next_waiting(chat).text == "2"


def test_the_language_told_once_goes_along_with_every_message(ledger, store):
    chat = receive(ledger, "a", language="en-US")
    assert answer(store, chat).language == "en"
    receive(ledger, "b")
    assert answer(store, chat).language == "en"


def test_a_language_found_out_later_reaches_what_waits(ledger, store):
    chat = receive(ledger, "a", language="fa")
    assert store.next_waiting(chat).language is None
    ledger.set_language(chat, "en")
    assert store.next_waiting(chat).language == "en"


def test_the_notice_is_kept_once(ledger, store):
    chat = receive(ledger, "a")
    assert ledger.notice(chat, DATA, NOW + 1)
    assert not ledger.notice(chat, DATA, NOW + 1)
    assert [event["type"] for event in store.events_after(chat, 0)] == ["visitor", "assistant"]


def test_delivery_goes_on_where_it_was(ledger, store):
    chat = receive(ledger, "a")
    answer(store, chat)
    assert ledger.undelivered_chats() == [chat]
    assert ledger.next_answer(chat, 0)["sequence"] == 2
    ledger.begin_part(chat)
    assert ledger.progress(chat).in_doubt
    ledger.end_part(chat, 0, 1)
    assert (ledger.progress(chat).parts, ledger.progress(chat).in_doubt) == (1, False)
    store.set_delivered(chat, 2)
    assert (ledger.progress(chat).delivered, ledger.progress(chat).parts) == (2, 0)
    assert ledger.undelivered_chats() == []


def test_a_receipt_ends_a_doubt_and_nothing_else(ledger, store):
    chat = receive(ledger, "a")
    answer(store, chat)
    assert not ledger.confirm("telegram", chat, 0, 0)
    ledger.begin_part(chat)
    assert not ledger.confirm("telegram", chat, 0, 1)
    assert not ledger.confirm("telegram", chat, 7, 0)
    assert not ledger.confirm("slack", chat, 0, 0)
    assert ledger.confirm("telegram", chat, 0, 0)
    assert ledger.progress(chat).parts == 1


def test_chats_of_websites_are_no_business_of_messengers(ledger, store):
    store.open_chat("web", "de", 100.0)
    store.accept("web", "1", "text", "de", None, 101.0)
    answer(store, "web")
    assert ledger.progress("web") is None
    assert ledger.undelivered_chats() == []


def test_deletion_leaves_nothing_but_the_word_that_it_is_done(ledger, store, kept):
    chat = receive(ledger, "a", "Xylophonspielerin", recipient="4915112345")
    answer(store, chat)
    receive(ledger, "b", "Daten löschen", recipient="4915112345", kind="delete", now=NOW + 3)
    ledger.erase(store.next_waiting(chat), "new", "web-x", DATA, NOW + 4)
    assert store.chat(chat) is None
    assert store.to_erase() == ["web-x"]
    assert b"Xylophon" not in kept()
    assert [event["type"] for event in store.events_after("new", 0)] == ["assistant"]
    assert ledger.progress("new").ending
    assert ledger.end("new")
    assert b"4915112345" not in kept()


def test_what_was_written_after_the_deletion_is_answered_in_a_new_chat(ledger, store):
    chat = receive(ledger, "a", kind="delete", sent_at=1.0)
    receive(ledger, "b", "Wer leitet die IOM?", sent_at=2.0)
    ledger.erase(store.next_waiting(chat), "new", "web-x", DATA, NOW + 4)
    assert not ledger.end("new")
    assert store.next_waiting("new").text == "Wer leitet die IOM?"
    assert not ledger.progress("new").ending
    assert receive(ledger, "c") == "new"


def test_an_id_that_was_seen_stays_seen_after_deletion_and_tells_nothing(ledger, store, kept):
    chat = receive(ledger, "wamid.4915112345", kind="delete", recipient="8")
    ledger.erase(store.next_waiting(chat), "new", "web-x", {**DATA, "reply_to": ""}, NOW + 4)
    ledger.end("new")
    assert receive(ledger, "wamid.4915112345", recipient="8") is None
    assert b"4915112345" not in kept()
    ledger.forget_seen(NOW + 100)
    assert receive(ledger, "wamid.4915112345", recipient="8")


def test_a_database_of_an_earlier_version_gets_what_it_lacks(url):
    old = create_engine(url, future=True)
    with old.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE chats (id VARCHAR(64) PRIMARY KEY, channel VARCHAR(20) NOT NULL, recipient VARCHAR(255), "
            "language VARCHAR(8) NOT NULL, spoken VARCHAR(8), created_at FLOAT NOT NULL, last_at FLOAT NOT NULL, "
            "last_sequence INTEGER NOT NULL, delivered INTEGER NOT NULL)"
        )
        connection.exec_driver_sql("INSERT INTO chats VALUES ('old', 'web', NULL, 'de', NULL, 1, 1, 0, 0)")
    old.dispose()
    engine = database(url)
    store = Store(engine)
    assert store.accept("old", "1", "text", "de", None, 2.0) == (1, True)
    assert Ledger(engine, frozenset({"web"})).progress("old").noticed is False
    assert "one_chat_for_each_recipient" in {index["name"] for index in inspect(engine).get_indexes("chats")}
    engine.dispose()


def test_an_event_of_a_chat_that_moved_is_kept_as_it_was(ledger, store):
    chat = receive(ledger, "a", kind="delete", sent_at=1.0)
    receive(ledger, "b", "Grüße", sent_at=2.0)
    ledger.erase(store.next_waiting(chat), "new", "web-x", DATA, NOW + 4)
    told = store.events_after("new", 1)[0]
    assert json.loads(json.dumps(told["text"])) == "Grüße"
    assert told["type"] == "visitor"
