"""ASSISTANT_STORAGE=none: everything works in memory, for a while, and no other store may be configured."""

from __future__ import annotations

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select, update
from starlette.testclient import TestClient

from assistant.commands import person, purge
from assistant.core.storage import SILENCE_SECONDS, STORES, SWITCH, only_in_memory_of
from assistant.engine import __main__ as engine_main
from assistant.engine.conversations.trackers import RecentTrackerStore
from assistant.front import __main__ as front_main
from assistant.front.app import application
from assistant.front.core.settings import settings_from
from assistant.front.messengers.registry import configured
from assistant.front.store.schema import chats, database
from tests.fakes.front import HERE, HOST, Visitor
from tests.fakes.vendors.telegram import TelegramWire
from tests.support.wait import until

NONE = {SWITCH: "none", "ASSISTANT_HOSTS": HOST}


@pytest.fixture
def app(tmp_path, rasa):
    return application(settings_from({"ASSISTANT_DATA": str(tmp_path), **NONE}), rasa)


@pytest.fixture
def client(app):
    with TestClient(app, HERE) as client:
        yield client


def front_of(client):
    """The parts of the running front."""
    inner = client.app
    while not hasattr(inner, "state"):
        inner = getattr(inner, "app", None) or inner._app
    return inner.state.front


@pytest.mark.parametrize("name", STORES)
def test_no_store_may_be_named_beside_it(name, tmp_path):
    with pytest.raises(ValueError, match=f"{SWITCH}=none.*{name}"):
        settings_from({"ASSISTANT_DATA": str(tmp_path), **NONE, name: "postgresql://somewhere/else"})


def test_a_word_that_is_none_is_refused():
    with pytest.raises(ValueError, match=SWITCH):
        only_in_memory_of({SWITCH: "off"})


@pytest.mark.parametrize("told", [{}, {SWITCH: ""}, {SWITCH: "disk"}])
def test_things_are_stored_unless_said(told, tmp_path):
    settings = settings_from({"ASSISTANT_DATA": str(tmp_path), **told})
    assert settings.database.endswith("front.db")
    assert settings.kept_seconds == 30 * 86400


def test_a_chat_is_answered_exported_rated_and_deleted(client, tmp_path, rasa):
    visitor = Visitor(client)
    told = visitor.answer_to("Zwiebelfischchen")
    body = {"sequence": told["sequence"], "helpful": True, "reason": "gut"}
    assert client.post("/api/chat/feedback", json=body, headers=visitor.headers).status_code == 204
    assert "Zwiebelfischchen" in client.get("/api/chat", headers=visitor.headers).text
    assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
    assert len(rasa.erased) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_the_opening_does_not_say_that_anything_is_stored(client):
    assert client.get("/api/opening").json()["notice"] == {"retention_days": None}


def test_a_token_lapses_with_its_chat(client):
    expires = client.post("/api/chat", json={}).json()["expires_at"]
    assert abs(datetime.fromisoformat(expires).timestamp() - time.time() - SILENCE_SECONDS) < 60


def test_many_at_once_share_the_one_connection(client):
    visitors = [Visitor(client) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda one: [one.answer_to(f"Frage {n}")["kind"] for n in range(4)], visitors))
    assert told == [["fact"] * 4] * 8
    assert [len(one.events()) for one in visitors] == [8] * 8


def test_what_is_silent_for_an_hour_is_dropped_and_rasa_told(client, rasa):
    silent, talking = Visitor(client), Visitor(client)
    silent.answer_to("Hallo")
    front = front_of(client)
    chat = front.keys.chat_of(silent.token)
    with front.engine.begin() as connection:
        connection.execute(update(chats).where(chats.c.id == chat).values(last_at=time.time() - SILENCE_SECONDS - 1))
    pause = client.portal.call(front.worker.purge)
    assert 0 < pause <= SILENCE_SECONDS / 10
    with front.engine.connect() as connection:
        assert list(connection.execute(select(chats.c.id)).scalars()) == [front.keys.chat_of(talking.token)]
    client.portal.call(front.worker.erase_pending)
    assert rasa.erased == [front.keys.sender("web", chat)]


def test_a_messenger_is_answered(tmp_path, rasa):
    wire = TelegramWire()
    told = {"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_SECRET": "test" * 10, **NONE}
    settings = settings_from(told, messengers=configured(wire.environment("http://127.0.0.1:9")))
    with TestClient(application(settings, rasa), HERE) as client:
        post = wire.text("7", "Zwiebelfischchen", id="a", at=time.time())
        assert client.post("/webhooks/telegram", content=post.content, headers=post.headers).status_code == 200
        until(lambda: rasa.texts)
    assert rasa.texts == ["Zwiebelfischchen"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_there_after_a_restart(app, tmp_path, rasa):
    with TestClient(app, HERE) as client:
        visitor = Visitor(client)
        visitor.answer_to("Hallo")
    again = application(settings_from({"ASSISTANT_DATA": str(tmp_path), **NONE}), rasa)
    with TestClient(again, HERE) as client:
        assert client.get("/api/chat", headers=visitor.headers).status_code == 401


def test_sqlite_in_memory_writes_no_temporary_files():
    with database("sqlite://").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == 2
        assert {row[2] for row in connection.exec_driver_sql("PRAGMA database_list")} == {""}


def test_a_crash_writes_nothing_out(monkeypatch, tmp_path, capsys):
    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda *told: limits.append(told))
    monkeypatch.setattr(front_main, "serve", lambda _: None)
    monkeypatch.setattr("sys.argv", ["front"])
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path))
    front_main.main()
    assert limits == []
    monkeypatch.setenv(SWITCH, "none")
    front_main.main()
    assert limits == [(resource.RLIMIT_CORE, (0, 0))]
    assert "Nothing that visitors write is stored" in capsys.readouterr().err


def test_rasa_refuses_a_database_of_conversations_beside_it(monkeypatch):
    monkeypatch.setenv(SWITCH, "none")
    monkeypatch.setenv("ASSISTANT_TRACKERS", "postgresql://somewhere/else")
    with pytest.raises(SystemExit, match=f"{SWITCH}=none"):
        engine_main.main()


@pytest.mark.parametrize(("storage", "kept"), [("none", ["second"]), ("disk", ["first", "second"])])
async def test_rasa_drops_conversations_that_are_silent_for_an_hour(storage, kept, monkeypatch):
    from rasa.shared.core.domain import Domain

    monkeypatch.setenv(SWITCH, storage)
    store = RecentTrackerStore(Domain.empty())
    await store.save(DialogueStateTracker.from_events("first", []))
    store._saved_at["first"] -= SILENCE_SECONDS + 1
    await store.save(DialogueStateTracker.from_events("second", []))
    assert list(store.store) == kept


def test_commands_say_that_nothing_is_stored(monkeypatch, capsys):
    monkeypatch.setenv(SWITCH, "none")
    for command, arguments, code in ((purge, [], 0), (person, ["export", "--token", "a"], 1)):
        monkeypatch.setattr("sys.argv", ["command", *arguments])
        with pytest.raises(SystemExit) as ended:
            command.main()
        assert ended.value.code == code
        assert "Nothing is stored" in capsys.readouterr().err
