"""The storage quota: what is new is refused in time, and what deletes always has room."""

from __future__ import annotations

import errno
import secrets
import subprocess
import time
import uuid
from contextlib import suppress
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.core.settings import settings_from
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.operate import metrics
from assistant.front.store import quota
from assistant.front.store.chat_keys import KeyFile
from assistant.front.store.chats import ANSWERED, Store
from assistant.front.store.faults import StorageFullError
from assistant.front.store.quota import Room, quota_of, set_quota
from assistant.front.store.reserve import RESERVE_BYTES, keep_reserve, reserve_path
from assistant.front.store.schema import database
from tests.fakes.front import HERE, Visitor
from tests.support.wait import until

# Random, since PostgreSQL compresses what repeats itself.
LONG = secrets.token_hex(2000)
DATA = {"language": "de", "text": LONG}


@pytest.fixture(autouse=True)
def _measured_each_time(monkeypatch):
    monkeypatch.setattr(quota, "TTL_SECONDS", -1.0)


def counted(kind):
    return metrics.registry.get_sample_value("assistant_errors_total", {"kind": kind})


def fill(store, chat="chat", most=3000):
    """Writes until the quota refuses; returns how many messages that were."""
    for number in range(most):
        try:
            store.accept(chat, str(number), LONG, "de", None, time.time())
        except StorageFullError:
            return number
    raise AssertionError("nothing was refused")


def test_what_is_new_is_refused_and_the_rest_goes_on_until_there_is_room_again(url):
    engine = database(url)
    # PostgreSQL's empty database alone takes 8 MB.
    used = set_quota(engine, 10**9).room().used_bytes
    set_quota(engine, int(used * 1.2) + 1_000_000)
    store, before = Store(engine), counted("quota")
    store.open_chat("chat", "de", time.time())
    assert fill(store) > 20
    assert counted("quota") == before + 1
    with pytest.raises(StorageFullError):
        store.open_chat("another", "de", time.time())
    with pytest.raises(StorageFullError):
        store.rate("chat", 1, True, LONG, time.time())
    messengers = MessageStore(engine, frozenset({"telegram"}))
    with pytest.raises(StorageFullError):
        messengers.receive("telegram", InboundMessage("a", "7", LONG), Keys.new_chat(), time.time())
    # What was accepted before is still answered, exported and erased; a messenger's word for it is still heard.
    assert store.answer(store.next_waiting("chat"), DATA, ANSWERED, time.time())
    assert len(store.events_after("chat", 0)) > 20
    assert messengers.receive("telegram", InboundMessage("b", "7", "löschen", kind="delete"), "new", time.time())
    assert store.erase("chat", "web-x")
    assert store.events_after("chat", 0) is None
    if url.startswith("sqlite"):
        # PostgreSQL's files shrink with the next purge only.
        store.open_chat("another", "de", time.time())
    engine.dispose()


@pytest.fixture
def tiny(settings, rasa):
    """A client of a front whose quota is one megabyte, a visitor, and the front's engine."""
    with TestClient(application(replace(settings, storage_max_mb=1), rasa), HERE) as client:
        visitor = Visitor(client)
        inner = client.app
        while not hasattr(inner, "state"):
            inner = getattr(inner, "app", None) or inner._app
        yield client, visitor, inner.state.front


def test_a_visitor_is_refused_politely_and_may_still_export_and_delete(tiny):
    client, visitor, front = tiny
    visitor.answer_to("Hallo")
    fill(front.store, front.keys.chat_of(visitor.token))
    for refused in (visitor.post("Hallo"), client.post("/api/chat", json={})):
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
        assert refused.headers["Retry-After"]
    assert client.get("/ready").json() == {"status": "full"}
    assert client.get("/health").status_code == 200
    assert client.get("/api/chat", headers=visitor.headers).status_code == 200
    assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
    assert Visitor(client).answer_to("Hallo")["kind"] == "fact"


@pytest.mark.parametrize("place", ["/{folder}/front.db", ""])
def test_sqlite_itself_takes_no_more_than_the_whole_quota(place, tmp_path):
    engine = database(f"sqlite://{place.format(folder=tmp_path)}")
    set_quota(engine, 1_000_000)
    with engine.connect() as connection:
        pages, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("max_page_count", "page_size")
        )
    assert pages == 1_000_000 // size


def test_a_tenth_is_reserved():
    assert not Room(899, 1000).full
    assert Room(900, 1000).full


