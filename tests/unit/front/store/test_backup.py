"""A database backed up under load, destroyed and restored: everything is there, and nothing that was erased."""

from __future__ import annotations

import subprocess
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from assistant.commands import backup
from assistant.front.app import application
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import WebhookRequest
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.messengers.base.webhook_queue import WebhookQueue
from assistant.front.store.backup import BackupError, current_tombstones, restore, save
from assistant.front.store.chats import ANSWERED, Store
from assistant.front.store.schema import chats, database, events, messages, schema, tombstones
from assistant.front.store.tombstones import erase_again, fingerprint, tombstones_in
from assistant.launch.servers import free_port
from tests.fakes.front import HERE, Visitor, served
from tests.support.wait import until

DATA = {"language": "de", "parts": []}


@pytest.fixture
def engine(url):
    engine = database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine):
    return Store(engine)


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "saved" / "front.backup"


@pytest.fixture(autouse=True)
def _folder(copy):
    copy.parent.mkdir()


def a_chat(store, text="Hallo", answer=True):
    # Recent, since a front that starts erases chats that have been silent for too long.
    chat, now = Keys.new_chat(), time.time()
    store.open_chat(chat, "de", now)
    store.accept(chat, str(uuid.uuid4()), text, "de", None, now)
    if answer:
        store.answer(store.next_waiting(chat), DATA, ANSWERED, now)
        store.rate(chat, 2, True, "gut", now)
    return chat


def destroy(url, engine):
    """Simulates a failed disk, or somebody who dropped all tables."""
    engine.dispose()
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for name in (path, *path.parent.glob(f"{path.name}-*")):
            name.write_bytes(b"no database any more" * 500)
    else:
        schema.drop_all(engine)
        engine.dispose()


def told(store, chats):
    return {chat: (store.events_after(chat, 0), store.feedback_of(chat), store.chat(chat)) for chat in chats}


class Load:
    """Writers that keep writing; `sure` is what has certainly been stored by now."""

    def __init__(self, store, writers=4):
        self._store, self._over = store, threading.Event()
        self.sure, self.faults = [], []
        self._threads = [threading.Thread(target=self._write) for _ in range(writers)]

    def _write(self):
        while not self._over.is_set():
            try:
                self.sure.append(a_chat(self._store))
            except Exception as error:
                self.faults.append(error)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        while len(self.sure) < 20:
            self._over.wait(0.01)
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_all_that_was_kept_before_is_there_after_a_copy_under_load(url, engine, store, copy):
    with Load(store) as load:
        before = list(load.sure)
        save(url, copy)
        during = len(load.sure) - len(before)
        while len(load.sure) < len(before) + during + 5:
            pass
    assert load.faults == []
    kept = told(store, before)
    destroy(url, engine)
    count, gone = restore(url, copy, {})
    assert gone == 0
    assert told(store, before) == kept
    with engine.connect() as connection:
        found = list(connection.execute(select(chats)).mappings())
        assert len(found) == count >= len(before)
        # A single moment: no transaction is there in part.
        both = messages.join(events, (events.c.chat == messages.c.chat) & (events.c.sequence == messages.c.sequence))
        pairs = connection.execute(select(messages.c.chat).select_from(both)).all()
        assert len(pairs) == len(connection.execute(select(messages)).all())
        last = {row["id"]: row["last_sequence"] for row in found}
        seen = [(row.chat, row.sequence) for row in connection.execute(select(events.c.chat, events.c.sequence))]
        assert {chat: max((n for c, n in seen if c == chat), default=0) for chat in last} == last


def test_what_waited_waits_again_and_the_front_goes_on(settings, rasa, url, engine, store, copy):
    chat = a_chat(store, "Wer leitet die IOM?", answer=False)
    save(url, copy)
    destroy(url, engine)
    restore(url, copy, {})
    assert store.next_waiting(chat).text == "Wer leitet die IOM?"
    engine.dispose()
    with TestClient(application(replace(settings, database=url), rasa), HERE) as client:
        assert Visitor(client).answer_to("Hallo")["kind"] == "fact"
        until(lambda: store.next_waiting(chat) is None)
    assert rasa.texts.count("Wer leitet die IOM?") == 1
    assert [event["type"] for event in store.events_after(chat, 0)] == ["visitor", "assistant"]


def test_what_was_erased_after_the_copy_is_erased_again(url, engine, store, copy, kept):
    gone, stays = a_chat(store, "Sonderbar"), a_chat(store)
    save(url, copy)
    store.erase(gone, "web-x")
    assert restore(url, copy, current_tombstones(url)) == (1, 1)
    assert store.chat(gone) is None
    assert store.events_after(gone, 0) is None
    assert store.feedback_of(gone) == []
    assert store.chat(stays)
    engine.dispose()
    assert b"Sonderbar" not in kept()
    assert gone.encode() not in kept()
    # Again from the same copy: the list survives a restore.
    assert restore(url, copy, current_tombstones(url)) == (1, 1)


