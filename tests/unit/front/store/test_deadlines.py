"""Nobody waits for the database for ever, and those who only read do not wait for those who write."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace

import psycopg2
import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.operate import metrics
from assistant.front.store.chats import Store
from assistant.front.store.faults import BusyError
from assistant.front.store.schema import database
from assistant.front.store.writer_queue import MAX_BEHIND_STUCK, WriterQueue
from tests.fakes.front import HERE, Visitor
from tests.support.wait import until

# WAIT_SECONDS and what a busy machine adds; it was ten and more, one after the other.
SOON_SECONDS = 6.0


@contextmanager
def locked(url):
    """Another program keeps writing to the database: nobody else can write, and SQLite's readers still read."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        other = psycopg2.connect(url.replace("+psycopg2", ""))
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE chats, events, messages, erasures, erased IN SHARE MODE")
        yield
        other.rollback()
        other.close()


def counted(kind):
    return metrics.registry.get_sample_value("assistant_errors_total", {"kind": kind})


@pytest.fixture
def visitor(settings, rasa, url):
    with TestClient(application(replace(settings, database=url), rasa), HERE) as client:
        visitor = Visitor(client)
        visitor.answer_to("Hallo")
        yield visitor


def test_a_locked_database_is_answered_soon_and_still_read(visitor, url):
    before, begun = counted("database_locked"), time.monotonic()
    with locked(url):
        refused = visitor.post("Und nun?")
        took = time.monotonic() - begun
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert took < SOON_SECONDS
        assert visitor.client.delete("/api/chat", headers=visitor.headers).status_code == 503
        assert visitor.client.get("/api/chat", headers=visitor.headers).status_code == 200
    assert counted("database_locked") > before
    assert visitor.answer_to("Und jetzt?")["kind"] == "fact"
    assert visitor.client.delete("/api/chat", headers=visitor.headers).status_code == 204


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_many_who_write_wait_together_and_not_in_series_and_those_who_read_do_not_wait(visitor, url):
    def took(work):
        begun = time.monotonic()
        status = work().status_code
        return status, time.monotonic() - begun

    with locked(url), ThreadPoolExecutor(60) as pool:
        writing = [pool.submit(took, lambda: visitor.client.post("/api/chat", json={})) for _ in range(50)]
        time.sleep(1)
        reading = [
            pool.submit(took, lambda: visitor.client.get("/api/chat", headers=visitor.headers)) for _ in range(5)
        ]
        assert all(status == 200 for status, _ in (one.result() for one in reading))
        assert max(seconds for _, seconds in (one.result() for one in reading)) < 2.5
        told = [one.result() for one in writing]
    assert {status for status, _ in told} == {503}
    assert max(seconds for _, seconds in told) < SOON_SECONDS


def test_a_statement_that_waits_is_given_up(url):
    store = Store(database(url, 0.5))
    store.open_chat("chat", "de", 1.0)
    begun = time.monotonic()
    with locked(url), pytest.raises(OperationalError):
        store.accept("chat", "a", "text", "de", None, 2.0)
    assert time.monotonic() - begun < SOON_SECONDS


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_statement_that_runs_on_is_given_up(url):
    begun = time.monotonic()
    with database(url, 0.5).connect() as connection, pytest.raises(OperationalError, match="statement timeout"):
        connection.exec_driver_sql("SELECT pg_sleep(30)")
    assert time.monotonic() - begun < SOON_SECONDS


def test_who_waits_too_long_in_the_queue_is_told_and_the_next_gets_its_turn():
    queue, over = WriterQueue(0.3), threading.Event()

    def hold():
        with queue.turn():
            over.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    with pytest.raises(BusyError), queue.turn():
        raise AssertionError("it was not its turn")
    over.set()
    holder.join()
    with queue.turn() as left:
        assert 0 < left <= 0.3


def test_the_queue_is_passed_on_when_a_writer_fails():
    queue = WriterQueue(0.3)
    with pytest.raises(KeyError), queue.turn():
        raise KeyError
    with queue.turn():
        pass


def test_behind_a_writer_that_is_stuck_only_a_few_wait():
    queue, over, refused = WriterQueue(60), threading.Event(), []

    def wait():
        try:
            with queue.turn():
                over.wait(60)
        except BusyError:
            refused.append(True)

    waiting = [threading.Thread(target=wait) for _ in range(20)]
    for thread in waiting:
        thread.start()
    # One of them writes; long before any deadline, the others have been refused.
    until(lambda: len(refused) == 19 - MAX_BEHIND_STUCK, 30)
    over.set()
    for thread in waiting:
        thread.join()
    assert len(refused) == 19 - MAX_BEHIND_STUCK
