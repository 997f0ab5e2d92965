"""A database backed up under load, destroyed and restored: everything is there, and nothing that was erased."""

from __future__ import annotations

import os
import subprocess
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from assistant.commands import backup, scheduled_backup
from assistant.front.app import application
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import WebhookRequest
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.messengers.base.webhook_queue import WebhookQueue
from assistant.front.store.backup import BackupError, current_tombstones, restore, save, save_keys
from assistant.front.store.chat_keys import key_path, name_of
from assistant.front.store.chats import ANSWERED, Store
from assistant.front.store.database_lock import InUseError, claim, exclusively
from assistant.front.store.key_copy import FILE, keys_in, read_copy, replace_copy
from assistant.front.store.schema import chats, database, events, keys, messages, schema, tombstones
from assistant.front.store.tombstones import erase_again, fingerprint, tombstones_in
from tests.fakes.front import HERE, Visitor
from tests.support.wait import until

DATA = {"language": "de", "parts": []}


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
    # Rasa may have been away when it was erased for the first time.
    assert store.pending_erasures() == [Keys.sender("web", gone)]
    engine.dispose()
    assert b"Sonderbar" not in kept()
    assert gone.encode() not in kept()
    # Again from the same copy: the list survives a restore.
    assert restore(url, copy, current_tombstones(url)) == (1, 1)


def test_what_a_messengers_person_erased_is_erased_again(url, engine, store, copy):
    message_store = MessageStore(engine, frozenset({"telegram"}))
    chat = message_store.receive("telegram", InboundMessage("a", "7", "Sonderbar"), Keys.new_chat(), 100.0)
    save(url, copy)
    message_store.erase(store.next_waiting(chat), Keys.new_chat(), ("web-x",), DATA, 101.0)
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
    assert {path.name for path in copy.parent.iterdir()} == {copy.name, FILE}
    assert copy.with_name(FILE).stat().st_mode & 0o077 == 0


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


def lose_keys(url, engine):
    if url.startswith("sqlite"):
        key_path(Path(engine.url.database)).unlink()
    else:
        keys.drop(engine)


def lose_all(url, engine):
    """Simulates a new, empty disk."""
    engine.dispose()
    if url.startswith("sqlite"):
        for path in Path(engine.url.database).parent.glob("front.*"):
            path.unlink()
    else:
        schema.drop_all(engine)
        keys.drop(engine)
        engine.dispose()


def test_the_data_alone_can_be_read_by_nobody(url, engine, store, copy):
    chat = a_chat(store, "Sonderbar")
    save(url, copy)
    key = keys_in(engine)[name_of(chat)]
    assert not [found for found in (b"Sonderbar", key, key.hex().encode()) if found in copy.read_bytes()]
    copied = read_copy(copy.with_name(FILE))
    assert copied == keys_in(engine)
    destroy(url, engine)
    lose_keys(url, engine)
    with pytest.raises(BackupError, match="--keys"):
        restore(url, copy, {})
    assert restore(url, copy, {}, copied) == (1, 0)
    assert store.events_after(chat, 0)[0]["text"] == "Sonderbar"


def test_a_messengers_person_is_found_again_after_a_database_was_begun_anew(url, engine, copy):
    message_store = MessageStore(engine, frozenset({"telegram"}))
    old = message_store.receive("telegram", InboundMessage("a", "7", "Hallo"), "old", time.time())
    save(url, copy)
    lose_all(url, engine)
    empty = database(url)
    MessageStore(empty, frozenset({"telegram"})).receive(
        "telegram", InboundMessage("b", "7", "Hallo"), "new", time.time()
    )
    empty.dispose()
    assert restore(url, copy, {}, read_copy(copy.with_name(FILE))) == (1, 0)
    again = MessageStore(database(url), frozenset({"telegram"}))
    assert again.receive("telegram", InboundMessage("c", "7", "Hallo"), "other", time.time()) == old


def test_keys_of_other_chats_do_not_make_a_backup_pass_for_erased(url, engine, store, copy):
    chat = a_chat(store)
    save(url, copy)
    copied = read_copy(copy.with_name(FILE))
    lose_all(url, engine)
    empty = database(url)
    new = a_chat(Store(empty))
    with pytest.raises(BackupError, match="--keys"):
        restore(url, copy, {})
    assert Store(empty).events_after(new, 0)[0]["text"] == "Hallo"
    empty.dispose()
    assert restore(url, copy, {}, copied) == (1, 0)
    assert store.events_after(chat, 0)[0]["text"] == "Hallo"


