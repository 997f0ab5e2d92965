"""Databases of earlier versions, opened by this one: nothing is lost, and what waited is answered."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.store.backup import restore, save
from assistant.front.store.chats import Store
from assistant.front.store.schema import NOT_SAMPLED, database, schema
from tests.fakes.front import HERE, Visitor
from tests.support.postgres import rows_of
from tests.support.wait import until

# What fronts of these versions wrote, by their own code: before-0.1.0 has the first tables that there were.
VERSIONS = {path.stem: path for path in Path(__file__).with_name("versions").glob("*.sql")}
SECRET = b"0123456789abcdef" * 2
CHAT = "Zm9yLXRlc3Rpbmctb25seQ"
# Signed for that chat with that secret, by version 0.1.0.
TOKEN = "IlptOXlMWFJsYzNScGJtY3RiMjVzZVEi.XYmJOFj-KMaKNXYrM2H7IELdDPOFHWQw8qlkP75RKPU"  # noqa: S105


def written_by(version: str, url: str) -> None:
    """Makes a database as that version left it a moment ago."""
    script = re.sub(r":now\b", str(time.time()), VERSIONS[version].read_text("utf-8"))
    statements = [line for line in script.splitlines() if line and not line.startswith("--")]
    engine = create_engine(url, future=True)
    with engine.begin() as connection:
        for statement in statements:
            # As it stands: a text may hold what SQLAlchemy or a driver takes for a parameter.
            connection.connection.cursor().execute(statement)
    engine.dispose()


def test_the_first_released_version_is_among_them():
    assert VERSIONS.keys() >= {"before-0.1.0", "0.1.0"}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_database_is_brought_up_to_date_and_goes_on(version, url, settings, rasa):
    written_by(version, url)
    with TestClient(application(replace(settings, database=url, secret=SECRET), rasa), HERE) as client:
        old = Visitor(client)
        old.headers = {"Authorization": f"Bearer {TOKEN}"}
        until(lambda: len(old.events()) == 4, 20, old.events)
        asked, answered, waited, now_answered = old.events()
        assert (asked["text"], answered["kind"]) == ("Wann wurde die IOM gegründet?", "fact")
        assert (waited["text"], now_answered["reply_to"]) == ("Wer leitet die IOM?", waited["id"])
        assert old.answer_to("Hallo")["kind"] == "fact"
        assert client.get("/api/chat", headers=old.headers).status_code == 200
        assert client.delete("/api/chat", headers=old.headers).status_code == 204
    assert rasa.texts == ["Wer leitet die IOM?", "Hallo"]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_database_gets_every_table_column_and_index(version, url):
    written_by(version, url)
    engine = database(url)
    there = inspect(engine)
    for table in schema.sorted_tables:
        assert {column["name"] for column in there.get_columns(table.name)} >= {column.name for column in table.columns}
        named = {index["name"] for index in there.get_indexes(table.name)}
        assert named >= {index.name for index in table.indexes}
    engine.dispose()


SAMPLES = "SELECT tablename, attname FROM pg_stats WHERE schemaname = current_schema()"


@pytest.mark.parametrize("version", VERSIONS)
def test_postgresql_loses_the_samples_that_an_older_version_let_it_take(version, postgres):
    url = postgres.new()
    written_by(version, url)
    engine = create_engine(url, future=True)
    with engine.begin() as connection:
        # The first versions had it sampled.
        connection.exec_driver_sql("ALTER TABLE events ALTER COLUMN data SET STATISTICS -1")
        connection.exec_driver_sql("ANALYZE")
    assert ("events", "data") in rows_of(url, SAMPLES)
    engine.dispose()
    upgraded = database(url)
    MessageStore(upgraded, frozenset({"whatsapp"})).receive(
        "whatsapp", InboundMessage("a", "4915112345678"), "new", 1.0
    )
    with upgraded.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    upgraded.dispose()
    sampled = rows_of(url, SAMPLES)
    assert ("chats", "language") in sampled
    assert [column for column in NOT_SAMPLED if (column.table.name, column.name) in sampled] == []
    targets = "SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attstattarget = 0 AND attnum > 0"
    assert {(column.table.name, column.name) for column in NOT_SAMPLED} <= set(rows_of(url, targets))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_way_back_is_the_copy_made_before(version, url, tmp_path):
    """As docs/upgrade.md says: a copy, the upgrade, and the copy again."""
    written_by(version, url)
    engine = database(url)
    copy = tmp_path / "copies" / "before.backup"
    copy.parent.mkdir()
    save(url, copy)
    store = Store(engine)
    before = store.events_after(CHAT, 0)
    store.accept(CHAT, "33333333-3333-4333-8333-333333333333", "Nach dem Update", "de", None, time.time())
    engine.dispose()
    assert restore(url, copy, {}) == (1, 0)
    assert store.events_after(CHAT, 0) == before
    engine.dispose()
