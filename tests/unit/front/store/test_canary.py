"""Readiness stores, reads and deletes for real, and leaves nothing behind."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.operate import metrics
from assistant.front.store import canary, quota
from assistant.front.store.chats import Store
from assistant.front.store.quota import Room
from assistant.front.store.retention import expired_counts
from assistant.front.store.schema import chats, events, messages
from tests.fakes.front import HERE
from tests.unit.front.store.test_deadlines import locked


def counted():
    return metrics.registry.get_sample_value("assistant_errors_total", {"kind": "canary"})


def test_a_canary_leaves_nothing(engine):
    canary.fly(engine)
    with engine.connect() as connection:
        for table in (chats, events, messages):
            assert connection.execute(select(table)).all() == []
    assert Store(engine).pending_erasures() == []


def test_one_that_was_left_behind_is_counted_nowhere_and_cleared_away(engine):
    with engine.begin() as connection:
        canary._store(connection, "canary-left", time.time() - 40 * 86400)
    store = Store(engine)
    assert (store.waiting_chats(), store.count_waiting()) == ([], 0)
    assert store.silent_since(time.time()) == []
    assert expired_counts(engine, time.time())["chats"] == 0
    canary.fly(engine)
    assert store.chat("canary-left") is None


@pytest.fixture
def client(settings, rasa):
    with TestClient(application(settings, rasa), HERE) as client:
        assert client.get("/ready").status_code == 200
        yield client


def test_a_used_up_quota_is_told_and_sends_nobody_away(client, monkeypatch):
    monkeypatch.setattr(quota.Quota, "room", lambda _: Room(95, 100))
    before = counted()
    time.sleep(2.1)
    assert (client.get("/ready").status_code, client.get("/ready").json()) == (200, {"status": "full"})
    assert client.post("/api/chat", json={}).status_code == 503
    assert counted() == before
    monkeypatch.setattr(quota.Quota, "room", lambda _: Room(5, 100))
    time.sleep(2.1)
    assert client.get("/ready").json() == {"status": "ready"}


def not_ready(client):
    """Readiness asked anew, once the last result has lapsed; how long it took to say no."""
    time.sleep(2.1)
    begun = time.monotonic()
    response = client.get("/ready")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")
    assert client.get("/health").status_code == 200
    return time.monotonic() - begun


def test_a_front_whose_database_is_locked_is_not_ready_and_soon_says_so(client, settings):
    before = counted()
    with locked(settings.database):
        assert not_ready(client) < 6
    assert counted() == before + 1
    time.sleep(2.1)
    assert client.get("/ready").status_code == 200


@pytest.mark.parametrize("does", ["RAISE(FAIL, 'no')", "RAISE(IGNORE)"])
def test_a_front_that_cannot_delete_is_not_ready(does, client, settings):
    with closing(sqlite3.connect(settings.database.removeprefix("sqlite:///"))) as other:
        other.execute(f"CREATE TRIGGER stays BEFORE DELETE ON events BEGIN SELECT {does}; END")
        not_ready(client)
        other.execute("DROP TRIGGER stays")
    time.sleep(2.1)
    assert client.get("/ready").status_code == 200
