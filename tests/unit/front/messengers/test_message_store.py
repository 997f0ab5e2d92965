"""Messages of messengers are stored once, with the state of their delivery, on both kinds of database."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, insert, inspect

from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.store.chats import ANSWERED, WAITING, Store, add_event, next_sequence
from assistant.front.store.schema import database, messages, writing

NOW = time.time()
DATA = {"language": "de", "parts": [], "suggestions": ["Wer?", "Was?", "Keine davon"]}


@pytest.fixture
def message_store(engine):
    return MessageStore(engine, frozenset({"telegram"}))


def receive(message_store, id_, text="Hallo", recipient="7", chat=None, now=NOW, **more):
    return message_store.receive("telegram", InboundMessage(id_, recipient, text, **more), chat or f"chat-{id_}", now)


def answer(store, chat):
    message = store.next_waiting(chat)
    assert store.answer(message, DATA, ANSWERED, NOW + 2)
    return message


def test_one_person_has_one_chat(message_store):
    assert [receive(message_store, "a"), receive(message_store, "b"), receive(message_store, "c", recipient="8")] == [
        "chat-a",
        "chat-a",
        "chat-c",
    ]


def test_a_message_that_comes_again_is_none(message_store, store):
    assert receive(message_store, "a") == "chat-a"
    assert receive(message_store, "a") is None
    assert len(store.events_after("chat-a", 0)) == 1


def test_messages_of_one_person_at_the_same_time_are_all_kept_once(message_store, store):
    with ThreadPoolExecutor(8) as pool:
        chats = list(pool.map(lambda number: receive(message_store, str(number % 20)), range(40)))
    (chat,) = {chat for chat in chats if chat}
    assert sum(chat is not None for chat in chats) == 20
    assert [event["sequence"] for event in store.events_after(chat, 0)] == list(range(1, 21))


def test_what_was_sent_first_is_answered_first(message_store, store):
    receive(message_store, "b", "second", sent_at=12.0)
    receive(message_store, "a", "first", sent_at=11.0)
    assert [answer(store, "chat-b").text for _ in range(2)] == ["first", "second"]


@pytest.mark.parametrize(
    ("inbound", "text", "kind"),
    [
        ({"option": (2, 1)}, "Was?", "text"),
        ({"option": (2, 9)}, "", "stale"),
        ({"option": (99, 0)}, "", "stale"),
        ({"text": "2"}, "Was?", "text"),
        ({"text": " 3.) "}, "Keine davon", "text"),
        ({"text": "2\ufe0f\u20e3"}, "Was?", "text"),
        ({"text": "die zweite bitte"}, "Was?", "text"),
        ({"text": "Number two, please!"}, "Was?", "text"),
        ({"text": "No one helps me"}, "No one helps me", "text"),
        ({"text": "Nr. 9"}, "Nr. 9", "text"),
        ({"text": "112"}, "112", "text"),
        ({"text": "3."}, "Keine davon", "text"),
        ({"text": "4"}, "4", "text"),
        ({"text": "0"}, "0", "text"),
    ],
)
def test_a_choice_becomes_the_question_it_stands_for(inbound, text, kind, message_store, store):
    chat = receive(message_store, "a")
    answer(store, chat)
    receive(message_store, "b", **{"text": "", **inbound})
    message = store.next_waiting(chat)
    assert (message.text, message.kind) == (text, kind)


def test_a_number_picks_from_the_last_answer_only(message_store, store):
    chat = receive(message_store, "a")
    answer(store, chat)
    receive(message_store, "b")
    message = store.next_waiting(chat)
    store.answer(message, {**DATA, "suggestions": []}, ANSWERED, NOW + 3)
    receive(message_store, "c", "2")
    assert store.next_waiting(chat).text == "2"


def test_the_language_told_once_goes_along_with_every_message(message_store, store):
    chat = receive(message_store, "a", language="en-US")
    assert answer(store, chat).language == "en"
    receive(message_store, "b")
    assert answer(store, chat).language == "en"


def test_a_language_found_out_later_reaches_what_waits(message_store, store):
    chat = receive(message_store, "a", language="pl")
    assert store.next_waiting(chat).language is None
    message_store.set_language(chat, "en")
    assert store.next_waiting(chat).language == "en"


def test_the_notice_is_kept_once(message_store, store):
    chat = receive(message_store, "a")
    assert message_store.notice(chat, DATA, NOW + 1)
    assert not message_store.notice(chat, DATA, NOW + 1)
    assert [event["type"] for event in store.events_after(chat, 0)] == ["visitor", "assistant"]


def test_delivery_goes_on_where_it_was(message_store, store):
    chat = receive(message_store, "a")
    answer(store, chat)
    assert message_store.undelivered_chats() == [chat]
    assert message_store.next_answer(chat, 0)["sequence"] == 2
    message_store.begin_part(chat)
    assert message_store.progress(chat).in_doubt
    message_store.end_part(chat, 0, 1)
    assert (message_store.progress(chat).parts, message_store.progress(chat).in_doubt) == (1, False)
    store.set_delivered(chat, 2)
    assert (message_store.progress(chat).delivered, message_store.progress(chat).parts) == (2, 0)
    assert message_store.undelivered_chats() == []


def test_a_receipt_ends_a_doubt_and_nothing_else(message_store, store):
    chat = receive(message_store, "a")
    answer(store, chat)
    assert not message_store.confirm("telegram", chat, 0, 0)
    message_store.begin_part(chat)
    assert not message_store.confirm("telegram", chat, 0, 1)
    assert not message_store.confirm("telegram", chat, 7, 0)
    assert not message_store.confirm("slack", chat, 0, 0)
    assert message_store.confirm("telegram", chat, 0, 0)
    assert message_store.progress(chat).parts == 1


def test_chats_of_websites_are_no_business_of_messengers(message_store, store):
    store.open_chat("web", "de", 100.0)
    store.accept("web", "1", "text", "de", None, 101.0)
    answer(store, "web")
    assert message_store.progress("web") is None
    assert message_store.undelivered_chats() == []


def test_deletion_leaves_nothing_but_the_word_that_it_is_done(message_store, store, kept):
    chat = receive(message_store, "a", "Xylophonspielerin", recipient="4915112345")
    answer(store, chat)
    receive(message_store, "b", "Daten löschen", recipient="4915112345", kind="delete", now=NOW + 3)
    message_store.erase(store.next_waiting(chat), "new", ("web-x",), DATA, NOW + 4)
    assert store.chat(chat) is None
    assert store.pending_erasures() == ["web-x"]
    assert b"Xylophon" not in kept()
    assert [event["type"] for event in store.events_after("new", 0)] == ["assistant"]
    assert message_store.progress("new").ending
    assert message_store.end("new")
    assert b"4915112345" not in kept()


def test_what_was_written_after_the_deletion_is_answered_in_a_new_chat(message_store, store):
    chat = receive(message_store, "a", kind="delete", sent_at=1.0)
    receive(message_store, "b", "Wer leitet die IOM?", sent_at=2.0)
    message_store.erase(store.next_waiting(chat), "new", ("web-x",), DATA, NOW + 4)
    assert not message_store.end("new")
    assert store.next_waiting("new").text == "Wer leitet die IOM?"
    assert not message_store.progress("new").ending
    assert receive(message_store, "c") == "new"


def test_what_comes_in_while_a_chat_is_being_erased_is_neither_lost_nor_left_behind(message_store, store, engine):
    receive(message_store, "a", kind="delete")
    deletion = store.next_waiting("chat-a")
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as connection:
            sequence = next_sequence(connection, "chat-a", NOW)
            erasing = pool.submit(message_store.erase, deletion, "new", ("web-a",), DATA, NOW)
            time.sleep(0.5)
            add_event(connection, "chat-a", sequence, "visitor", NOW, {"id": "b", "text": "Noch etwas"})
            row = {"chat": "chat-a", "sequence": sequence, "external_id": "b", "accepted_at": NOW, "state": WAITING}
            connection.execute(insert(messages).values(**row))
        erasing.result(10)
    assert store.events_after("chat-a", 0) is None
    assert store.next_waiting("new").text == "Noch etwas"


def test_an_id_that_was_seen_stays_seen_after_deletion_and_tells_nothing(message_store, store, kept):
    chat = receive(message_store, "wamid.4915112345", kind="delete", recipient="8")
    message_store.erase(store.next_waiting(chat), "new", ("web-x",), {**DATA, "reply_to": ""}, NOW + 4)
    message_store.end("new")
    assert receive(message_store, "wamid.4915112345", recipient="8") is None
    assert b"4915112345" not in kept()
    message_store.forget_seen(NOW + 100)
    assert receive(message_store, "wamid.4915112345", recipient="8")


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
    assert MessageStore(engine, frozenset({"web"})).progress("old").noticed is False
    assert "one_chat_for_each_recipient" in {index["name"] for index in inspect(engine).get_indexes("chats")}
    engine.dispose()


def test_an_event_of_a_chat_that_moved_is_kept_as_it_was(message_store, store):
    chat = receive(message_store, "a", kind="delete", sent_at=1.0)
    receive(message_store, "b", "Grüße", sent_at=2.0)
    message_store.erase(store.next_waiting(chat), "new", ("web-x",), DATA, NOW + 4)
    told = store.events_after("new", 1)[0]
    assert json.loads(json.dumps(told["text"])) == "Grüße"
    assert told["type"] == "visitor"


def inbound(id_, text="", recipient="7", **more):
    return InboundMessage(id_, recipient, text, **more)


def settled(message_store, id_, now=NOW, **more):
    return message_store.settle("telegram", inbound(id_, **more), now) is not None


def test_a_message_that_came_before_is_settled(message_store):
    assert not settled(message_store, "a", text="Hallo")
    receive(message_store, "a")
    assert settled(message_store, "a", text="Hallo")


@pytest.mark.parametrize("kind", ["media", "edit", "stale", "empty", "thanks", "stop"])
def test_one_kind_of_act_gets_one_answer_a_minute(kind, message_store):
    receive(message_store, "a")
    assert not settled(message_store, "b", kind=kind, text="x")
    receive(message_store, "b", kind=kind)
    assert settled(message_store, "c", NOW + 59, kind=kind, text="x")
    assert not settled(message_store, "d", NOW + 61, kind=kind, text="x")
    assert not settled(message_store, "e", NOW + 1, kind=kind, text="x", recipient="8") or kind == "edit"
    # What was passed over is not answered when the messenger sends it again much later.
    assert settled(message_store, "c", NOW + 600, kind=kind, text="x")


def test_a_text_is_never_one_that_was_answered(message_store):
    receive(message_store, "a", "Hallo")
    assert not settled(message_store, "b", text="Hallo")


def test_a_choice_is_taken_once_at_a_time(message_store, store):
    chat = receive(message_store, "a")
    answer(store, chat)
    receive(message_store, "b", "", option=(2, 1), now=NOW + 3)
    assert settled(message_store, "c", NOW + 4, option=(2, 1))
    assert settled(message_store, "d", NOW + 4, text="2")
    assert not settled(message_store, "e", NOW + 4, option=(2, 0))
    assert not settled(message_store, "f", NOW + 34, option=(2, 1))
    receive(message_store, "f", "", option=(2, 1), now=NOW + 34)
    assert settled(message_store, "g", NOW + 36, option=(2, 1))


def test_an_edit_that_changes_no_text_is_settled(message_store):
    receive(message_store, "a", "Hallo")
    assert settled(message_store, "b", kind="edit", text="Hallo", edits="a")
    assert not settled(message_store, "c", kind="edit", text="Hallo!", edits="a")
    assert not settled(message_store, "d", kind="edit", text="Hallo", edits="unknown")


def test_an_edit_or_a_sticker_of_somebody_unknown(message_store):
    assert settled(message_store, "a", kind="edit", text="x", edits="z")
    assert not settled(message_store, "b", kind="sticker")
    receive(message_store, "c")
    assert settled(message_store, "b", kind="sticker")


def test_an_answer_is_out_of_turn_if_something_else_was_written_since(message_store, store):
    chat = receive(message_store, "a", "Wer?")
    first = store.next_waiting(chat)
    store.answer(first, {**DATA, "reply_to": "a"}, ANSWERED, NOW + 2)
    event = message_store.next_answer(chat, 0)
    assert not message_store.is_out_of_turn(event, chat)
    receive(message_store, "b", "Wo?")
    receive(message_store, "b:caption", "Und?")
    store.answer(store.next_waiting(chat), {**DATA, "reply_to": "b"}, ANSWERED, NOW + 3)
    receive(message_store, "c", "Wann?")
    store.answer(store.next_waiting(chat), {**DATA, "reply_to": "b:caption"}, ANSWERED, NOW + 4)
    later = [one for one in store.events_after(chat, 2) if one["type"] == "assistant"]
    assert [message_store.is_out_of_turn(one, chat) for one in later] == [False, True]
    assert not message_store.is_out_of_turn({**event, "reply_to": ""}, chat)


def test_what_came_for_somebody_else_is_recorded(message_store):
    assert message_store.last_astray(0.0) == {}
    for at in (NOW, NOW + 5):
        message_store.note_astray("telegram", at)
    assert message_store.last_astray(NOW) == {"telegram": NOW + 5}
    assert message_store.last_astray(NOW + 6) == {}