def test_what_a_messengers_person_erased_is_erased_again(url, engine, store, copy):
    message_store = MessageStore(engine, frozenset({"telegram"}))
    chat = message_store.receive("telegram", InboundMessage("a", "7", "Sonderbar"), Keys.new_chat(), 100.0)
    save(url, copy)
    message_store.erase(store.next_waiting(chat), Keys.new_chat(), "web-x", DATA, 101.0)
    assert restore(url, copy, current_tombstones(url)) == (0, 1)
    with engine.connect() as connection:
        assert connection.execute(select(events)).all() == []


def test_the_list_is_kept_as_long_as_chats_are(engine, store):
    store.erase(a_chat(store), "web-x")
    (at,) = tombstones_in(engine).values()
    store.drop_tombstones(at)
    assert tombstones_in(engine)
    store.drop_tombstones(at + 1)
    assert tombstones_in(engine) == {}


def test_a_chat_that_is_not_on_the_list_stays(engine, store):
    chat = a_chat(store)
    assert erase_again(engine, {fingerprint("another"): 1.0}) == 0
    assert store.chat(chat)


def test_a_database_that_cannot_be_asked_has_no_list(url, engine):
    assert current_tombstones(url) == {}
    tombstones.drop(engine)
    assert current_tombstones(url) is None
    destroy(url, engine)
    assert current_tombstones(url) is None
    assert current_tombstones("postgresql+psycopg2://x@127.0.0.1:9/x") is None


def test_a_copy_is_not_written_over_and_only_its_owner_can_read_it(url, engine, store, copy):
    save(url, copy)
    assert copy.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupError, match="already exists"):
        save(url, copy)
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


@pytest.mark.parametrize("damage", ["another kind", "cut off", "garbage"])
def test_a_bad_copy_changes_nothing(damage, url, engine, store, copy):
    chat = a_chat(store)
    save(url, copy)
    content = copy.read_bytes()
    bad = {
        "another kind": b"Hallo" * 100,
        "cut off": content[: len(content) // 2],
        "garbage": content[:100] + b"x" * 9000,
    }
    copy.write_bytes(bad[damage])
    with pytest.raises(BackupError):
        restore(url, copy, {})
    assert store.chat(chat)
    assert store.events_after(chat, 0)


def test_a_password_is_on_no_command_line(monkeypatch, tmp_path):
    ran = []

    def refuse(command, env, **_):
        ran.append((command, env))
        return subprocess.CompletedProcess(command, 1, "", "refused")

    monkeypatch.setattr("assistant.front.store.backup.subprocess.run", refuse)
    with pytest.raises(BackupError, match="refused"):
        save("postgresql+psycopg2://me:geheim%40@db.test:5433/front?sslmode=require", tmp_path / "new")
    ((command, environment),) = ran
    assert "--dbname=postgresql://me@db.test:5433/front?sslmode=require" in command
    assert environment["PGPASSWORD"] == "geheim@"
    assert list(tmp_path.iterdir()) == [tmp_path / "saved"]


@pytest.fixture
def run(command):
    return lambda url, *arguments: command(backup, *arguments, ASSISTANT_DATABASE=url)


def test_the_command_saves_lists_and_restores(run, url, engine, store, copy):
    gone, listed = a_chat(store), copy.with_name("list")
    assert "Saved" in run(url, "save", copy).stdout
    store.erase(gone, "web-x")
    assert run(url, "list", listed).returncode == 0
    destroy(url, engine)
    assert run(url, "list", listed).returncode == 1
    port = ("--port", free_port())
    refused = run(url, "restore", copy, *port)
    assert (refused.returncode, "cannot tell which chats were erased" in refused.stderr) == (1, True)
    done = run(url, "restore", copy, "--erased", listed, *port)
    assert "0 chats; 1 that were erased" in done.stdout, done.stderr
    assert store.chat(gone) is None
    assert sorted(path.name for path in copy.parent.iterdir()) == [copy.name, "list"]


def test_the_command_goes_on_without_a_list_where_that_is_said(run, url, engine, store, copy):
    chat = a_chat(store)
    save(url, copy)
    store.erase(chat, "web-x")
    destroy(url, engine)
    assert "1 chats; 0" in run(url, "restore", copy, "--without-list", "--port", free_port()).stdout
    assert store.chat(chat)


def test_nothing_is_restored_under_a_running_front(run, settings, rasa, copy):
    store = Store(database(settings.database))
    chat = a_chat(store)
    save(settings.database, copy)
    store.erase(chat, "web-x")
    with served(application(settings, rasa)) as address:
        refused = run(settings.database, "restore", copy, "--port", address.rpartition(":")[2])
    assert (refused.returncode, "is running" in refused.stderr) == (1, True)
    assert store.chat(chat) is None


def test_requests_in_the_queue_are_in_no_backup_and_none_outlives_a_restore(url, engine, store, copy):
    queue = WebhookQueue(engine, "key")
    a_chat(store)
    queue.add("whatsapp", WebhookRequest("POST", "", {}, {}, b"x"), time.time())
    save(url, copy)
    assert b"gAAAA" not in copy.read_bytes()
    assert queue.first("whatsapp")
    engine.dispose()
    restore(url, copy, {})
    assert WebhookQueue(engine, "key").messengers() == []
    assert len(store.silent_since(time.time() + 1)) == 1
