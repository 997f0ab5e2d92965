"""Attacks by addresses, names and what lies about: IPv6, Host, file modes, odd senders, a newer database."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import time
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from assistant.launch.servers import HOST
from benchmarks.attack.findings import Finding, Row, at_most, expected
from benchmarks.attack.front import Front, StandIn, running
from benchmarks.attack.visitor import Client

# What one address may open in a minute.
CHATS = 60
TRIED = CHATS + 10
EVIL = "evil.example"
BROKEN_UPLOADS, AHEAD = 3, 1000


def ipv6(folder: Path) -> list[Finding]:
    """Networks of one customer, and IPv4 addresses written as IPv6 ones, as a proxy reports them."""
    with running(folder, extra={"ASSISTANT_TRUSTED_PROXIES": HOST}) as (front, _):
        one_home = [_chat_opens(front, f"2001:db8:0:ab{number:02x}::1") for number in range(TRIED)]
        mapped = [_chat_opens(front, f"::ffff:198.51.100.{1 + number // TRIED}") for number in range(TRIED + 1)]
        as_ipv4 = _chat_opens(front, "198.51.100.1")
        other = _chat_opens(front, "198.51.100.3")
    return [
        at_most("chats from the /64s of one /56", sum(one_home), CHATS, f"of {TRIED}"),
        expected("a second mapped IPv4 address opens a chat after the first one's flood", mapped[-1], True),
        expected("the first one under its IPv4 name still does", as_ipv4, False),
        expected("a third, which has asked nothing, does", other, True),
    ]


def _chat_opens(front: Front, address: str) -> bool:
    headers = {"X-Forwarded-For": address}
    return Client(front.port, HOST, headers).send("POST", "/api/chat", {"language": "de"}).status == 201


def small_things(folder: Path) -> list[Finding]:
    """File modes, foreign hosts, senders with null characters, broken-off uploads, a newer schema."""
    data = folder / "front"
    data.mkdir(mode=0o755)
    umask = os.umask(0o022)
    with running(folder, data=data) as (front, stand_in):
        chat = Client(front.port).chat()
        if chat:
            chat.ask()
        found = [_modes(data), *_foreign_host(front), _senders(front, stand_in), _broken_upload(front)]
        front.stop()
    os.umask(umask)
    return [*found, _newer_schema(folder, data)]


def _modes(data: Path) -> Finding:
    readable = sorted(path.name for path in data.rglob("*") if path.is_file() and path.stat().st_mode & 0o077)
    names = ", ".join(f"{name} {stat.S_IMODE((data / name).stat().st_mode):o}" for name in readable)
    return Finding("files that others may read", names or "none", "none", not readable)


def _foreign_host(front: Front) -> list[Finding]:
    client = Client(front.port)
    rebound = client.send("POST", "/api/chat", {}, {"Host": EVIL, "Origin": f"http://{EVIL}"}).status
    redirected = client.send("GET", "/demo", headers={"Host": EVIL})
    target = redirected.headers.get("location", "")
    own = client.send("POST", "/api/chat", {}, {"Origin": f"http://{HOST}:{front.port}"}).status
    return [
        Finding("a page of a foreign host opens a chat", str(rebound), "refused (4xx)", 400 <= rebound < 500),
        Finding("a redirect to a foreign host", target or f"none ({redirected.status})", "none", EVIL not in target),
        expected("our own page opens one", own, HTTPStatus.CREATED.value),
    ]


def _senders(front: Front, stand_in: StandIn) -> Finding:
    before = len(stand_in.seen("senders"))
    statuses = [
        Client(front.port).send("POST", "/webhooks/rest/webhook", {"sender": sender, "message": "Hallo"}).status
        for sender in ("ab", "a\0b")
    ]
    senders = stand_in.seen("senders")[before:]
    one = len(senders) == 2 and len(set(senders)) == 1
    measured = f"statuses {statuses}, {len(set(senders))} conversations"
    return Finding('REST senders "ab" and "a\\0b"', measured, "two, or one refused", not one)


def _broken_upload(front: Front) -> Finding:
    logged, failed = len(front.logged().splitlines()), front.metric("assistant_errors_total", kind="request")
    for _ in range(BROKEN_UPLOADS):
        with socket.create_connection((HOST, front.port), 5) as connection:
            head = f"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: {HOST}:{front.port}\r\nContent-Length: 1000\r\n\r\n"
            connection.sendall(head.encode() + b'{"sender"')
            time.sleep(0.2)
    time.sleep(1)
    lines = len(front.logged().splitlines()) - logged
    counted = front.metric("assistant_errors_total", kind="request") - failed
    measured = f"{lines} lines in the log, {counted:g} counted as faults"
    return Finding(
        f"{BROKEN_UPLOADS} broken-off uploads",
        measured,
        "at most a line each, none a fault",
        lines <= BROKEN_UPLOADS and not counted,
    )


def _newer_schema(folder: Path, data: Path) -> Finding:
    """Whatever in the database tells its version is set far ahead."""
    with closing(sqlite3.connect(data / "front.db", isolation_level=None)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {version + AHEAD}")
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            _set_ahead(connection, table)
    stand_in = StandIn(folder, 0.01)
    front = Front(data, stand_in.port, {})
    try:
        started = front.start()
    finally:
        front.kill()
        stand_in.stop()
    said = "started" if started else f"refused: {front.logged().strip().splitlines()[-1][-90:]}"
    return Finding("a database of a newer version", said, "refused", not started)


def _set_ahead(connection: sqlite3.Connection, table: str) -> None:
    """Adds to every number in the rows of a table that are about a version, by the table's name or by their own."""
    columns = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall()]
    about = "1" if "version" in table else " OR ".join(f"{column} LIKE '%version%'" for column in columns)
    for column in columns:
        numbers = f"typeof({column}) IN ('integer', 'real') AND ({about})"
        connection.execute(f"UPDATE {table} SET {column} = {column} + {AHEAD} WHERE {numbers}")  # noqa: S608 - no input


ROWS = [
    Row(14, "IPv6", ipv6, 45),
    Row(21, "files, hosts, senders, uploads, versions", small_things, 75),
]
