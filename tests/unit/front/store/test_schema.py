"""The database's version, and who may read its files."""

from __future__ import annotations

import os
import sqlite3

import pytest
from sqlalchemy import create_engine, insert, update

from assistant.commands import backup, purge
from assistant.front import __main__ as front
from assistant.front.core.secret import kept_secrets
from assistant.front.store.backup import save
from assistant.front.store.chats import Store
from assistant.front.store.schema import VERSION, chats, database, schema_version, state


def make_newer(url):
    engine = database(url)
    with engine.begin() as connection:
        connection.execute(update(state).where(state.c.name == "version").values(value=VERSION + 1))
    engine.dispose()


def test_a_new_database_has_our_version_and_keeps_it(url):
    for _ in range(2):
        engine = database(url)
        assert schema_version(engine) == VERSION
        engine.dispose()


def test_one_from_before_versions_is_upgraded_with_all_that_is_in_it(url):
    engine = database(url)
    Store(engine).open_chat("old", "de", 1.0)
    state.drop(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE chats DROP COLUMN noticed")
    assert schema_version(engine) == 1
    engine.dispose()
    again = database(url)
    assert schema_version(again) == VERSION
    assert Store(again).chat("old")["noticed"] is False
    again.dispose()


def test_a_newer_one_is_refused_in_a_line_and_not_touched(url, command, monkeypatch, tmp_path):
    make_newer(url)
    monkeypatch.setattr(front.logs, "set_up", lambda: None)
    kept_secrets({}, tmp_path)
    for module in (front, purge):
        ended = command(module, ASSISTANT_DATA=str(tmp_path), ASSISTANT_DATABASE=url)
        assert ended.returncode == 1
        assert f"schema version {VERSION + 1}" in ended.stderr
        assert ended.stderr.count("\n") == 1
    engine = create_engine(url, future=True)
    assert schema_version(engine) == VERSION + 1
    engine.dispose()


def test_a_backup_of_a_newer_one_is_refused_and_the_present_one_kept(url, command, tmp_path, request):
    on_postgresql = url.startswith("postgresql")
    newer = request.getfixturevalue("postgres").new() if on_postgresql else f"sqlite:///{tmp_path / 'newer.db'}"
    copy = tmp_path / "copy"
    make_newer(newer)
    save(newer, copy)
    engine = database(url)
    store = Store(engine)
    store.open_chat("stays", "de", 1.0)
    engine.dispose()
    ended = command(backup, "restore", copy, "--without-list", ASSISTANT_DATABASE=url)
    assert (ended.returncode, f"schema version {VERSION + 1}" in ended.stderr) == (1, True)
    assert store.chat("stays")


def test_only_their_owner_reads_the_files_even_in_a_folder_for_all(tmp_path):
    tmp_path.chmod(0o755)
    before = os.umask(0o022)
    try:
        engine = database(f"sqlite:///{tmp_path / 'front.db'}")
        with engine.begin() as connection:
            values = {"channel": "web", "language": "de", "created_at": 1.0, "last_at": 1.0}
            connection.execute(insert(chats).values(id="a", last_sequence=0, delivered=0, **values))
            files = sorted(tmp_path.iterdir())
            assert [path.name for path in files] == ["front.db", "front.db-shm", "front.db-wal"]
            assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    finally:
        os.umask(before)


def test_files_of_an_earlier_version_are_closed_and_no_others(tmp_path):
    path, other = tmp_path / "front.db", tmp_path / "other"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    other.write_text("no database at all")
    for file in (path, other):
        file.chmod(0o644)
    database(f"sqlite:///{path}").dispose()
    with pytest.raises(Exception, match="not a database"):
        database(f"sqlite:///{other}")
    assert (path.stat().st_mode & 0o777, other.stat().st_mode & 0o777) == (0o600, 0o644)
