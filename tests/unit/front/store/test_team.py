"""Questions to the team: sealed, found again, and gone with their chat."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from assistant.front.store import team
from assistant.front.store.backup import current_tombstones, restore, save
from assistant.front.store.chat_keys import keys_of, name_of
from assistant.front.store.chats import UnknownChatError
from assistant.front.store.cipher import PREFIX
from assistant.front.store.gauges import TEAM, gauges
from assistant.front.store.key_copy import unreadable_chats
from assistant.front.store.schema import team_questions
from assistant.front.store.team import ANSWERED, MAX_PER_CHAT, OPEN, SENDING, TeamQuestions, TooManyQuestionsError

WORD, EMAIL = "Zwiebelfischchen", "kwame@example.org"


@pytest.fixture
def questions(engine, store):
    store.open_chat("chat", "de", 100.0)
    return TeamQuestions(engine)


def ask(questions, said=WORD, chat="chat", id_=None, email=EMAIL, now=200.0):
    questions.add(chat, id_ or str(uuid.uuid4()), said, email, "de", now)


def test_a_question_is_sealed_and_found_again(questions, engine, store):
    ask(questions)
    with engine.connect() as connection:
        (row,) = connection.execute(select(team_questions)).mappings().all()
    assert row["text"].startswith(PREFIX)
    assert row["email"].startswith(PREFIX)
    (found,) = questions.listed()
    assert (found.text, found.email, found.language, found.at, found.state) == (WORD, EMAIL, "de", 200.0, OPEN)
    assert questions.of("chat") == [found] == [questions.find("chat", found.id)]
    # The chat is kept from then on as after a message.
    assert store.chat("chat")["last_at"] == 200.0


def test_the_address_may_be_missing(questions):
    ask(questions, email=None)
    assert questions.of("chat")[0].email is None


def test_the_same_id_again_is_the_same_question(questions):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ask(questions, id_="a"), range(8)))
    ask(questions, id_="b", now=300.0)
    assert [question.at for question in questions.listed()] == [200.0, 300.0]


def test_a_chat_holds_only_so_many(questions, store):
    for number in range(MAX_PER_CHAT):
        ask(questions, id_=str(number))
    with pytest.raises(TooManyQuestionsError):
        ask(questions)
    ask(questions, id_="0")
    store.open_chat("other", "de", 100.0)
    ask(questions, chat="other")
    assert len(questions.listed()) == MAX_PER_CHAT + 1


def test_a_chat_that_is_none_takes_no_question(questions):
    with pytest.raises(UnknownChatError):
        ask(questions, chat="nobody's")
    assert questions.listed() == []


def test_only_one_of_two_people_at_the_desk_gets_a_question(questions):
    ask(questions)
    (found,) = questions.listed()
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: questions.move(found.chat, found.id, OPEN, SENDING), range(8)))
    assert sum(taken) == 1
    assert (questions.count(OPEN), questions.count(SENDING)) == (0, 1)
    assert questions.move(found.chat, found.id, SENDING, ANSWERED)
    assert questions.listed() == []
    assert [question.state for question in questions.listed([ANSWERED])] == [ANSWERED]


def test_the_oldest_come_first_and_not_too_many_at_once(questions, store):
    store.open_chat("other", "de", 100.0)
    ask(questions, "later", now=300.0)
    ask(questions, "earlier", "other", now=200.0)
    assert [question.text for question in questions.listed()] == ["earlier", "later"]
    assert [question.text for question in questions.listed(limit=1)] == ["earlier"]


def test_nothing_is_left_of_a_question_once_its_chat_is_erased(questions, store, kept):
    ask(questions)
    assert WORD.encode() in kept()
    assert EMAIL.encode() in kept()
    (found,) = questions.listed()
    assert store.erase("chat")
    assert questions.listed() == questions.of("chat") == []
    assert not questions.move(found.chat, found.id, OPEN, SENDING)
    assert not [word for word in (WORD, EMAIL, found.id) if word.encode() in kept()]


def test_a_question_without_a_chat_is_an_orphan(questions, store, engine):
    ask(questions)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM chats"))
    store.erase_orphans()
    assert questions.of("chat") == []


def test_a_question_whose_key_is_destroyed_is_shown_to_nobody(questions, engine):
    ask(questions)
    with engine.begin() as connection:
        keys_of(engine).destroy(connection, [name_of("chat")])
    assert questions.listed() == questions.of("chat") == []
    # So a restored copy of this chat is found to be erased, although it has nothing but this question.
    assert unreadable_chats(engine, {}) == ["chat"]


def test_a_restored_question_is_there_and_an_erased_one_is_not(questions, store, engine, url, tmp_path, kept):
    store.open_chat("gone", "de", 100.0)
    ask(questions, "Querulantentum", "gone")
    ask(questions)
    copy = tmp_path / "copies" / "one.backup"
    copy.parent.mkdir()
    save(url, copy)
    store.erase("gone")
    assert restore(url, copy, current_tombstones(url)) == (1, 1)
    assert [question.text for question in questions.listed()] == [WORD]
    engine.dispose()
    assert b"Querulantentum" not in kept()


def test_a_text_cannot_be_moved_to_another_place(questions, engine):
    ask(questions)
    with engine.begin() as connection:
        connection.execute(text("UPDATE team_questions SET email = text"))
    assert questions.of("chat")[0].email is None


def test_the_states_fit_their_column():
    assert all(len(state) <= team_questions.c.state.type.length for state in (OPEN, SENDING, ANSWERED))
    assert team.MAX_LISTED > MAX_PER_CHAT


def alone(questions, chat="alone", said=WORD):
    questions.add_alone(chat, said, EMAIL, "de", 200.0)


def test_a_question_of_its_own_is_kept_once_and_goes_with_its_chat(questions, store, kept):
    alone(questions)
    alone(questions, said="Zwiebelsuppe")
    assert [(one.chat, one.text) for one in questions.listed()] == [("alone", WORD)]
    assert store.erase("alone")
    assert questions.listed() == []
    assert WORD.encode() not in kept()


def test_a_question_that_was_withdrawn_does_not_come_back(questions, store):
    alone(questions)
    assert store.erase("alone")
    with pytest.raises(UnknownChatError):
        alone(questions)
    assert questions.listed() == []
    assert store.chat("alone") is None


def test_a_form_that_is_sent_many_times_at_once_is_one_question(questions):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: alone(questions), range(16)))
    assert len(questions.listed()) == 1


def test_operators_see_how_many_wait_and_for_how_long(questions, engine, monkeypatch):
    (asked,) = [one for one in gauges(engine) if one.gauges is TEAM]
    assert asked.ask() == {"assistant_team_open": 0.0, "assistant_team_oldest_seconds": 0.0}
    for now in (100.0, 200.0, 300.0):
        ask(questions, now=now)
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    assert asked.ask() == {"assistant_team_open": 3.0, "assistant_team_oldest_seconds": 900.0}
    first, second, _ = questions.listed()
    # Whether an answer that is being sent goes out, nobody knows yet.
    questions.move("chat", second.id, OPEN, SENDING)
    questions.move("chat", first.id, OPEN, ANSWERED)
    assert asked.ask() == {"assistant_team_open": 2.0, "assistant_team_oldest_seconds": 800.0}
    # A clock that is behind makes no negative age.
    monkeypatch.setattr(time, "time", lambda: 50.0)
    assert asked.ask()["assistant_team_oldest_seconds"] == 0.0
