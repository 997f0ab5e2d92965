"""Attacks on what is erased: too much by a wrong clock, too little because somebody is reading."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from assistant.front.core.settings import SECONDS_PER_DAY
from benchmarks.attack.findings import Finding, Row, at_most, expected
from benchmarks.attack.front import Front, StandIn, command_of, running
from benchmarks.attack.visitor import ATTACKER, Chat, Client, opened

DAYS_AHEAD, CHATS, MOST_ERASED = 31, 20, 4
PURGE_SECONDS = 6.0
# Loaded by Python before anything else, so that every module finds the wrong clock.
WRONG_CLOCK = f"""
import time
right, right_ns = time.time, time.time_ns
time.time = lambda: right() + {DAYS_AHEAD * SECONDS_PER_DAY}
time.time_ns = lambda: right_ns() + {DAYS_AHEAD * int(SECONDS_PER_DAY)} * 10**9
"""
MARKER = "Apfelbaumwiese Zitronenfalter"
LONGEST_DELETE_SECONDS, LONGEST_POST_SECONDS, OVERWRITE_SECONDS = 3.0, 3.0, 10.0
WAL_HEADER, FRAME_HEADER = 32, 24


def wrong_clock(folder: Path) -> list[Finding]:
    """The front starts with a clock a month ahead; afterwards a backup from before is restored."""
    data, copy = folder / "front", folder / "front.backup"
    with running(folder, data=data) as (front, _):
        chats = opened(Client(front.port), CHATS)
        for chat in chats:
            chat.ask()
        saved = command_of("assistant.commands.backup", "save", str(copy), data=data)
        erased, kept = chats[0], chats[1:]
        erased.send("DELETE", "/api/chat")
        front.stop()
    ahead = _gone(folder, data, kept, {"PYTHONPATH": _clock(folder)})
    afterwards = _gone(folder, data, kept, {})
    restored = command_of("assistant.commands.backup", "restore", str(copy), data=data)
    back = _gone(folder, data, chats, {})
    return [
        at_most(f"chats lost to a clock {DAYS_AHEAD} days ahead", len(ahead), MOST_ERASED, f"of {len(kept)}"),
        at_most("chats lost once it is right again", len(afterwards), MOST_ERASED, f"of {len(kept)}"),
        expected("backup and restore", (saved.returncode, restored.returncode), (0, 0)),
        at_most("chats lost after the restore", len(back - {erased.token}), 0, f"of {len(kept)}"),
        expected("the erased chat stays erased after the restore", erased.token in back, True),
    ]


def _clock(folder: Path) -> str:
    clock = folder / "clock"
    clock.mkdir()
    (clock / "sitecustomize.py").write_text(WRONG_CLOCK, "utf-8")
    return str(clock)


def _gone(folder: Path, data: Path, chats: list[Chat], extra: Mapping[str, str]) -> set[str]:
    """The tokens of the chats that are gone some time after a start; none if the front refuses to start."""
    stand_in = StandIn(folder, 0.01)
    front = Front(data, stand_in.port, extra)
    try:
        if not front.start():
            return set()
        time.sleep(PURGE_SECONDS if extra else 1.0)
        here = [Chat(Client(front.port), chat.token) for chat in chats]
        gone = {chat.token for chat in here if chat.send("GET", "/api/chat").status == HTTPStatus.UNAUTHORIZED}
        front.stop()
    finally:
        front.kill()
        stand_in.stop()
    return gone


def delete_under_a_reader(folder: Path) -> list[Finding]:
    """A chat is deleted while a backup reads the database; then everything on the disk is searched."""
    thief = folder / "thief"
    with running(folder) as (front, _):
        victim, other = Client(front.port).chat(), Client(front.port, ATTACKER).chat()
        if not victim or not other:
            return [expected("two chats", "refused", "opened")]
        victim.ask(f"{MARKER}, und was macht IOM in Deutschland?")
        kept = MARKER in victim.send("GET", "/api/chat").body.decode()
        with _reading(front.data), ThreadPoolExecutor(2) as pool:
            frames = {path.name: frames_in(path) for path in front.data.glob("*-wal")}
            deleted = pool.submit(victim.send, "DELETE", "/api/chat", None, 30.0)
            time.sleep(0.3)
            posted = pool.submit(other.write, timeout=30.0)
            erased, wrote = deleted.result(), posted.result()
            shutil.copytree(front.data, thief)
            while_read = _files_with_marker(front.data)
        other.ask()
        end = time.monotonic() + OVERWRITE_SECONDS
        while (left := _files_with_marker(front.data)) and time.monotonic() < end:
            time.sleep(0.5)
    _roll_back(thief, frames)
    return [
        expected("the words are in the chat before it is deleted", kept, True),
        at_most(f"time of the DELETE ({erased.status})", erased.seconds, LONGEST_DELETE_SECONDS, "s"),
        expected("its answer", erased.status, HTTPStatus.NO_CONTENT.value),
        at_most(f"time of another's post ({wrote.status})", wrote.seconds, LONGEST_POST_SECONDS, "s"),
        expected("files that hold the words while it is read", while_read or "none", "none"),
        expected(f"the same, {OVERWRITE_SECONDS:g} s after the reader has left", left or "none", "none"),
        _stolen(folder, thief, victim.token),
    ]


@contextmanager
def _reading(data: Path) -> Iterator[None]:
    """Reads every database in the folder, each in one transaction, as a backup does."""
    readers = [sqlite3.connect(path, isolation_level=None) for path in data.glob("*.db")]
    for reader in readers:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
    try:
        yield
    finally:
        for reader in readers:
            reader.execute("ROLLBACK")
            reader.close()


def _files_with_marker(data: Path) -> list[str]:
    return sorted(path.name for path in data.rglob("*") if path.is_file() and MARKER.encode() in path.read_bytes())


def frames_in(wal: Path) -> int:
    """How many bytes of a write-ahead log hold its header and valid frames."""
    content = wal.read_bytes()
    if len(content) < WAL_HEADER:
        return 0
    (page_bytes,) = struct.unpack(">I", content[8:12])
    salt, at, step = content[16:24], WAL_HEADER, FRAME_HEADER + page_bytes
    while content[at + 8 : at + 16] == salt and at + step <= len(content):
        at += step
    return at


def _roll_back(data: Path, frames: Mapping[str, int]) -> None:
    """Cuts every write-ahead log off where it ended before the deletion, as whoever steals the disk would."""
    for wal in data.glob("*-wal"):
        with wal.open("r+b") as file:
            file.truncate(frames.get(wal.name, 0))
    for shared in data.glob("*-shm"):
        shared.unlink()


def _stolen(folder: Path, data: Path, token: str) -> Finding:
    """Whether a front on the stolen files, rolled back to before the deletion, shows the words."""
    with running(folder, data=data) as (front, _):
        chat = Client(front.port).send("GET", "/api/chat", headers={"Authorization": f"Bearer {token}"})
    shown = MARKER in chat.body.decode("utf-8", "replace")
    measured = f"{shown} (the chat gets {chat.status})"
    return Finding("rolled back, the stolen files show them", measured, "False", not shown)


ROWS = [
    Row(9, "clock a month ahead", wrong_clock, 120),
    Row(10, "deletion under a reader", delete_under_a_reader, 90),
]
