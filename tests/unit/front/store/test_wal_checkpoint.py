"""A reader of the database delays neither an erasure nor anybody else, and what it keeps is overwritten afterwards."""

from __future__ import annotations

import errno
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from assistant.front.answering import worker
from assistant.front.app import application
from assistant.front.core.tokens import Keys as Tokens
from assistant.front.operate.metrics import registry
from assistant.front.store import wal_checkpoint
from assistant.front.store.backup import save, save_keys
from assistant.front.store.chat_keys import KeyFile, name_of
from assistant.front.store.chats import Store
from assistant.front.store.key_copy import keys_in, read_copy
from assistant.front.store.reserve import keep_reserve, reserve_path
from assistant.front.store.retention import erase_silent
from assistant.front.store.schema import READER, database, vacuum
from assistant.front.store.tallies import Tallies
from assistant.front.store.wal_checkpoint import overwrite_again, unfinished
from tests.fakes.front import Visitor, served
from tests.support.readable import opened
from tests.support.wait import until

# Far below the ten seconds for which SQLite would wait for a reader, and far above what a busy machine takes.
AT_ONCE_SECONDS = 4.0
WORD, REASON = "Zwiebelfischchen", "Querulantentum"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "front.db"


@pytest.fixture
def store(path):
    engine = database(f"sqlite:///{path}")
    yield Store(engine)
    engine.dispose()


