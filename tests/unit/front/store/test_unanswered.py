"""The questions that staff should see: kept sealed, dealt with, and gone with their chat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.front.core.tokens import Keys
from assistant.front.store import backup
from assistant.front.store.backup import restore, save
from assistant.front.store.chat_keys import destroy_keys_left, keys_of, name_of
from assistant.front.store.chats import ANSWERED, Store
from assistant.front.store.retention import expired_counts, purge_silent
from assistant.front.store.schema import CONTENTS, database, tallies, unanswered
from assistant.front.store.tombstones import tombstones_in
from assistant.front.store.unanswered import MOST_CHARACTERS, Unanswered, UnansweredRow

TEXT = "Wo finde ich einen Chor für Geflüchtete?"
WHY = {
    "parts": [{"decision": "unsure", "reason": "together 0.05", "gap": "", "nearest": [("ask_fap/fap_reached", 0.03)]}],
    "model": "m1",
    "knowledge": "k1",
}
ROW = UnansweredRow(
    chat="chat",
    sequence=1,
    answer=2,
    at=101.0,
    language="de",
    reason="nothing",
    text=TEXT,
    topic="ask_fap",
    entry="ask_fap/fap_reached",
    why=WHY,
    model="m1",
    knowledge="k1",
)
DATA = {"language": "de", "parts": []}


@pytest.fixture
def store(engine):
    store = Store(engine)
    store.open_chat("chat", "de", 100.0)
    return store


@pytest.fixture
def queue(engine, store):
    return Unanswered(engine)


def test_a_question_is_read_as_it_was_kept(queue):
    assert queue.add(ROW) == 1
    assert queue.open() == [ROW]
    assert (queue.open()[0].day, queue.count_open()) == ("1970-01-01", 1)


def test_it_is_kept_once_and_only_of_a_chat_that_exists(queue):
    assert queue.add(ROW, replace(ROW, reason="held_back"), replace(ROW, chat="gone")) == 1
    assert queue.open() == [ROW]


def test_its_text_is_cut_and_sealed(queue, engine, kept):
    queue.add(ROW, replace(ROW, sequence=3, text="lang " * 100))
    assert len(queue.of("chat")[1].text) <= MOST_CHARACTERS
    with engine.connect() as connection:
        stored = repr(connection.execute(unanswered.select()).all())
    assert [word for word in ("Chor", "ask_fap", "together") if word in stored] == []
    # Read with the key, and so found by the tests that look for what erasures leave.
    assert TEXT.encode() in kept()


def test_the_newest_come_first_and_no_more_than_asked_for(queue):
    queue.add(*(replace(ROW, sequence=number, at=float(number)) for number in (1, 3, 5)))
    assert [row.sequence for row in queue.open(2)] == [5, 3]
    assert [row.sequence for row in queue.of("chat")] == [1, 3, 5]


@pytest.mark.parametrize("state", ["belongs", "new_entry", "outside", "ignored"])
def test_what_is_settled_is_open_no_more_and_keeps_no_text(queue, state, kept):
    queue.add(ROW, replace(ROW, sequence=3))
    assert queue.settle([ROW.key, ("chat", 99)], state) == 1
    assert [row.sequence for row in queue.open()] == [3]
    settled = queue.of("chat")[0]
    assert (settled.state, settled.text, settled.entry) == (state, None, ROW.entry)


def test_what_a_visitor_takes_up_after_all_is_taken_back(queue):
    queue.add(replace(ROW, reason="asked_back"), replace(ROW, sequence=3))
    assert not queue.remove(("chat", 3), "asked_back")
    assert queue.remove(ROW.key, "asked_back")
    assert [row.sequence for row in queue.of("chat")] == [3]


def test_only_the_question_just_before_may_have_been_asked_back_about(queue, store):
    for number in range(2):
        store.accept("chat", str(number), "text", "de", None, 101.0)
        store.answer(store.next_waiting("chat"), DATA, ANSWERED, 102.0)
    queue.add(replace(ROW, reason="asked_back"))
    assert queue.last_asked_back("chat", 3).sequence == 1
    assert queue.last_asked_back("chat", 5) is None
    assert queue.last_asked_back("chat", 1) is None


def test_of_a_chat_with_an_emergency_only_topics_are_left(queue):
    queue.add(ROW, replace(ROW, sequence=3))
    queue.drop_texts("chat")
    assert [(row.text, row.topic) for row in queue.open()] == [(None, "ask_fap")] * 2


def test_what_was_said_of_a_bad_answer_is_read_with_it_unless_masked(queue, store):
    store.accept("chat", "a", TEXT, "de", None, 101.0)
    store.answer(store.next_waiting("chat"), DATA, ANSWERED, 102.0)
    queue.add(replace(ROW, reason="rated_badly"))
    store.rate("chat", 2, False, "Die Zahl ist alt.", 103.0)
    assert queue.open()[0].remark == "Die Zahl ist alt."
    store.rate("chat", 2, False, "Ich bin [Name].", 103.0)
    assert queue.open()[0].remark is None
    store.rate("chat", 2, True, "Danke.", 103.0)
    assert queue.open()[0].remark is None


def test_it_goes_with_its_chat(queue, store, kept, engine):
    queue.add(ROW)
    store.erase("chat")
    destroy_keys_left(engine)
    assert queue.of("chat") == []
    assert TEXT.encode() not in kept()


def test_the_purge_counts_and_reaches_it(queue, store, engine):
    queue.add(ROW)
    assert expired_counts(engine, 200.0)["unanswered"] == 1
    assert purge_silent(engine, store, Keys(b"x" * 32), 200.0) == 1
    assert queue.of("chat") == []


def test_without_its_key_nobody_reads_it(queue, engine):
    queue.add(ROW)
    with engine.begin() as connection:
        keys_of(engine).destroy(connection, [name_of("chat")])
    assert [row.text for row in queue.open()] == [None]


def test_a_row_without_a_chat_is_erased(queue, store, engine):
    queue.add(ROW)
    with engine.begin() as connection:
        connection.execute(unanswered.update().values(chat="gone"))
    assert expired_counts(engine, 0.0)["unanswered"] == 1
    store.erase_orphans()
    assert queue.of("gone") == []


def test_a_backup_brings_it_back_unless_its_chat_was_erased_since(queue, store, engine, url, tmp_path):
    store.open_chat("stays", "de", 100.0)
    queue.add(ROW, replace(ROW, chat="stays"))
    copies = tmp_path / "copies"
    copies.mkdir()
    save(url, copies / "copy")
    store.erase("chat")
    queue.settle([("stays", 1)], "ignored")
    engine.dispose()
    assert restore(url, copies / "copy", tombstones_in(database(url))) == (1, 1)
    assert [row.key for row in Unanswered(database(url)).open()] == [("stays", 1)]


def test_a_backup_from_before_the_queue_leaves_no_question_of_a_chat_that_it_does_not_hold(
    store, engine, url, tmp_path, monkeypatch
):
    """pg_restore leaves a table alone that is not in the archive."""
    copies = tmp_path / "copies"
    copies.mkdir()
    for table in (unanswered, tallies):
        table.drop(engine)
    monkeypatch.setattr(backup, "TABLES", [name for name in backup.TABLES if name not in ("unanswered", "tallies")])
    save(url, copies / "copy")
    engine.dispose()
    engine = database(url)
    Store(engine).open_chat("later", "de", 100.0)
    Unanswered(engine).add(replace(ROW, chat="later"), ROW)
    engine.dispose()
    assert restore(url, copies / "copy", {}) == (1, 0)
    assert {row.chat for row in Unanswered(database(url)).open()} <= {"chat"}


def test_in_memory_alone_nothing_is_kept():
    engine = database("sqlite://")
    Store(engine).open_chat("chat", "de", 100.0)
    assert Unanswered(engine).add(ROW) == 0
    assert Unanswered(engine).open() == []
    engine.dispose()


def test_it_belongs_to_the_contents_of_a_chat():
    assert unanswered in CONTENTS
    assert tallies not in CONTENTS