def test_no_keys_are_left_of_chats_that_a_restore_has_replaced(url, engine, store, copy):
    chat = a_chat(store)
    save(url, copy)
    a_chat(store)
    assert restore(url, copy, current_tombstones(url)) == (1, 0)
    assert keys_in(engine).keys() == {name_of(chat)}


def test_an_old_backup_brings_nothing_back_whose_key_is_destroyed(url, engine, store, copy):
    gone, stays = a_chat(store, "Sonderbar"), a_chat(store, "Apfelbaum")
    save(url, copy)
    old = read_copy(copy.with_name(FILE))
    store.erase(gone, "web-x")
    save_keys(url, copy.with_name(FILE))
    newest = read_copy(copy.with_name(FILE))
    assert old[name_of(gone)] not in newest.values()
    destroy(url, engine)
    # Neither a tombstone nor anything else says what was erased.
    assert restore(url, copy, {}, newest) == (1, 1)
    assert store.chat(gone) is None
    assert store.events_after(stays, 0)[0]["text"] == "Apfelbaum"
    assert name_of(gone) not in keys_in(engine)


def test_a_destroyed_key_does_not_come_back_from_an_older_copy(url, engine, store, copy):
    gone = a_chat(store, "Sonderbar")
    save(url, copy)
    store.erase(gone, "web-x")
    assert restore(url, copy, current_tombstones(url), read_copy(copy.with_name(FILE))) == (0, 1)
    assert name_of(gone) not in keys_in(engine)