@contextmanager
def a_reader(path):
    """Somebody in an open transaction, as a backup or a shell would be."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM events").fetchone()
        yield


def log_of(path):
    return path.with_name(f"{path.name}-wal").read_bytes()


def counted():
    return registry.get_sample_value("assistant_erasures_unfinished")


def timed(call):
    begun = time.monotonic()
    return call(), time.monotonic() - begun


def test_a_reader_holds_up_neither_the_erasure_nor_others(settings, rasa, path, monkeypatch):
    monkeypatch.setattr(worker, "TRACES_INTERVAL_SECONDS", 0.1)
    monkeypatch.setattr(worker, "OTHERS_TRACES_INTERVAL_SECONDS", 0.1)
    with served(application(settings, rasa)) as address, httpx2.Client(base_url=address, timeout=60) as client:
        visitor, other = Visitor(client), Visitor(client)
        visitor.answer_to("Was ist das?")
        with a_reader(path), ThreadPoolExecutor(2) as pool:
            erasing = pool.submit(timed, lambda: client.delete("/api/chat", headers=visitor.headers).status_code)
            posting = pool.submit(timed, lambda: other.answer_to("Und das?")["kind"])
            (status, erased_seconds), (kind, answered_seconds) = erasing.result(), posting.result()
            assert (status, kind) == (204, "fact")
            assert max(erased_seconds, answered_seconds) < AT_ONCE_SECONDS
            assert counted() == 1
            assert log_of(path)
        until(lambda: counted() == 0)


def test_what_a_reader_kept_is_counted_and_overwritten_once_it_ends(store, path, caplog):
    for chat in ("a", "b"):
        store.open_chat(chat, "de", 1.0)
        store.accept(chat, "id", "Hallo", "de", None, 1.0)
    engine = store._engine
    with a_reader(path):
        assert store.erase("a", "web-a")
        assert store.erase("b", "web-b")
        assert not overwrite_again(engine)
        assert (unfinished(engine), counted()) == (2, 2)
        assert log_of(path)
    assert overwrite_again(engine)
    assert (unfinished(engine), counted(), log_of(path)) == (0, 0, b"")
    assert [line.levelname for line in caplog.records] == ["WARNING", "WARNING"]


def test_a_reader_does_not_slow_a_purge_down_chat_by_chat(store, path):
    for chat in map(str, range(40)):
        store.open_chat(chat, "de", 1.0)
    with a_reader(path):
        purged, seconds = timed(lambda: erase_silent(store, Tokens(b"a secret of tests, long enough"), 2.0))
    assert purged == 40
    assert seconds < AT_ONCE_SECONDS


def test_a_command_says_what_a_reader_kept(store, path, monkeypatch):
    monkeypatch.setattr("assistant.front.store.schema.VACUUM_PATIENCE_SECONDS", 0.1)
    store.open_chat("a", "de", 1.0)
    with a_reader(path):
        store.erase("a", "web-a")
        assert vacuum(store._engine) == [READER]
    assert vacuum(store._engine) == []
    assert unfinished(store._engine) == 0


def test_no_byte_is_left_although_a_reader_and_a_backup_have_the_chat(settings, rasa, path, tmp_path):
    """A real front over HTTP; somebody reads the database meanwhile, and somebody copied it before."""
    copies = tmp_path / "copies"
    copies.mkdir()
    with served(application(settings, rasa)) as address, httpx2.Client(base_url=address, timeout=60) as client:
        visitor, other = Visitor(client), Visitor(client)
        sequence = visitor.answer_to(f"Was ist {WORD}?")["sequence"]
        body = {"sequence": sequence, "helpful": False, "reason": REASON}
        assert client.post("/api/chat/feedback", json=body, headers=visitor.headers).status_code == 204
        other.answer_to("Apfelbaum")
        chat, engine = Tokens(settings.secret).chat_of(visitor.token), database(settings.database)
        key = keys_in(engine)[name_of(chat)]
        save(settings.database, copies / "front.backup")
        assert found([key], tmp_path) == {"front.keys"}
        with a_reader(path):
            visitor.answer_to(f"Und {WORD}?")
            with a_reader(path):
                assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
                # The rows are still there, in the log and for the readers; nobody can read them any more.
                assert chat.encode() in log_of(path)
                save_keys(settings.database, copies / "front.keys")
                assert found([WORD, REASON, key, key.hex()], tmp_path) == set()
                assert WORD.encode() not in opened(settings.database)
                assert b"Apfelbaum" in opened(settings.database)
        # The copy of the data is unreadable with all the keys that there are.
        assert name_of(chat) not in read_copy(copies / "front.keys")
        engine.dispose()


def found(wanted, folder):
    """The names of the files below a folder that contain one of these."""
    sought = [one if isinstance(one, bytes) else one.encode() for one in wanted]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"front.db", "front.db-wal", "front.db-shm", "front.keys", "front.backup"} <= {path.name for path in files}
    return {path.name for path in files if any(one in path.read_bytes() for one in sought)}


@pytest.mark.parametrize("fault", ["full", "locked", "io"])
@pytest.mark.parametrize("step", ["key", "checkpoint"])
def test_an_erasure_whose_last_steps_fail_is_told_as_done_and_completed_later(
    step, fault, settings, rasa, path, monkeypatch
):
    monkeypatch.setattr(worker, "TRACES_INTERVAL_SECONDS", 0.1)
    monkeypatch.setattr(worker, "OTHERS_TRACES_INTERVAL_SECONDS", 0.1)
    fails, destroy, checkpoint = [False], KeyFile.destroy, wal_checkpoint._checkpoint
    messages = {"full": "database or disk is full", "locked": "database is locked", "io": "disk I/O error"}

    def failing(real):
        def fail(*arguments):
            if fails[0]:
                raise OperationalError("PRAGMA", {}, sqlite3.OperationalError(messages[fault]))
            return real(*arguments)

        return fail

    if step == "key":
        monkeypatch.setattr(KeyFile, "destroy", failing(destroy))
    else:
        monkeypatch.setattr(wal_checkpoint, "_checkpoint", failing(checkpoint))
    with served(application(settings, rasa)) as address, httpx2.Client(base_url=address, timeout=60) as client:
        visitor = Visitor(client)
        visitor.answer_to("Was ist das?")
        chat, engine = Tokens(settings.secret).chat_of(visitor.token), database(settings.database)
        # Written after the answer, and no trace of the chat.
        until(lambda: Tallies(engine).rows())
        fails[0] = True
        assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
        assert client.get("/api/chat", headers=visitor.headers).status_code == 401
        until(lambda: counted() >= 1)
        assert (name_of(chat) in keys_in(engine)) == (step == "key")
        fails[0] = False
        until(lambda: counted() == 0)
        assert name_of(chat) not in keys_in(engine)
        until(lambda: log_of(path) == b"")
        engine.dispose()


def test_an_erasure_that_a_full_disk_stops_after_its_rows_are_gone_is_completed_from_the_reserve(store, monkeypatch):
    engine, destroy = store._engine, KeyFile.destroy
    assert keep_reserve(engine)
    store.open_chat("a", "de", 1.0)
    store.accept("a", "id", WORD, "de", None, 1.0)

    def full(*arguments):
        if reserve_path(engine).exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return destroy(*arguments)

    monkeypatch.setattr(KeyFile, "destroy", full)
    assert store.erase("a", "web-a")
    assert name_of("a") not in keys_in(engine)
    assert unfinished(engine) == 0
