"""The front with a scripted Rasa."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.core.secret import kept_secrets
from assistant.front.core.settings import Settings
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.front.tasks import chat_tasks
from tests.fakes.front import HERE, HOST, FakeRasa, Visitor, served
from tests.support.readable import bytes_of, opened


@pytest.fixture(autouse=True)
def _brief_end(monkeypatch):
    """Shortens the shutdown: a front that stops gives up at once on answers that nobody is there to receive."""
    monkeypatch.setattr(chat_tasks, "SHUTDOWN_SECONDS", 0.2)


@pytest.fixture
def rasa():
    return FakeRasa()


@pytest.fixture
def settings(tmp_path):
    database, secret = f"sqlite:///{tmp_path / 'front.db'}", kept_secrets({}, tmp_path)[0]
    return Settings(database=database, secret=secret, widget=tmp_path, hosts=frozenset({HOST}))


@pytest.fixture
def client(settings, rasa) -> Iterator[TestClient]:
    with TestClient(application(settings, rasa), HERE) as client:
        yield client


@pytest.fixture
def visitor(client):
    return Visitor(client)


@pytest.fixture
def address(settings, rasa):
    with served(application(settings, rasa)) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of a database, of each kind that the front can use."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'front.db'}"
    return request.getfixturevalue("postgres").new()


@pytest.fixture
def engine(url):
    engine = database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine):
    return Store(engine)


@pytest.fixture
def kept(url, request, tmp_path):
    """Everything that the database holds, as bytes: SQLite's files, PostgreSQL's tables, and what living keys open."""

    def read():
        if url.startswith("sqlite"):
            return bytes_of(tmp_path)
        return request.getfixturevalue("postgres").dump(url) + opened(url)

    return read