@pytest.mark.parametrize(("given", "megabytes"), [({}, 2000), ({"ASSISTANT_STORAGE": "none"}, 100)])
def test_the_quota_is_a_setting(given, megabytes, tmp_path):
    environment = {"ASSISTANT_DATA": str(tmp_path), **given}
    assert settings_from(environment).storage_max_bytes == megabytes * 1_000_000
    assert settings_from({**environment, "ASSISTANT_STORAGE_MAX_MB": "7"}).storage_max_mb == 7
    with pytest.raises(ValueError, match="ASSISTANT_STORAGE_MAX_MB"):
        settings_from({**environment, "ASSISTANT_STORAGE_MAX_MB": "much"})


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of a few megabytes, too small for a reserve."""
    yield from mounted(tmp_path, 3)


@pytest.fixture
def disk_with_reserve(tmp_path):
    """One with room for a reserve."""
    yield from mounted(tmp_path, 16)


def mounted(tmp_path, megabytes):
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("nobody here may mount a disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill_disk(path):
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    assert path.stat().st_size > 100_000


@pytest.mark.slow
def test_a_small_disk_is_left_room_for_deletions(small_disk):
    engine = database(f"sqlite:///{small_disk / 'front.db'}")
    set_quota(engine, 10**9)
    store = Store(engine)
    for chat in ("mine", "another"):
        store.open_chat(chat, "de", time.time())
    for number in range(10):
        store.accept("mine", str(number), LONG, "de", None, time.time())
    assert fill(store, "another") > 20
    assert quota_of(engine).room().max_bytes < 3_200_000
    assert store.erase("mine", "web-x")
    assert store.events_after("mine", 0) is None
    engine.dispose()


@pytest.mark.slow
def test_a_chat_can_be_deleted_although_others_have_filled_the_disk(disk_with_reserve, settings, rasa):
    on_it = replace(settings, database=f"sqlite:///{disk_with_reserve / 'front.db'}")
    reserve = disk_with_reserve / "front.db.reserve"
    with TestClient(application(on_it, rasa), HERE) as client:
        visitor, other = Visitor(client), Visitor(client)
        visitor.answer_to("Hallo")
        other.answer_to("Hallo")
        until(reserve.exists)
        assert reserve.stat().st_mode & 0o077 == 0
        fill_disk(disk_with_reserve / "others")
        assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
        assert client.get("/api/chat", headers=visitor.headers).status_code == 401
        assert client.get("/api/chat", headers=other.headers).status_code == 200
        assert not reserve.exists()
        (disk_with_reserve / "others").unlink()
        assert other.answer_to("Und jetzt?")["kind"] == "fact"


@pytest.mark.slow
def test_the_reserve_is_taken_again_once_there_is_room(disk_with_reserve):
    engine = database(f"sqlite:///{disk_with_reserve / 'front.db'}")
    assert keep_reserve(engine)
    reserve_path(engine).unlink()
    fill_disk(disk_with_reserve / "others")
    assert not keep_reserve(engine)
    assert not reserve_path(engine).exists()
    (disk_with_reserve / "others").unlink()
    assert keep_reserve(engine)
    assert reserve_path(engine).stat().st_size == RESERVE_BYTES
    engine.dispose()


def test_the_reserve_is_also_for_the_key_of_the_chat_that_confirms_an_erasure(tmp_path, monkeypatch):
    engine = database(f"sqlite:///{tmp_path / 'front.db'}")
    assert keep_reserve(engine)
    store, message_store = Store(engine), MessageStore(engine, frozenset({"telegram"}))
    message_store.receive("telegram", InboundMessage("a", "7", kind="delete"), "chat", time.time())
    add = KeyFile.add

    def full(*arguments):
        if reserve_path(engine).exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return add(*arguments)

    monkeypatch.setattr(KeyFile, "add", full)
    message_store.erase(store.next_waiting("chat"), "new", ("web-x",), DATA, time.time())
    assert store.chat("chat") is None
    assert store.chat("new")["recipient"] == "7"
    engine.dispose()


def test_a_reserve_that_a_crash_left_empty_is_taken_again(tmp_path):
    engine = database(f"sqlite:///{tmp_path / 'front.db'}")
    reserve_path(engine).touch()
    assert keep_reserve(engine)
    assert reserve_path(engine).stat().st_size == RESERVE_BYTES
    engine.dispose()


def test_databases_without_a_file_keep_no_reserve():
    engine = database("sqlite://")
    assert reserve_path(engine) is None
    assert not keep_reserve(engine)


@pytest.mark.slow
def test_a_disk_that_others_fill_is_answered_with_503_and_counted(small_disk, settings, rasa):
    on_it = replace(settings, database=f"sqlite:///{small_disk / 'front.db'}")
    with TestClient(application(on_it, rasa), HERE) as client:
        visitor = Visitor(client)
        visitor.answer_to("Hallo")
        assert client.get("/ready").status_code == 200
        before = counted("disk_full") + counted("quota")
        fill_disk(small_disk / "others")
        refused = client.post(
            "/api/chat/messages", json={"id": str(uuid.uuid4()), "text": LONG[:1000]}, headers=visitor.headers
        )
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
        begun = time.monotonic()
        time.sleep(2.1)
        assert client.get("/ready").status_code == 503
        assert time.monotonic() - begun < 12
        assert counted("disk_full") + counted("quota") > before
        (small_disk / "others").unlink()
        assert visitor.answer_to("Und jetzt?")["kind"] == "fact"
