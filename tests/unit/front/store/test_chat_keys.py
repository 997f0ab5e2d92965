"""Each chat is sealed with a key of its own, which is destroyed with it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select, update

from assistant.core.paths import ROOT
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.operate import metrics
from assistant.front.store import chats as store_module
from assistant.front.store.chat_keys import (
    KEY_BYTES,
    LOOKUP,
    KeyFile,
    destroy_orphaned_keys,
    key_path,
    keys_of,
    name_of,
    new_key,
)
from assistant.front.store.chats import APOLOGISED, Store
from assistant.front.store.cipher import PREFIX, Cipher, KeysMissingError, check_keys
from assistant.front.store.key_copy import keys_in
from assistant.front.store.schema import chats, database, events, feedback, keys, messages

WORD = "Zwiebelfischchen"
ADDRESS = "4915112345678"
TABLES = (chats, events, messages, feedback)


@pytest.fixture
def file(tmp_path):
    return KeyFile(tmp_path / "front.keys")


def key_of(engine, chat):
    with engine.connect() as connection:
        return keys_of(engine).find(connection, name_of(chat))


def talk(store, chat="chat", text=WORD):
    store.open_chat(chat, "de", 1.0)
    store.accept(chat, f"id-{chat}", text, "de", None, 1.0)
    store.answer(store.next_waiting(chat), {"language": "de", "text": text, "parts": []}, "answered", 2.0)
    store.rate(chat, 2, False, text, 3.0)


def stored(engine):
    """Every value in the tables of the front, as text."""
    with engine.connect() as connection:
        return "\n".join(str(row) for table in TABLES for row in connection.execute(select(table)))


def test_nothing_that_a_person_wrote_or_got_is_stored_readably(store, engine):
    talk(store)
    message_store = MessageStore(engine, frozenset({"whatsapp"}))
    assert message_store.receive("whatsapp", InboundMessage("wamid.x", ADDRESS, WORD), "other", 1.0) == "other"
    kept = stored(engine)
    assert not [word for word in (WORD, ADDRESS, "wamid.x", "id-chat") if word in kept]
    assert kept.count(PREFIX) == 5
    assert store.events_after("chat", 0)[1]["text"] == store.feedback_of("chat")[0]["reason"] == WORD
    assert (store.next_waiting("other").text, store.next_waiting("other").id) == (WORD, "wamid.x")
    assert message_store.progress("other").recipient == store.chat("other")["recipient"] == ADDRESS
    assert store.recipients("whatsapp") == {"other": ADDRESS}
    assert store.messages_of("other")[0]["external_id"] == "wamid.x"
    assert message_store.receive("whatsapp", InboundMessage("wamid.y", ADDRESS, "Und?"), "third", 1.0) == "other"


def test_the_key_goes_with_the_chat_and_no_other(store, engine):
    talk(store, "gone")
    talk(store, "stays")
    gone, stays = key_of(engine, "gone"), key_of(engine, "stays")
    assert gone != stays
    assert store.erase("gone", "web-x")
    assert (key_of(engine, "gone"), key_of(engine, "stays")) == (None, stays)


def test_a_copy_of_the_rows_cannot_be_read_without_the_key(store, engine):
    talk(store)
    with engine.connect() as connection:
        rows = {table: connection.execute(select(table)).mappings().all() for table in TABLES}
    store.erase("chat", "web-x")
    with engine.begin() as connection:
        for table, copied in rows.items():
            connection.execute(insert(table), [dict(row) for row in copied])
        connection.execute(update(messages).values(state="waiting"))
    assert store.events_after("chat", 0) == []
    assert store.feedback_of("chat")[0]["reason"] is None
    # Nobody waits for an answer to what nobody can read.
    assert store.next_waiting("chat") is None
    assert store.messages_of("chat")[0]["state"] == APOLOGISED
    assert store.count_waiting() == 0


def test_what_an_earlier_version_stored_is_read_and_erased(store, engine):
    row = {"channel": "telegram", "language": "de", "created_at": 1.0, "last_at": 1.0, "last_sequence": 1}
    content = {"chat": "old", "sequence": 1, "type": "visitor", "at": 1.0, "data": f'{{"id": "7", "text": "{WORD}"}}'}
    with engine.begin() as connection:
        connection.execute(insert(chats).values(id="old", recipient=ADDRESS, delivered=0, **row))
        connection.execute(insert(events).values(**content))
        connection.execute(insert(feedback).values(chat="old", sequence=1, helpful=False, reason=WORD, at=1.0))
        waiting = {"chat": "old", "sequence": 1, "external_id": "7", "accepted_at": 1.0, "state": "waiting"}
        connection.execute(insert(messages).values(**waiting))
    check_keys(engine)
    assert (store.next_waiting("old").text, store.feedback_of("old")[0]["reason"]) == (WORD, WORD)
    assert store.accept("old", "7", WORD, "de", None, 2.0) == (1, False)
    message_store = MessageStore(engine, frozenset({"telegram"}))
    assert message_store.progress("old").recipient == ADDRESS
    assert message_store.receive("telegram", InboundMessage("8", ADDRESS, "Und?"), "new", 2.0) == "old"
    assert [event["text"] for event in store.events_after("old", 0)] == [WORD, "Und?"]
    assert store.erase("old", "web-x")
    assert WORD not in stored(engine)
    assert key_of(engine, "old") is None


def test_a_chat_and_its_row_cannot_be_exchanged():
    cipher = Cipher("a", new_key())
    sealed = cipher.seal(WORD, "event.1")
    assert cipher.open(sealed, "event.1") == WORD
    assert cipher.open(sealed, "event.2") is None
    assert Cipher("b", cipher.key).open(sealed, "event.1") is None
    assert Cipher("a", new_key()).open(sealed, "event.1") is None
    assert cipher.seal(WORD, "event.1") != sealed


def test_keys_left_by_a_crash_are_destroyed_and_no_others(store, engine):
    talk(store)
    talk(store, "crashed")
    with engine.begin() as connection:
        connection.execute(chats.delete().where(chats.c.id == "crashed"))
        keys_of(engine).add(connection, LOOKUP, new_key())
    assert destroy_orphaned_keys(engine) == 1
    with engine.connect() as connection:
        assert keys_of(engine).all(connection).keys() == {name_of("chat"), LOOKUP}
    assert destroy_orphaned_keys(engine) == 0


def test_a_database_that_lost_its_chats_costs_no_keys(store, engine, caplog):
    for chat in ("a", "b", "c"):
        talk(store, chat)
    with engine.begin() as connection:
        connection.execute(chats.delete())
    before = keys_in(engine)
    assert destroy_orphaned_keys(engine, most=2) == 0
    assert keys_in(engine) == before
    assert "is it the right one?" in caplog.text
    # If it is, an operator says so.
    store.erase_orphans(math.inf)
    assert keys_in(engine).keys() <= {LOOKUP}


def counted(kind):
    return metrics.registry.get_sample_value("assistant_errors_total", {"kind": kind})


def test_many_keys_without_a_chat_are_destroyed_over_several_runs_and_an_operator_hears_of_it(store, engine, caplog):
    for number in range(6):
        talk(store, f"chat-{number}")
    with engine.begin() as connection:
        for number in range(5):
            keys_of(engine).add(connection, name_of(f"crashed-{number}"), new_key())
    before = counted("orphaned_keys")
    assert [destroy_orphaned_keys(engine, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert counted("orphaned_keys") == before + 2
    assert "belong to no chat" in caplog.text
    assert keys_in(engine).keys() - {LOOKUP} == {name_of(f"chat-{number}") for number in range(6)}


def test_feedback_does_not_outlive_a_chat_that_is_being_erased(store, engine, monkeypatch):
    store.open_chat("chat", "de", 1.0)
    store.accept("chat", "id", WORD, "de", None, 1.0)
    store.answer(store.next_waiting("chat"), {"language": "de", "text": WORD, "parts": []}, "answered", 2.0)
    in_between, cipher = threading.Event(), store_module.cipher_for_writing

    def slow(*arguments):
        in_between.set()
        time.sleep(0.5)
        return cipher(*arguments)

    monkeypatch.setattr(store_module, "cipher_for_writing", slow)
    with ThreadPoolExecutor(1) as pool:
        rating = pool.submit(store.rate, "chat", 2, False, WORD, 3.0)
        assert in_between.wait(5)
        assert store.erase("chat", "web-x")
        assert rating.result(5)
    assert store.feedback_of("chat") == []
    assert name_of("chat") not in keys_in(engine)


def test_a_front_without_its_keys_says_so(store, engine, url):
    talk(store)
    check_keys(engine)
    if url.startswith("sqlite"):
        key_path(Path(engine.url.database)).unlink()
    else:
        with engine.begin() as connection:
            connection.execute(keys.delete())
    with pytest.raises(KeysMissingError, match="keys"):
        check_keys(engine)


def test_in_memory_nothing_is_sealed_and_no_file_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store(database("sqlite://"))
    talk(store)
    assert WORD in stored(store._engine)
    assert store.erase("chat", "web-x")
    assert list(tmp_path.iterdir()) == []
    assert keys_of(create_engine("sqlite:///:memory:", future=True)) is None


# The file of keys


def test_a_destroyed_key_is_overwritten_and_its_place_used_again(file, tmp_path):
    path, key = tmp_path / "front.keys", new_key()
    file.add(None, name_of("a"), key)
    file.add(None, name_of("b"), new_key())
    size = path.stat().st_size
    assert key in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    file.destroy(None, [name_of("a"), name_of("nobody's")])
    assert key not in path.read_bytes()
    assert name_of("a") not in path.read_bytes()
    file.add(None, name_of("c"), new_key())
    assert path.stat().st_size == size
    assert file.all().keys() == {name_of("b"), name_of("c")}


def test_others_see_at_once_what_one_changes(file, tmp_path):
    other, key = KeyFile(tmp_path / "front.keys"), new_key()
    assert other.find(None, name_of("a")) is None
    file.add(None, name_of("a"), key)
    assert other.find(None, name_of("a")) == key
    assert other.add(None, name_of("a"), new_key()) == key
    other.destroy(None, [name_of("a")])
    assert file.find(None, name_of("a")) is None
    # Its slot belongs to another chat now, of which the first one knows nothing.
    other.add(None, name_of("b"), new_key())
    file.destroy(None, [name_of("a")])
    assert file.find(None, name_of("a")) is None
    assert file.find(None, name_of("b"))


@pytest.mark.slow
def test_many_at_once_in_several_processes_lose_no_key(file, tmp_path):
    program = (
        "import sys; from pathlib import Path; from assistant.front.store.chat_keys import KeyFile, name_of, new_key\n"
        "file = KeyFile(Path(sys.argv[1]))\n"
        "for n in range(60):\n"
        "    file.add(None, name_of(f'{sys.argv[2]}-{n}'), new_key())\n"
        "    file.add(None, name_of(f'both-{n}'), new_key())\n"
        "    n % 3 or file.destroy(None, [name_of(f'{sys.argv[2]}-{n}')])\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "front.keys")]
    others = [subprocess.Popen([*command, name], cwd=ROOT) for name in ("x", "y")]
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda n: file.add(None, name_of(f"both-{n % 60}"), new_key()), range(120)))
    assert [process.wait(timeout=120) for process in others] == [0, 0]
    assert all(added[n] == added[n + 60] == file.find(None, name_of(f"both-{n}")) for n in range(60))
    assert len(file.all()) == 60 + 2 * 40
    assert all(len(key) == KEY_BYTES for key in file.all().values())


def test_half_a_record_is_no_key(file, tmp_path):
    path = tmp_path / "front.keys"
    file.add(None, name_of("a"), new_key())
    with path.open("r+b") as torn:
        torn.seek(-20, os.SEEK_END)
        torn.write(b"\0" * 20)
    assert KeyFile(path).all() == {}
    again = KeyFile(path)
    key = again.add(None, name_of("b"), new_key())
    assert again.find(None, name_of("b")) == key
    assert path.stat().st_size == 128


def test_a_key_costs_a_message_far_less_than_a_millisecond(file):
    for number in range(20):
        file.add(None, name_of(str(number)), new_key())
    begun = time.perf_counter()
    for number in range(1000):
        cipher = Cipher("a", file.find(None, name_of(str(number % 20))))
        cipher.open(cipher.seal("x" * 2000, "event.1"), "event.1")
    # Measured: 0.05 ms. Generous, since other programs may be busy.
    assert (time.perf_counter() - begun) / 1000 < 0.002
