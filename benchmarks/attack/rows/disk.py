"""Attacks on what the front stands on: a disk without room, a database that somebody else has locked."""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from benchmarks.attack.findings import Finding, Row, at_most, expected
from benchmarks.attack.front import Front, running
from benchmarks.attack.visitor import Chat, Client, opened
from benchmarks.disk import fill, small_disk

DISK = "32m"
WAITING_CHATS, LOGGING_SECONDS, MOST_LOG_BYTES = 7, 6.0, 200.0
# By which an operator learns of it.
DATABASE_ERRORS = ("database", "disk_full")
READY_SECONDS, RECOVERY_SECONDS = 8.0, 20.0
# Above any file that SQLite opens at once, below what a message needs.
SMALL_FILE_BYTES = 4096
WRITERS, READERS = 45, 5
LOCKED_SECONDS, LONGEST_READ_SECONDS, LONGEST_WRITE_SECONDS = 25.0, 3.0, 8.0


def full_disk(folder: Path) -> list[Finding]:
    """The disk of the database is filled while messages wait; then there is room again."""
    with small_disk(DISK) as disk:
        data = (disk or folder) / "front"
        # Slow at first, so that messages are still waiting when the disk is full.
        with running(folder, answer_seconds=60.0, data=data) as (front, stand_in):
            chat, *waiting = opened(Client(front.port), 1 + WAITING_CHATS)
            for one in waiting:
                one.write()
            with _no_room(front, disk):
                stand_in.pace(0.01)
                found = _while_full(front, chat, disk is not None)
            return [*found, *_once_there_is_room(front, waiting)]


@contextmanager
def _no_room(front: Front, disk: Path | None) -> Iterator[None]:
    """Fills the disk; without one of its own, the front may write no file of more than a few bytes."""
    if disk:
        fill(disk / "ballast")
        yield
        (disk / "ballast").unlink()
        return
    unlimited = resource.RLIM_INFINITY
    resource.prlimit(front.pid, resource.RLIMIT_FSIZE, (SMALL_FILE_BYTES, unlimited))
    yield
    resource.prlimit(front.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))


def _while_full(front: Front, chat: Chat, disk: bool) -> list[Finding]:
    """What is seen from outside; without a disk of its own, its log cannot grow, nor can anything be deleted."""
    client = Client(front.port)
    refused, waiting = chat.write().status, front.metric("assistant_waiting")
    ready = settled(client, "/ready", HTTPStatus.SERVICE_UNAVAILABLE)
    health = client.send("GET", "/health").status
    # What is said once has been said by now.
    logged = len(front.logged())
    time.sleep(LOGGING_SECONDS)
    rate = (len(front.logged()) - logged) / LOGGING_SECONDS
    counted = sum(front.metric("assistant_errors_total", kind=kind) for kind in DATABASE_ERRORS)
    found = [
        expected(f"/ready while a post gets {refused}", ready, HTTPStatus.SERVICE_UNAVAILABLE.value),
        expected("/health", health, HTTPStatus.OK.value),
        expected("messages waiting", int(waiting), WAITING_CHATS),
        Finding("errors of the database counted", f"{counted:g}", "at least 1", counted > 0),
    ]
    if disk:
        deleted = chat.send("DELETE", "/api/chat").status
        gone = chat.send("GET", "/api/chat").status
        found.append(at_most("log while they wait", rate, MOST_LOG_BYTES, "bytes a second"))
        found.append(expected("DELETE, then what its token opens", (deleted, gone), (204, 401)))
    return found


def settled(client: Client, path: str, wanted: int, seconds: float = READY_SECONDS) -> int:
    """The status of a page as soon as it is the one wanted, or at last."""
    end = time.monotonic() + seconds
    while (status := client.send("GET", path).status) != wanted and time.monotonic() < end:
        time.sleep(0.5)
    return status


def _once_there_is_room(front: Front, waiting: list[Chat]) -> list[Finding]:
    ready = settled(Client(front.port), "/ready", HTTPStatus.OK, RECOVERY_SECONDS)
    end = time.monotonic() + RECOVERY_SECONDS
    answered: set[Chat] = set()
    while len(answered) < len(waiting) and time.monotonic() < end:
        answered |= {chat for chat in waiting if any(event.get("reply_to") for event in chat.events())}
        time.sleep(0.5)
    return [
        expected("/ready once there is room", ready, HTTPStatus.OK.value),
        expected("waiting messages answered once there is room", len(answered), len(waiting)),
    ]


def locked_database(folder: Path) -> list[Finding]:
    """Another process holds the database's lock while 45 people write and some read."""
    with running(folder) as (front, _):
        chats = [chat for number in range(WRITERS + READERS) if (chat := Client(front.port, _home(number)).chat())]
        writers, readers = chats[:WRITERS], chats[WRITERS:]
        with _locked(front.data / "front.db"), ThreadPoolExecutor(WRITERS + READERS + 1) as pool:
            wrote = [pool.submit(chat.write, timeout=LOCKED_SECONDS) for chat in writers]
            ready = pool.submit(
                settled, Client(front.port), "/ready", HTTPStatus.SERVICE_UNAVAILABLE, LOCKED_SECONDS / 2
            )
            time.sleep(2)
            read = [pool.submit(chat.send, "GET", "/api/chat", timeout=LOCKED_SECONDS) for chat in readers]
            writes, reads = [one.result() for one in wrote], [one.result() for one in read]
            status = ready.result()
        failed = sum(one.status != HTTPStatus.OK for one in reads)
        after = settled(Client(front.port), "/ready", HTTPStatus.OK, RECOVERY_SECONDS)
    slowest_write, slowest_read = max(one.seconds for one in writes), max(one.seconds for one in reads)
    return [
        at_most(f"longest wait of {len(writers)} writers", slowest_write, LONGEST_WRITE_SECONDS, "s"),
        at_most("longest wait of a reader", slowest_read, LONGEST_READ_SECONDS, "s"),
        at_most("readers who got nothing", failed, 0, f"of {len(readers)}"),
        expected("/ready meanwhile", status, HTTPStatus.SERVICE_UNAVAILABLE.value),
        expected("/ready afterwards", after, HTTPStatus.OK.value),
    ]


def _home(number: int) -> str:
    return f"127.0.3.{number + 1}"


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Holds the lock that every writer needs."""
    connection = sqlite3.connect(database, isolation_level=None, timeout=10)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


ROWS = [
    Row(5, "full disk", full_disk, 90),
    Row(12, "locked database", locked_database, 75),
]