def test_the_keys_of_a_lost_database_are_not_replaced_by_those_of_a_new_one(job, url, engine, store, copy):
    lost, folder = [a_chat(store) for _ in range(6)], copy.parent
    store.erase(a_chat(store), "web-x")
    assert job(url, folder).returncode == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (saved,) = folder.glob("front-*.backup")
    lose_all(url, engine)
    # The front starts with an empty database before anybody restores the old one.
    empty = database(url)
    a_chat(Store(empty))
    empty.dispose()
    refused = job(url, folder)
    assert (refused.returncode, "6 keys" in refused.stderr) == (1, True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert restore(url, saved, {}, read_copy(folder / FILE)) == (6, 0)
    assert set(told(store, lost)) == set(lost)
    assert job(url, folder).returncode == 0


def test_a_copy_of_keys_never_takes_the_place_of_the_keys_in_use(tmp_path):
    url = f"sqlite:///{tmp_path / 'front.db'}"
    engine = database(url)
    chat = a_chat(Store(engine))
    with pytest.raises(BackupError, match="another folder"):
        save(url, tmp_path / "copy.backup")
    with pytest.raises(BackupError, match="another folder"):
        save_keys(url, tmp_path / FILE)
    assert not (tmp_path / "copy.backup").exists()
    assert Store(engine).events_after(chat, 0)[0]["text"] == "Hallo"


def test_no_keys_are_copied_from_a_database_that_is_not_there(tmp_path):
    copied = {name_of("a"): b"k" * 32}
    replace_copy(copied, tmp_path / "saved" / FILE)
    with pytest.raises(BackupError, match="no database"):
        save_keys(f"sqlite:///{tmp_path / 'front.db'}", tmp_path / "saved" / FILE)
    assert read_copy(tmp_path / "saved" / FILE) == copied
    assert not (tmp_path / "front.db").exists()


def test_a_replaced_copy_of_keys_is_overwritten_on_disk(tmp_path):
    path = tmp_path / FILE
    replace_copy({name_of("a"): b"k" * 32}, path)
    with path.open("rb") as old:
        replace_copy({name_of("b"): b"l" * 32}, path)
        assert set(old.read()) == {0}
    assert read_copy(path) == {name_of("b"): b"l" * 32}
    assert {one.name for one in tmp_path.iterdir()} == {FILE, "saved"}


@pytest.mark.parametrize("content", ["", "no keys", "keys of chats, 1\nab cd\n", "keys of chats, 1\nxyz\n"])
def test_what_is_no_copy_of_keys_is_refused(content, tmp_path):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(ValueError, match=r"copy of keys|hexadecimal"):
        read_copy(tmp_path / FILE)


@pytest.fixture
def run(command):
    return lambda url, *arguments: command(backup, *arguments, ASSISTANT_DATABASE=url)


def test_the_command_saves_lists_and_restores(run, url, engine, store, copy):
    gone, listed = a_chat(store), copy.with_name("list")
    assert "Saved" in run(url, "save", copy).stdout
    store.erase(gone, "web-x")
    assert "Replaced" in run(url, "keys", copy.with_name(FILE)).stdout
    assert read_copy(copy.with_name(FILE)) == {}
    assert run(url, "list", listed).returncode == 0
    destroy(url, engine)
    assert run(url, "list", listed).returncode == 1
    refused = run(url, "restore", copy)
    assert (refused.returncode, "cannot tell which chats were erased" in refused.stderr) == (1, True)
    done = run(url, "restore", copy, "--erased", listed)
    assert "0 chats; 1 that were erased" in done.stdout, done.stderr
    assert store.chat(gone) is None
    assert sorted(path.name for path in copy.parent.iterdir()) == [copy.name, FILE, "list"]


def test_the_command_goes_on_without_a_list_where_that_is_said(run, url, engine, store, copy):
    chat = a_chat(store)
    save(url, copy)
    store.erase(chat, "web-x")
    destroy(url, engine)
    assert "1 chats; 0" in run(url, "restore", copy, "--without-list").stdout
    assert store.chat(chat)


def test_nothing_is_restored_under_a_running_front(run, url, engine, store, copy):
    """Whatever port it listens on; with PostgreSQL, on whatever machine."""
    chat = a_chat(store)
    save(url, copy)
    store.erase(chat, "web-x")
    # As a front does when it starts; a connection stays open in the pool of `engine`.
    claimed = claim(url)
    refused = run(url, "restore", copy)
    assert (refused.returncode, "Nothing was restored" in refused.stderr) == (1, True)
    assert store.chat(chat) is None
    engine.dispose()
    if claimed is not None:
        os.close(claimed)
    assert "erased again" in run(url, "restore", copy).stdout


def test_a_front_on_another_database_is_in_nobodys_way(run, tmp_path, copy):
    ours, other = (f"sqlite:///{tmp_path / name}" for name in ("ours.db", "other.db"))
    database(ours).dispose()
    save(ours, copy)
    claimed = claim(other)
    assert "Restored" in run(ours, "restore", copy).stdout
    os.close(claimed)


def test_no_front_starts_while_a_backup_is_restored(tmp_path):
    url = f"sqlite:///{tmp_path / 'front.db'}"
    with exclusively(url), pytest.raises(InUseError, match="restored"):
        claim(url)
    os.close(claim(url))


@pytest.fixture
def job(command):
    return lambda url, *arguments: command(
        scheduled_backup, *arguments, ASSISTANT_DATABASE=url, ASSISTANT_SECRET="x" * 32
    )


def test_the_job_writes_the_list_each_time_and_a_copy_once_a_day(job, run, url, engine, store, copy):
    folder = copy.parent
    chat, gone = a_chat(store), a_chat(store)
    assert "Saved" in job(url, folder).stdout
    store.erase(gone, "web-x")
    again = job(url, folder)
    assert (again.returncode, "Saved" in again.stdout) == (0, False)
    assert "list of 1 erased chats" in again.stdout
    (saved,) = folder.glob("front-*.backup")
    destroy(url, engine)
    assert "1 chats; 1 that were erased" in run(url, "restore", saved, "--erased", folder / "erased").stdout
    assert store.chat(chat)
    assert store.chat(gone) is None


def test_the_job_deletes_copies_that_are_older_than_chats_may_be_but_never_the_last(job, url, store, copy):
    folder, days_ago = copy.parent, 40 * 86400
    for name in ("front-2026-01-01T000000Z.backup", "front-2026-01-02T000000Z.backup"):
        (folder / name).write_text("")
        os.utime(folder / name, (time.time() - days_ago,) * 2)
    done = job(url, folder)
    assert done.stdout.count("Deleted") == 2
    assert len(list(folder.glob("front-*.backup"))) == 1


def test_a_job_that_cannot_read_the_database_fails_and_keeps_its_copies(job, url, engine, store, copy):
    folder = copy.parent
    job(url, folder)
    before = sorted(folder.iterdir())
    destroy(url, engine)
    failed = job(url, folder)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert sorted(folder.iterdir()) == before


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
