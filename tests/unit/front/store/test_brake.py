"""A purge that is not plausible stops and calls; a restore after one that was mistaken brings back what it took."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx2
import pytest
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from assistant.commands import backup, purge
from assistant.front.app import application
from assistant.front.core.clock import Clock
from assistant.front.core.tokens import Keys
from assistant.front.operate import metrics
from assistant.front.store import brake, canary
from assistant.front.store.backup import save
from assistant.front.store.brake import StoppedError, check, record_run, status
from assistant.front.store.chat_keys import keys_of, name_of, new_key
from assistant.front.store.chats import Store
from assistant.front.store.key_copy import keys_in
from assistant.front.store.schema import database, state, tombstones, writing
from assistant.front.store.tombstones import tombstones_in
from assistant.launch.servers import HOST, free_port
from tests.fakes.front import HERE
from tests.support.wait import until

DAY, HOUR = 86400.0, 3600.0
SECRET = "secret-of-tests-" * 3
KEYS = Keys(SECRET.encode())


def talk(store, days, *chats):
    for chat in chats:
        store.open_chat(chat, "de", time.time() - days * DAY)


def many(name, number=8):
    return [f"{name}-{n}" for n in range(number)]


def before(days=30.0):
    return time.time() - days * DAY


def test_a_handful_is_always_erased(engine, store):
    talk(store, 31, *many("old", brake.HANDFUL))
    check(engine, before(), jump_seconds=99 * DAY)


def test_more_than_half_of_all_at_once_is_not(engine, store):
    talk(store, 31, *many("old"))
    talk(store, 1, *many("young", 2))
    record_run(engine, before(40))
    with pytest.raises(StoppedError, match=r"8 of 10 chats at once.*YES=1"):
        check(engine, before())
    assert status(engine).stopped
    talk(store, 1, *many("younger", 10))
    check(engine, before())
    record_run(engine, before())
    assert not status(engine).stopped


def test_what_has_come_due_since_the_last_run_is_ordinary_however_much_it_is(engine, store, monkeypatch):
    talk(store, 29.99, *many("same-day"))
    record_run(engine, before())
    now = time.time() + HOUR
    monkeypatch.setattr(brake.time, "time", lambda: now)
    check(engine, now - 30 * DAY)
    # A shorter retention is not.
    record_run(engine, now - 40 * DAY)
    with pytest.raises(StoppedError):
        check(engine, now - 30 * DAY)


def test_a_clock_that_jumped_while_nothing_ran_stops_it(engine, store, monkeypatch):
    talk(store, 0, *many("young"))
    record_run(engine, before())
    now = time.time() + 31 * DAY
    monkeypatch.setattr(brake.time, "time", lambda: now)
    # Written after the jump, they would make the share plausible.
    talk(store, -31, *many("new", 20))
    with pytest.raises(StoppedError, match="31 days have passed since the last run"):
        check(engine, now - 30 * DAY)


def test_without_a_last_run_the_newest_chat_tells_the_time(engine, store):
    talk(store, 40, *many("old"))
    with pytest.raises(StoppedError, match="40 days have passed"):
        check(engine, before())


def test_canaries_count_for_nothing(engine, store, monkeypatch):
    talk(store, 40, *many("old"))
    with writing(engine) as connection:
        for number in range(20):
            canary._store(connection, f"canary-{number}", time.time())
    # Neither as chats that stay, nor as a sign of what time it is.
    with pytest.raises(StoppedError, match="40 days have passed"):
        check(engine, before())
    record_run(engine, before(50))
    with pytest.raises(StoppedError, match="8 of 8 chats at once"):
        check(engine, before())


def test_two_purges_at_once_both_record_that_they_ran(engine):
    wait = threading.Barrier(8)

    def recorded(number):
        wait.wait()
        for _ in range(5):
            record_run(engine, before(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(recorded, range(8)))
    assert status(engine).at


def test_a_clock_that_jumped_takes_no_tombstones_either(engine, store):
    record_run(engine, before())
    with engine.begin() as connection:
        connection.execute(insert(tombstones), [{"id": chat, "at": before(31)} for chat in many("gone")])
    check(engine, before())
    with pytest.raises(StoppedError, match="jumped by 744 hours"):
        check(engine, before(), jump_seconds=31 * DAY)


def test_the_clock_is_compared_with_one_that_nobody_sets(monkeypatch):
    clock, real = Clock(), time.time
    assert abs(clock.jump_seconds(None)) < 1
    monkeypatch.setattr(brake.time, "time", lambda: real() + 31 * DAY)
    assert abs(clock.jump_seconds(None) - 31 * DAY) < 60
    # A run that an operator has consented to since shows that it is right.
    assert abs(clock.jump_seconds(real() + 31 * DAY)) < 60


def counted(kind):
    return metrics.registry.get_sample_value("assistant_errors_total", {"kind": kind})


def test_a_front_whose_clock_jumped_erases_nothing_and_calls(settings, rasa, caplog):
    store = Store(database(settings.database))
    talk(store, 0, *many("young"))
    with TestClient(application(settings, rasa), HERE):
        until(lambda: status(store._engine).at)
    talk(store, 31, *many("old"))
    port, stopped = free_port(), counted("brake")
    record_run(store._engine, before(61))
    with store._engine.begin() as connection:
        long_ago = update(state).where(state.c.name == brake.RAN_AT).values(value=before(31))
        connection.execute(long_ago)
    with writing(store._engine) as connection:
        keys_of(store._engine).add(connection, name_of("crashed"), new_key())
    with TestClient(application(replace(settings, metrics_port=port), rasa), HERE) as client:
        until(lambda: counted("brake") > stopped)
        assert "make purge YES=1" in caplog.text
        text = httpx2.get(f"http://{HOST}:{port}/", trust_env=False).text
        assert "assistant_purge_stopped 1.0" in text
        assert client.get("/health").status_code == 200
    assert len(store.silent_since(time.time())) == 16
    # Left by a crash in the middle of an erasure; that one was asked for.
    assert name_of("crashed") not in keys_in(store._engine)


def test_a_purge_that_fails_is_counted(settings, rasa):
    engine, failed = database(settings.database), counted("purge")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER stays BEFORE DELETE ON chats BEGIN SELECT RAISE(FAIL, 'no'); END")
    talk(Store(engine), 31, "old")
    with TestClient(application(settings, rasa), HERE):
        until(lambda: counted("purge") > failed)


@pytest.fixture
def operator(command, url, tmp_path, monkeypatch):
    monkeypatch.delenv("ASSISTANT_TRACKERS", raising=False)
    rasa = f"http://{HOST}:{free_port()}"
    told = {"DATABASE": url, "SECRET": SECRET, "RASA": rasa, "DATA": str(tmp_path), "RETENTION_DAYS": "30"}
    return lambda module, *words: command(
        module, *words, **{f"ASSISTANT_{name}": value for name, value in told.items()}
    )


def test_the_command_does_not_erase_most_of_it_without_consent(operator, store, engine):
    talk(store, 31, *many("old"))
    refused = operator(purge)
    assert (refused.returncode, "8 chats" in refused.stdout, "--yes" in refused.stderr) == (1, True, True)
    assert len(store.silent_since(time.time())) == 8
    assert status(engine).stopped
    done = operator(purge, "--yes")
    assert (done.returncode, "erased:" in done.stdout) == (0, True)
    assert store.silent_since(time.time()) == []
    assert not status(engine).stopped


@pytest.mark.parametrize(("answer", "code", "left"), [("yes", 0, 0), ("y", 1, 1), ("", 1, 1)])
def test_days_shorter_than_promised_are_asked_back(answer, code, left, operator, store, monkeypatch):
    talk(store, 0.5, "young")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert operator(purge, "--days", "0").returncode == code
    assert len(store.silent_since(time.time())) == left


def test_a_restore_brings_back_what_a_mistaken_purge_took_and_nothing_that_somebody_erased(
    operator, store, engine, url, tmp_path
):
    talk(store, 20, *many("young"))
    talk(store, 20, "erased")
    copy = tmp_path / "copies" / "front.backup"
    copy.parent.mkdir()
    save(url, copy)
    store.erase("erased", "web-x")
    assert operator(purge, "--days", "10", "--yes").returncode == 0
    assert (store.silent_since(time.time()), len(tombstones_in(engine))) == ([], 1)
    # The purge ran in this process, and its connections count as a front's.
    gc.collect()
    engine.dispose()
    restored = operator(backup, "restore", copy)
    assert "8 chats; 1 that were erased since" in restored.stdout
    assert sorted(store.silent_since(time.time())) == many("young")
